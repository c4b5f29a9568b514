"""The rooms of this worker, and the only place that sends captured requests to viewers."""

from __future__ import annotations

from collections.abc import Container, Sequence
from time import perf_counter

from flask_socketio import SocketIO

from webhook_logger.delivery import WHOLE, Delivery, ResponseReport, StoredReply
from webhook_logger.errors import Reason
from webhook_logger.metrics import Ending, Metrics
from webhook_logger.viewers.barriers import RoomBarriers
from webhook_logger.viewers.handover import ReplacedViewers
from webhook_logger.viewers.membership import Membership
from webhook_logger.viewers.notices import Notices
from webhook_logger.viewers.recovery import ViewerRecovery
from webhook_logger.viewers.room import Room, joined_packet, request_packet, responded_packet
from webhook_logger.viewers.transport import Outbox, Shared, measure_turn

SECONDS_BETWEEN_BARRIERS = 1.0
VIEWERS_PER_TURN = 100


class Rooms:
    """This worker's rooms. Implements delivery's `Sink`."""

    def __init__(self, socketio: SocketIO, delivery: Delivery, metrics: Metrics) -> None:
        self._socketio = socketio
        self._metrics = metrics
        self._rooms: dict[str, Room] = {}
        self._notices = Notices(socketio, delivery)
        barriers = RoomBarriers(self._rooms, socketio, delivery, metrics, self._notices)
        self.membership = Membership(
            self._rooms,
            socketio,
            self._notices,
            barriers,
            ViewerRecovery(socketio, metrics, barriers),
            ReplacedViewers(self._rooms, delivery, metrics),
        )

    def deliver(self, responded: ResponseReport, members: bytes) -> None:
        """Send a captured request to the live viewers of the callback."""
        room = self._rooms.get(responded.uuid)
        if room is None:
            return
        began = perf_counter()
        room.epoch, room.seq = responded.epoch, responded.seq
        live = tuple(room.live.values())
        self._metrics.requests_delivered += len(live)
        request = request_packet(responded, members)
        if responded.status:
            self._send(live, request, responded_packet(responded))
        else:
            self._send(live, request)
        measure_turn(self._metrics.delivery_write_seconds, began)

    def responded(self, responded: ResponseReport) -> None:
        """Report to the callback's viewers which response the sender of a request received."""
        room = self._rooms.get(responded.uuid)
        if room:
            outboxes = list(room.live.values())
            for catch_up in set(room.behind.values()):
                if catch_up.has_received(responded):
                    outboxes += catch_up.viewers.values()
            self._send(outboxes, responded_packet(responded))

    def lost(self, uuid: str, epoch: str, seq: int, count: int) -> None:
        """Report to the live viewers of the callback that requests were lost. Others learn it at
        their next barrier.
        """
        room = self._rooms.get(uuid)
        if room and room.epoch == epoch:
            room.seq = seq
            live = tuple(room.live.values())
            self._metrics.gaps += len(live)
            self._metrics.requests_missed += count * len(live)
            self._send(live, joined_packet(room.lost(uuid, count)))

    def viewers_of(self, uuid: str) -> int:
        """Return the number of the callback's viewers on this worker."""
        room = self._rooms.get(uuid)
        return room.counted_here if room else 0

    def _send(self, outboxes: Sequence[Outbox], *packets: bytes) -> None:
        shared = Shared(*packets, viewers=len(outboxes))
        self._metrics.delivered_bytes += len(shared.frame) * len(outboxes)
        for number, outbox in enumerate(outboxes, 1):
            outbox.put(shared)
            if number % VIEWERS_PER_TURN == 0:
                self._socketio.sleep(0)  # a large room must not block the worker

    # Notices

    def reply(self, uuid: str, stored: StoredReply | None) -> None:
        """Notify the viewers of the callback that its reply was changed."""
        if room := self._rooms.get(uuid):
            self._notices.reply(uuid, room, stored)

    def reply_used(self, uuid: str) -> None:
        """Notify the viewers of the callback for how many more requests the reply is used."""
        if room := self._rooms.get(uuid):
            self._notices.reply_used(uuid, room)

    def presence(self, uuid: str, viewers: int, has_responder: bool | None) -> None:
        """Notify the viewers of the callback of their number, and whether there is a responder."""
        if room := self._rooms.get(uuid):
            if has_responder is None:
                has_responder = room.has_responder
            self._notices.viewers(uuid, room, viewers, has_responder)

    def refused(self, uuid: str, count: int, reason: Reason) -> None:
        """Report refused requests to the viewers of the callback."""
        if room := self._rooms.get(uuid):
            self._notices.refused(uuid, room, count, reason)

    def status(self, reason: str | None, part: Container[str] = WHOLE) -> None:
        """Notify viewers why this part of the queue is unavailable; None if it is available."""
        self._notices.set_down(part, reason)
        rooms = [(uuid, room) for uuid, room in self._rooms.items() if uuid in part]
        if reason:
            for _, room in rooms:
                room.report_joined()
        if part is WHOLE:
            self._notices.status(reason)
        else:
            for uuid, _ in rooms:
                self._notices.status(reason, uuid)

    def replaced(self, uuid: str, viewer: str) -> None:
        """Disconnect the viewer, because another one is now the callback's responder."""
        room = self._rooms.get(uuid)
        outbox = room.viewers_here.get(viewer) if room else None
        if outbox:
            outbox.ending = Ending.REPLACED
            outbox.put(None)

    def handed_over(self, uuid: str, viewer: str) -> None:
        """Count a viewer no longer, because another viewer replaces it."""
        self.membership.hand_over(uuid, viewer)

    def restored(self, uuid: str, viewer: str) -> None:
        """Count a replaced viewer again, because the one that replaces it left."""
        self.membership.restore(uuid, viewer)

    # Gaps in the stream

    def pause(self, part: Container[str] = WHOLE) -> None:
        """Let viewers wait for a new barrier, which starts recovery or counts their gap."""
        for uuid, room in self._rooms.items():
            if uuid in part:
                room.interrupt()

    def skipped(self, uuid: str) -> None:
        """Let the callback's viewers wait for a new barrier, which they get a second later.

        So there is at most one barrier per second, regardless of the number of skipped messages.
        """
        room = self._rooms.get(uuid)
        if room:
            is_waiting = bool(room.waiting)
            room.interrupt()
            if room.waiting and not is_waiting:
                self._socketio.start_background_task(self._resume_soon)

    def _resume_soon(self) -> None:
        self._socketio.sleep(SECONDS_BETWEEN_BARRIERS)
        self.resume()

    def resume(self, part: Container[str] = WHOLE) -> None:
        """Give a new barrier to every room of this part whose viewers wait for one."""
        self.membership.resume(part)
