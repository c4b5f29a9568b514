"""Rooms: which viewers watch which callback on this worker, and the one place that sends to them.

Everything here runs in green threads, which change places only where they wait. That is relied upon
between the end of a cut and Engine.IO's queue: what answers a join is queued before the first
request of the room.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask_socketio import SocketIO

from webhook_logger.delivery import Answered, Cut, Delivery, Kept, QueueUnavailable
from webhook_logger.errors import Reason
from webhook_logger.metrics import Metrics
from webhook_logger.viewers.join import Join
from webhook_logger.viewers.transport import Outbox, Shared, outbox_of

RETRY_SECONDS = 0.5
ROOMS_AT_ONCE = 64
SECONDS_BETWEEN_COUNTS = 1.0
VIEWERS_A_TURN = 100

log = logging.getLogger(__name__)


@dataclass
class Room:
    """The viewers on this worker of one callback, and up to where they have seen its stream."""

    epoch: str = ""
    seq: int = 0
    viewers_here: dict[str, Outbox] = field(default_factory=dict)
    """By their sid, where to send what is for each."""
    paused: bool = False
    """What comes may have holes, and is held back."""
    unsure: bool = False
    """Its viewers were notified that the queue is down; `joined` says that they are live again."""
    viewers: int = 0
    """On all workers, as far as it is known here."""
    viewers_told: int | None = 0
    """What every viewer here was told; None when they were told different numbers."""
    refused: int = 0
    """Refused requests that were not reported to the viewers yet."""
    refused_for: Reason = Reason.BAD_REQUEST
    """The reason of the latest one."""
    reply_used: bool = False
    """The reply holds for fewer requests than the viewers were told."""
    replies: int = 0
    """How often the reply was set, as far as it is known here."""
    telling: bool = False


class Rooms:
    """This worker's rooms; delivery's `Sink`."""

    def __init__(self, socketio: SocketIO, delivery: Delivery, metrics: Metrics) -> None:
        self._socketio = socketio
        self._delivery = delivery
        self._metrics = metrics
        self._rooms: dict[str, Room] = {}
        self._resuming = threading.Lock()
        self._down: str | None = None
        """Why the queue takes no requests, where it does not."""

    # What delivery hands over

    def deliver(self, answered: Answered, members: bytes) -> None:
        """Send a captured request to the viewers of the callback; the only place that does."""
        room = self._rooms.get(answered.uuid)
        if room and not room.paused:
            room.epoch, room.seq = answered.epoch, answered.seq
            self._metrics.requests_delivered += len(room.viewers_here)
            packets = [_request(answered, members)]
            if answered.status:
                packets.append(_answered(answered))
            self._send(Shared(*packets), room)

    def skipped(self, uuid: str) -> None:
        """Hold back what comes for the callback, and give its viewers a new cut a second later, so
        that the cuts are at most one per second however many messages are left out.
        """
        room = self._rooms.get(uuid)
        if room and not room.paused:
            room.paused = room.unsure = True
            self._socketio.start_background_task(self._resume_soon)

    def _resume_soon(self) -> None:
        self._socketio.sleep(SECONDS_BETWEEN_COUNTS)
        self.resume()

    def answered(self, answered: Answered) -> None:
        """Tell the viewers of the callback what the sender of a request was answered."""
        room = self._rooms.get(answered.uuid)
        if room:
            self._send(Shared(_answered(answered)), room)

    def reply(self, uuid: str, kept: Kept | None) -> None:
        """Tell the viewers of the callback that its reply was changed."""
        room = self._rooms.get(uuid)
        if room:
            room.replies += 1
            self._tell_reply(uuid, kept)

    def reply_used(self, uuid: str) -> None:
        """Tell the viewers of the callback for how many requests the reply still holds, at most
        once a second: it can be large.
        """
        room = self._rooms.get(uuid)
        if room:
            room.reply_used = True
            self._tell_counts(uuid, room)

    def _tell_reply(self, uuid: str, kept: Kept | None) -> None:
        reply = kept and {**json.loads(kept.reply), "times": kept.times}
        self._tell("reply", {"uuid": uuid, "reply": reply}, uuid)

    def _tell_reply_used(self, uuid: str, room: Room) -> None:
        room.reply_used, before = False, room.replies
        try:
            kept = self._delivery.get_reply(uuid)
        except QueueUnavailable as error:
            log.debug("The reply is not told: %s", error)
            return
        if room.replies == before:  # else its viewers know of a newer one
            self._tell_reply(uuid, kept)

    def _send(self, packet: Shared, room: Room) -> None:
        for number, outbox in enumerate(tuple(room.viewers_here.values()), 1):
            outbox.put(packet)
            if number % VIEWERS_A_TURN == 0:
                self._socketio.sleep(0)  # a large room must not keep the worker to itself

    def count(self, uuid: str, viewers: int) -> None:
        """Tell the viewers of the callback how many they are now, at most once a second."""
        room = self._rooms.get(uuid)
        if room and room.viewers != viewers:
            room.viewers = viewers
            self._tell_counts(uuid, room)

    def refused(self, uuid: str, count: int, reason: Reason) -> None:
        """Report refused requests to the viewers of the callback, at most once a second."""
        room = self._rooms.get(uuid)
        if room:
            room.refused += count
            room.refused_for = reason
            self._tell_counts(uuid, room)

    def _tell_refused(self, uuid: str, room: Room) -> None:
        count, room.refused = room.refused, 0
        reason = room.refused_for
        why = {"status": reason.status, "reason": reason.word, "message": reason.meaning}
        self._tell("refused", {"uuid": uuid, "count": count, **why}, uuid)

    def _tell(self, event: str, payload: dict[str, Any], to: str | None = None) -> None:
        """To this worker's viewers alone: others have their own worker."""
        self._socketio.emit(event, payload, to=to, ignore_queue=True)

    def _tell_counts(self, uuid: str, room: Room) -> None:
        if not room.telling:
            room.telling = True
            self._socketio.start_background_task(self._keep_telling, uuid, room)

    def _keep_telling(self, uuid: str, room: Room) -> None:
        while room.viewers_here and (
            room.refused or room.reply_used or room.viewers != room.viewers_told
        ):
            if room.viewers != room.viewers_told:
                room.viewers_told = room.viewers
                self._tell("viewers", {"uuid": uuid, "viewers": room.viewers}, uuid)
            if room.refused:
                self._tell_refused(uuid, room)
            if room.reply_used:
                self._tell_reply_used(uuid, room)
            self._socketio.sleep(SECONDS_BETWEEN_COUNTS)
        room.telling = False

    def pause(self) -> None:
        """Send no requests until each room has a new cut; it tells the viewers what they missed."""
        for room in self._rooms.values():
            room.paused = room.unsure = True

    def status(self, reason: str | None) -> None:
        """Notify all viewers of this worker why the queue takes no requests; None: it does."""
        self._down = reason
        if reason:
            for room in self._rooms.values():
                room.unsure = True
        self._tell("status", self._status())

    def _status(self) -> dict[str, Any]:
        return {"queue": "down" if self._down else "up", "reason": self._down}

    def resume(self) -> None:
        """Give a new cut to every room whose viewers wait for one."""
        with self._resuming:
            while unsure := [uuid for uuid, room in self._rooms.items() if room.unsure]:
                if self._down:
                    return  # another call follows
                some = unsure[:ROOMS_AT_ONCE]
                # Not Engine.IO's tasks: their join() does not wait for one that has not begun.
                threads = [
                    threading.Thread(target=self._resume_room, args=(uuid,)) for uuid in some
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

    def _resume_room(self, uuid: str) -> None:
        self._with_cut(uuid, partial(self._rejoin, uuid), partial(self._is_empty, uuid))

    def _is_empty(self, uuid: str) -> bool:
        return uuid not in self._rooms

    def _rejoin(self, uuid: str, cut: Cut) -> None:
        room = self._rooms.get(uuid)
        if room and room.unsure:
            joined = self._joined(room, cut, Join(uuid, room.epoch, room.seq))
            self._tell("joined", joined, uuid)

    # Who comes and goes

    def enter(self, sid: str, join: Join, is_gone: Callable[[], bool]) -> dict[str, Any] | None:
        """Let a viewer in at a cut, however long the queue is away, and return `joined`'s fields.

        None when the viewer is gone before. Meanwhile it knows why it waits.
        """
        if self._down:
            self._tell("status", self._status(), sid)
        return self._with_cut(join.uuid, partial(self._enter, sid, join), is_gone)

    def leave(self, sid: str, uuid: str) -> None:
        """Take a viewer out of a room that it is in; Socket.IO's own rooms are the caller's."""
        room = self._rooms[uuid]
        del room.viewers_here[sid]
        if room.viewers_here:
            # Known here before the queue tells it, which it does only where others do not know it.
            room.viewers = max(len(room.viewers_here), room.viewers - 1)
            self._tell_counts(uuid, room)
        else:
            del self._rooms[uuid]
        self._count_here(uuid, room)

    def _with_cut(
        self,
        uuid: str,
        act: Callable[[Cut], dict[str, Any] | None],
        given_up: Callable[[], bool],
    ) -> dict[str, Any] | None:
        while not given_up():
            try:
                with self._delivery.cut(uuid) as cut:
                    return None if given_up() else act(cut)
            except QueueUnavailable as error:
                log.debug("A join waits: %s", error)
                self._socketio.sleep(RETRY_SECONDS)
        return None

    def _enter(self, sid: str, join: Join, cut: Cut) -> dict[str, Any] | None:
        outbox = outbox_of(self._socketio.server, sid)
        if outbox is None:
            return None
        self._rejoin(join.uuid, cut)  # the others first, should they still wait for theirs
        room = self._rooms.setdefault(join.uuid, Room())
        room.viewers_here[sid] = outbox
        self._socketio.server.enter_room(sid, join.uuid)
        return self._joined(room, cut, join)

    def _joined(self, room: Room, cut: Cut, join: Join) -> dict[str, Any]:
        room.epoch, room.seq = cut.epoch, cut.seq
        room.paused = room.unsure = False
        viewers = cut.viewers_elsewhere + len(room.viewers_here)
        room.viewers = viewers
        if len(room.viewers_here) == 1:
            room.viewers_told = viewers
        elif room.viewers_told != viewers:
            room.viewers_told = None  # the others still know another number
            self._tell_counts(join.uuid, room)
        self._count_here(join.uuid, room)
        return {
            "uuid": join.uuid,
            "epoch": cut.epoch,
            "seq": cut.seq,
            "missed": join.missed(cut),
            "viewers": viewers,
        }

    def _count_here(self, uuid: str, room: Room) -> None:
        self._delivery.set_viewers(uuid, len(room.viewers_here))
        self._metrics.rooms = len(self._rooms)


# Events as Socket.IO's packets. Nothing in a position needs escaping.


def _request(answered: Answered, members: bytes) -> bytes:
    uuid, epoch, seq, *_ = answered
    position = f'2["request",{{"uuid":"{uuid}","epoch":"{epoch}","seq":{seq},'.encode()
    return b"".join((position, members, b"}]"))


def _answered(answered: Answered) -> bytes:
    uuid, epoch, seq, status, by = answered
    return (
        f'2["answered",{{"uuid":"{uuid}","epoch":"{epoch}","seq":{seq},'
        f'"status":{status},"by":"{by}"}}]'
    ).encode()
