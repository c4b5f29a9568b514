"""Wait for barriers, and describe them to viewers as `joined`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from flask_socketio import SocketIO

from webhook_logger.delivery import Barrier, Delivery, Position, QueueUnavailable
from webhook_logger.metrics import Metrics
from webhook_logger.viewers.join import Join, joined_seq
from webhook_logger.viewers.notices import Notices
from webhook_logger.viewers.room import Room

RETRY_SECONDS = 0.5
MAX_RECOVERING = 4
"""Maximum barriers at a time that read kept requests, so that other callbacks stay fast."""

Joined = dict[str, Any]
"""The fields of `joined`."""

log = logging.getLogger(__name__)


class RoomBarriers:
    """The barriers at which viewers of this worker join its rooms."""

    def __init__(
        self,
        rooms: dict[str, Room],
        socketio: SocketIO,
        delivery: Delivery,
        metrics: Metrics,
        notices: Notices,
    ) -> None:
        self._rooms = rooms
        self._socketio = socketio
        self._delivery = delivery
        self._metrics = metrics
        self._notices = notices
        self._recovering = threading.Semaphore(MAX_RECOVERING)

    def can_recover(self, since: Position | None) -> bool:
        """Return whether viewers at this position may recover requests."""
        return since is not None and self._delivery.recovers

    def reach(
        self,
        uuid: str,
        since: Position | None,
        act: Callable[[Barrier], Joined | None],
        is_cancelled: Callable[[], bool],
    ) -> Joined | None:
        """Call `act` inside a barrier of the callback, and return its result.

        Wait while the queue is unavailable. Return None if the call is cancelled meanwhile.
        """
        while not is_cancelled():
            try:
                with self._recovering if self.can_recover(since) else nullcontext():
                    if is_cancelled():
                        return None
                    with self._delivery.barrier(uuid, since) as barrier:
                        return None if is_cancelled() else act(barrier)
            except QueueUnavailable as error:
                log.debug("A join waits: %s", error)
                self._socketio.sleep(RETRY_SECONDS)
        return None

    def joined(self, room: Room, barrier: Barrier, join: Join) -> Joined:
        """Return `joined` for viewers of a room at the position of `join`."""
        viewers = barrier.viewers_elsewhere + room.counted_here
        room.viewers, room.has_responder = viewers, barrier.has_responder
        if len(room.viewers_here) == 1:
            room.presence_sent = room.presence
        elif room.presence_sent != room.presence:
            room.presence_sent = None  # the others have received a different one
            self._notices.send_soon(join.uuid, room)
        self.count_here(join.uuid, room)
        seq = joined_seq(barrier)
        joined = {
            "uuid": join.uuid,
            "epoch": barrier.epoch,
            "seq": seq,
            "missed": join.missed(barrier),
            "viewers": viewers,
        }
        if seq < barrier.seq:
            joined["recovered"] = barrier.seq - seq
        if barrier.has_responder:
            joined["responder"] = True
        return joined

    def count_missed(self, joined: Joined, receivers: int) -> None:
        """Count the requests that `joined` reports as missed to a number of viewers."""
        if joined["missed"] != 0:
            self._metrics.gaps += receivers
        self._metrics.requests_missed += (joined["missed"] or 0) * receivers

    def count_here(self, uuid: str, room: Room) -> None:
        """Report the number of the room's viewers on this worker to delivery."""
        self._delivery.set_viewers(uuid, len(room.viewers_here), len(room.replaced))
        self._metrics.rooms = len(self._rooms)
