"""Enter and leave rooms: viewers enter at a barrier, and a room with a possible gap gets a new one.

This code relies on green threads, which switch only when they wait. Between the end of a barrier
and Engine.IO's queue they do not switch, so the response to a join is queued before the first
request of the room.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Container
from functools import partial
from itertools import islice

from flask_socketio import SocketIO

from webhook_logger.delivery import Barrier
from webhook_logger.viewers.barriers import Joined, RoomBarriers
from webhook_logger.viewers.handover import ReplacedViewers
from webhook_logger.viewers.join import Join
from webhook_logger.viewers.notices import Notices
from webhook_logger.viewers.recovery import ViewerRecovery
from webhook_logger.viewers.room import Room, joined_packet
from webhook_logger.viewers.transport import Shared, outbox_of

MAX_CONCURRENT_BARRIERS = 64


class Membership:
    """Adds viewers of this worker to its rooms, and removes them."""

    def __init__(
        self,
        rooms: dict[str, Room],
        socketio: SocketIO,
        notices: Notices,
        barriers: RoomBarriers,
        recovery: ViewerRecovery,
        replaced: ReplacedViewers,
    ) -> None:
        self._rooms = rooms
        self._socketio = socketio
        self._notices = notices
        self._barriers = barriers
        self._recovery = recovery
        self.replaced = replaced
        self._resuming: set[str] = set()
        """Callbacks whose rooms are being resumed."""

    def enter(self, sid: str, join: Join, has_left: Callable[[], bool]) -> Joined | None:
        """Add a viewer to a room at a barrier, and return the fields of `joined`.

        Wait while the queue is unavailable, after the viewer received a `status`. A viewer that may
        recover requests must first read everything that it was sent. Return None if the viewer
        leaves meanwhile.
        """
        if reason := self._notices.down(join.uuid):
            self._notices.status(reason, join.uuid, sid)
        if self._barriers.can_recover(join.position):
            outbox = outbox_of(self._socketio.server, sid)
            if outbox is None:
                return None
            self._recovery.wait_for_reader(sid, outbox, has_left)
        self._resume_waiting(join.uuid)  # first the viewers that still wait for a barrier
        enter = partial(self._enter, sid, join)
        return self._barriers.reach(join.uuid, join.position, enter, has_left)

    def _enter(self, sid: str, join: Join, barrier: Barrier) -> Joined | None:
        outbox = outbox_of(self._socketio.server, sid)
        if outbox is None:
            return None
        if barrier.is_complete:
            self._rejoin(join.uuid, barrier)
        room = self._rooms.setdefault(join.uuid, Room())
        # A viewer may join again. Without a position, it continues from where it is.
        behind = room.behind.get(sid) if join.position is None else None
        if behind is None:
            room.stop_catching_up(sid)
        self.replaced.end(room, sid)
        is_new = sid not in room.viewers_here
        room.viewers_here[sid] = outbox
        if self.replaced.replace(sid, join) and is_new:
            # The other worker does not know yet that one of its viewers counts no longer.
            elsewhere = max(0, barrier.viewers_elsewhere - 1)
            barrier = dataclasses.replace(barrier, viewers_elsewhere=elsewhere)
        room.reach(barrier)
        self._socketio.server.enter_room(sid, join.uuid)
        joined = self._barriers.joined(room, barrier, join)
        if behind:
            joined |= behind.joined(barrier)
        if join.replaces in ("", sid):  # else the first connection still delivers them
            self._barriers.count_missed(joined, receivers=1)
        if barrier.recovered:
            self._recovery.begin(join.uuid, room, sid, barrier)
        return joined

    def leave(self, sid: str, uuid: str) -> None:
        """Remove a viewer from a room. The caller updates Socket.IO's rooms."""
        room = self._rooms[uuid]
        room.stop_catching_up(sid)
        was_counted = not self.replaced.end(room, sid)
        del room.viewers_here[sid]
        is_another_counted = self.replaced.end_replacing(uuid, room, sid)
        if not room.viewers_here:
            del self._rooms[uuid]
        elif was_counted and not is_another_counted:
            # The queue reports the new number only to workers that do not have it yet.
            room.viewers = max(room.counted_here, room.viewers - 1)
            self._notices.send_soon(uuid, room)
        self._barriers.count_here(uuid, room)

    def hand_over(self, uuid: str, sid: str) -> None:
        """Count a viewer no longer, because another viewer replaces it."""
        if self.replaced.hand_over(uuid, sid):
            self._barriers.count_here(uuid, self._rooms[uuid])

    def restore(self, uuid: str, sid: str) -> None:
        """Count a replaced viewer again, because the one that replaces it has left."""
        room = self._rooms.get(uuid)
        if room and self.replaced.end(room, sid):
            self._barriers.count_here(uuid, room)

    def resume(self, part: Container[str]) -> None:
        """Give a new barrier to every room of this part whose viewers wait for one. Another call
        follows for rooms whose part of the queue is unavailable.
        """
        while some := self._to_resume(part):
            # Not Engine.IO's tasks: their join() does not wait for a task that has not begun.
            threads = [threading.Thread(target=self._resume_room, args=(uuid,)) for uuid in some]
            self._resuming.update(some)
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def _to_resume(self, part: Container[str]) -> list[str]:
        """Return some rooms that can be resumed, and that no other call resumes."""
        uuids = (
            uuid
            for uuid in self._rooms
            if uuid in part and uuid not in self._resuming and self._needs_barrier(uuid)
        )
        return list(islice(uuids, MAX_CONCURRENT_BARRIERS))

    def _resume_room(self, uuid: str) -> None:
        try:
            while self._needs_barrier(uuid):
                self._resume_waiting(uuid)
                room = self._rooms.get(uuid)
                if room and room.needs_barrier:
                    rejoin = partial(self._rejoin, uuid)
                    self._barriers.reach(uuid, None, rejoin, partial(self._is_over, uuid))
        finally:
            self._resuming.discard(uuid)

    def _is_over(self, uuid: str) -> bool:
        return not self._needs_barrier(uuid)

    def _needs_barrier(self, uuid: str) -> bool:
        """Return whether the room waits for a barrier, which the queue can give."""
        room = self._rooms.get(uuid)
        return bool(room and room.is_waiting and not self._notices.down(uuid))

    def _resume_waiting(self, uuid: str) -> None:
        room = self._rooms.get(uuid)
        while room and room.waiting:
            self._recovery.resume(uuid, room.waiting.pop())

    def _rejoin(self, uuid: str, barrier: Barrier) -> None:
        """Report to the live viewers of a room, which missed nothing, that it has a barrier."""
        room = self._rooms.get(uuid)
        if room and room.needs_barrier:
            room.needs_barrier = False
            live = tuple(room.live.values())
            before = Join(uuid, room.epoch, room.seq)
            room.reach(barrier)
            if live:
                joined = self._barriers.joined(room, barrier, before)
                self._barriers.count_missed(joined, len(live))
                packet = Shared(joined_packet(joined))
                for outbox in live:
                    outbox.put(packet)
