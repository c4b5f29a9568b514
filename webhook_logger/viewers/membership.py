"""Enter and leave rooms: viewers enter at a barrier, and a room with a possible gap gets a new one.

This code relies on green threads, which switch only when they wait. Between the end of a barrier
and Engine.IO's queue they do not switch, so the response to a join is queued before the first
request of the room.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from functools import partial

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
        self._resuming = threading.Lock()

    def enter(self, sid: str, join: Join, has_left: Callable[[], bool]) -> Joined | None:
        """Add a viewer to a room at a barrier, and return the fields of `joined`.

        Wait while the queue is unavailable, after the viewer received a `status`. A viewer that may
        recover requests must first read everything that it was sent. Return None if the viewer
        leaves meanwhile.
        """
        if self._notices.down:
            self._notices.status(sid)
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

    def resume(self) -> None:
        """Give a new barrier to every room whose viewers wait for one."""
        with self._resuming:
            while uuids := [uuid for uuid, room in self._rooms.items() if room.is_waiting]:
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
        self._resume_waiting(uuid)
        room = self._rooms.get(uuid)
        if room and room.needs_barrier:
            rejoin = partial(self._rejoin, uuid)
            self._barriers.reach(uuid, None, rejoin, lambda: uuid not in self._rooms)

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
