"""Recovery: viewers that are behind their room receive the requests that they missed.

Viewers at the same position catch up together. They receive the kept requests in slices, and the
next slice only after they have read the previous one, so that their outboxes stay small. They are
live when they reach the position of their room. A complete barrier brings them there, because it
pauses the stream.

If nothing is kept, `joined` reports what they missed, and they are live at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from flask_socketio import SocketIO

from webhook_logger.delivery import Barrier, Position
from webhook_logger.metrics import Metrics
from webhook_logger.viewers.barriers import Joined, RoomBarriers
from webhook_logger.viewers.join import Join, joined_seq
from webhook_logger.viewers.room import CatchUp, Room, joined_packet
from webhook_logger.viewers.transport import Outbox, Shared

SLOW_SECONDS = 1.0
"""A viewer that does not read a slice within this time continues alone."""
LOOK_SECONDS = 5.0
"""Maximum seconds until this worker notices that a viewer left before it read a slice."""
VIEWERS_PER_TURN = 100


class ViewerRecovery:
    """Brings viewers from earlier positions to the position of their room."""

    def __init__(self, socketio: SocketIO, metrics: Metrics, barriers: RoomBarriers) -> None:
        self._socketio = socketio
        self._metrics = metrics
        self._barriers = barriers
        self._unsent: dict[str, threading.Event] = {}
        """By sid, the first slices that viewers have not received yet. An event is set then."""

    def wait_for_reader(self, sid: str, outbox: Outbox, has_left: Callable[[], bool]) -> None:
        """Wait until a viewer has received everything, first the slice of its previous join."""
        while not has_left():
            if unsent := self._unsent.get(sid):
                unsent.wait(LOOK_SECONDS)
            elif outbox.wait_until_idle(LOOK_SECONDS):
                return

    def begin(self, uuid: str, room: Room, sid: str, barrier: Barrier) -> None:
        """Send a viewer the recovered requests of the barrier at which it joins, and later ones.

        The green thread starts after the response to the join was queued.
        """
        viewers = {sid: room.viewers_here[sid]}
        catch_up = room.put_behind(barrier.epoch, joined_seq(barrier), viewers)
        self._unsent[sid] = unsent = threading.Event()
        self._socketio.start_background_task(self._begin, uuid, catch_up, barrier, sid, unsent)

    def resume(self, uuid: str, catch_up: CatchUp) -> None:
        """Give a barrier to viewers that were live before. They may have to catch up then."""
        self._reach_barrier(uuid, catch_up)
        if catch_up.viewers:
            self._socketio.start_background_task(self._run, uuid, catch_up)

    def _begin(
        self, uuid: str, catch_up: CatchUp, barrier: Barrier, sid: str, unsent: threading.Event
    ) -> None:
        try:
            self._wait_for_readers(uuid, catch_up)
            self._send(uuid, catch_up, barrier)
        finally:
            if self._unsent.get(sid) is unsent:
                del self._unsent[sid]
            unsent.set()
        self._run(uuid, catch_up)

    def _run(self, uuid: str, catch_up: CatchUp) -> None:
        while catch_up.viewers:
            self._socketio.sleep(0)  # a viewer that reads fast must not block the worker
            self._wait_for_readers(uuid, catch_up)
            self._reach_barrier(uuid, catch_up)

    def _wait_for_readers(self, uuid: str, catch_up: CatchUp) -> None:
        """Wait until the viewers have read everything, except slow ones, which continue alone."""
        until = time.monotonic() + SLOW_SECONDS
        for sid, outbox in tuple(catch_up.viewers.items()):
            if len(catch_up.viewers) > 1:
                if not outbox.wait_until_idle(max(0.0, until - time.monotonic())):
                    self._separate(uuid, catch_up, sid)
            else:
                while sid in catch_up.viewers and not outbox.wait_until_idle(LOOK_SECONDS):
                    pass

    def _separate(self, uuid: str, catch_up: CatchUp, sid: str) -> None:
        """Let a viewer that is not ready to read continue alone."""
        if outbox := catch_up.viewers.get(sid):
            alone = catch_up.room.put_behind(catch_up.epoch, catch_up.seq, {sid: outbox})
            alone.copy_responses(catch_up)
            alone.needs_joined = catch_up.needs_joined
            self._socketio.start_background_task(self._run, uuid, alone)

    def _reach_barrier(self, uuid: str, catch_up: CatchUp) -> None:
        def act(barrier: Barrier) -> None:
            catch_up.room.reach(barrier)
            before = Join(uuid, catch_up.epoch, catch_up.seq)
            must_report = catch_up.needs_joined or before.missed(barrier) != 0
            joined = self._barriers.joined(catch_up.room, barrier, before) if must_report else None
            self._send(uuid, catch_up, barrier, joined)

        since = Position(catch_up.epoch, catch_up.seq)
        self._barriers.reach(uuid, since, act, lambda: not catch_up.viewers)

    def _send(
        self, uuid: str, catch_up: CatchUp, barrier: Barrier, joined: Joined | None = None
    ) -> None:
        """Send recovered requests. The viewers are live if nothing has followed them."""
        recovered = barrier.recovered
        packets = [joined_packet(joined)] if joined else []
        packets += catch_up.packets(recovered)
        if packets:
            shared = Shared(*packets, viewers=len(catch_up.viewers))
            self._metrics.delivered_bytes += len(shared.frame) * len(catch_up.viewers)
            self._put(uuid, catch_up, shared, only_if_idle=bool(recovered))
        receivers = len(catch_up.viewers)
        if joined:
            self._barriers.count_missed(joined, receivers)
            catch_up.needs_joined = False
        self._metrics.requests_delivered += len(recovered) * receivers
        self._metrics.requests_recovered += len(recovered) * receivers
        catch_up.epoch = barrier.epoch
        catch_up.seq = recovered[-1].responded.seq if recovered else barrier.seq
        if catch_up.is_at_room:
            for sid in tuple(catch_up.viewers):
                catch_up.room.stop_catching_up(sid)

    def _put(self, uuid: str, catch_up: CatchUp, packet: Shared, only_if_idle: bool) -> None:
        for number, (sid, outbox) in enumerate(tuple(catch_up.viewers.items()), 1):
            if outbox.is_idle or not only_if_idle:
                outbox.put(packet)
            else:
                self._separate(uuid, catch_up, sid)
            if number % VIEWERS_PER_TURN == 0:
                self._socketio.sleep(0)
