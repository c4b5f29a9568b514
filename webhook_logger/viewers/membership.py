"""Enter and leave rooms: viewers enter at a barrier, and a room with a possible gap gets a new one.

This code relies on green threads, which switch only when they wait. Between the end of a barrier
and Engine.IO's queue they do not switch, so the response to a join is queued before the first
request of the room.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from flask_socketio import SocketIO

from webhook_logger.delivery import Barrier, Delivery, QueueUnavailable
from webhook_logger.metrics import Metrics
from webhook_logger.viewers.join import Join
from webhook_logger.viewers.notices import Notices
from webhook_logger.viewers.room import Room
from webhook_logger.viewers.transport import outbox_of

RETRY_SECONDS = 0.5
MAX_CONCURRENT_BARRIERS = 64

log = logging.getLogger(__name__)


class Membership:
    """Adds viewers of this worker to its rooms, and removes them."""

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
        self._resuming = threading.Lock()

    def enter(self, sid: str, join: Join, has_left: Callable[[], bool]) -> dict[str, Any] | None:
        """Add a viewer to a room at a barrier, and return the fields of `joined`.

        Wait while the queue is unavailable, after the viewer received a `status`. Return None if
        the viewer leaves meanwhile.
        """
        if self._notices.down:
            self._notices.status(sid)
        return self._with_barrier(join.uuid, partial(self._enter, sid, join), has_left)

    def leave(self, sid: str, uuid: str) -> None:
        """Remove a viewer from a room. The caller updates Socket.IO's rooms."""
        room = self._rooms[uuid]
        del room.viewers_here[sid]
        if room.viewers_here:
            # The queue reports the new number only to workers that do not have it yet.
            room.viewers = max(len(room.viewers_here), room.viewers - 1)
            self._notices.send_soon(uuid, room)
        else:
            del self._rooms[uuid]
        self._count_here(uuid, room)

    def resume(self) -> None:
        """Give a new barrier to every room whose viewers wait for one."""
        with self._resuming:
            while uuids := [uuid for uuid, room in self._rooms.items() if room.needs_barrier]:
                if self._notices.down:
                    return  # another call follows
                some = uuids[:MAX_CONCURRENT_BARRIERS]
                # Not Engine.IO's tasks: their join() does not wait for a task that has not begun.
                threads = [
                    threading.Thread(target=self._resume_room, args=(uuid,)) for uuid in some
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

    def _resume_room(self, uuid: str) -> None:
        self._with_barrier(uuid, partial(self._rejoin, uuid), partial(self._is_empty, uuid))

    def _is_empty(self, uuid: str) -> bool:
        return uuid not in self._rooms

    def _rejoin(self, uuid: str, barrier: Barrier) -> None:
        room = self._rooms.get(uuid)
        if room and room.needs_barrier:
            joined = self._joined(room, barrier, Join(uuid, room.epoch, room.seq))
            self._notices.send("joined", joined, uuid)

    def _with_barrier(
        self,
        uuid: str,
        act: Callable[[Barrier], dict[str, Any] | None],
        is_cancelled: Callable[[], bool],
    ) -> dict[str, Any] | None:
        while not is_cancelled():
            try:
                with self._delivery.barrier(uuid) as barrier:
                    return None if is_cancelled() else act(barrier)
            except QueueUnavailable as error:
                log.debug("A join waits: %s", error)
                self._socketio.sleep(RETRY_SECONDS)
        return None

    def _enter(self, sid: str, join: Join, barrier: Barrier) -> dict[str, Any] | None:
        outbox = outbox_of(self._socketio.server, sid)
        if outbox is None:
            return None
        self._rejoin(join.uuid, barrier)  # first the viewers that still wait for one
        room = self._rooms.setdefault(join.uuid, Room())
        room.viewers_here[sid] = outbox
        self._socketio.server.enter_room(sid, join.uuid)
        return self._joined(room, barrier, join)

    def _joined(self, room: Room, barrier: Barrier, join: Join) -> dict[str, Any]:
        room.epoch, room.seq = barrier.epoch, barrier.seq
        room.paused = room.needs_barrier = False
        viewers = barrier.viewers_elsewhere + len(room.viewers_here)
        room.viewers = viewers
        if len(room.viewers_here) == 1:
            room.viewers_sent = viewers
        elif room.viewers_sent != viewers:
            room.viewers_sent = None  # the others have received a different number
            self._notices.send_soon(join.uuid, room)
        self._count_here(join.uuid, room)
        return {
            "uuid": join.uuid,
            "epoch": barrier.epoch,
            "seq": barrier.seq,
            "missed": join.missed(barrier),
            "viewers": viewers,
        }

    def _count_here(self, uuid: str, room: Room) -> None:
        self._delivery.set_viewers(uuid, len(room.viewers_here))
        self._metrics.rooms = len(self._rooms)
