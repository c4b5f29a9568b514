"""Send notices: the events other than requests and their responses.

Untrusted users can cause some notices at any rate: viewers who join and leave, refused requests, a
reply that is used. These are collected, and sent to a room at most once per second.
"""

from __future__ import annotations

import logging
from collections.abc import Container
from typing import Any

from flask_socketio import SocketIO

from webhook_logger.delivery import Delivery, QueueUnavailable, StoredReply
from webhook_logger.errors import Reason
from webhook_logger.reply import read_stored
from webhook_logger.viewers.room import Room

SECONDS_BETWEEN = 1.0
SETTLE_SECONDS = 0.25
"""Time before a changed number of viewers is sent. A viewer that moves changes it twice."""

log = logging.getLogger(__name__)


class Notices:
    """Sends notices to this worker's viewers; each worker notifies its own."""

    def __init__(self, socketio: SocketIO, delivery: Delivery) -> None:
        self._socketio = socketio
        self._delivery = delivery
        self._down: dict[Container[str], str] = {}
        """The parts of the queue that are unavailable, with the reason."""

    def set_down(self, part: Container[str], reason: str | None) -> None:
        """Note why a part of the queue is unavailable; None if it is available."""
        self._down.pop(part, None)
        if reason:
            self._down[part] = reason

    def down(self, uuid: str) -> str | None:
        """Return why the queue is unavailable for a callback; None if it is available."""
        return next((reason for part, reason in self._down.items() if uuid in part), None)

    def send(self, event: str, payload: dict[str, Any], to: str | None = None) -> None:
        """Send an event to a room, to one viewer by its sid, or without `to`, to all viewers."""
        self._socketio.emit(event, payload, to=to, ignore_queue=True)

    def status(self, reason: str | None, uuid: str | None = None, to: str | None = None) -> None:
        """Send why the queue is unavailable; None if it is available.

        Without `uuid`, this concerns all callbacks and goes to all viewers. With it, it concerns
        one callback and goes to its room, or to the viewer `to`.
        """
        about = {"uuid": uuid} if uuid else {}
        payload = {"queue": "down" if reason else "up", "reason": reason, **about}
        self.send("status", payload, to or uuid)

    def reply(self, uuid: str, room: Room, stored: StoredReply | None) -> None:
        """Send the callback's changed reply."""
        room.replies += 1
        self._send_reply(uuid, stored)

    def reply_used(self, uuid: str, room: Room) -> None:
        """Send the reply with its remaining uses soon. Not for each use: it can be large."""
        room.reply_used = True
        self.send_soon(uuid, room)

    def viewers(self, uuid: str, room: Room, viewers: int, has_responder: bool) -> None:
        """Send the callback's number of viewers soon, and whether it has a responder."""
        if room.presence != (viewers, has_responder):
            room.viewers, room.has_responder = viewers, has_responder
            self.send_soon(uuid, room)

    def refused(self, uuid: str, room: Room, count: int, reason: Reason) -> None:
        """Send the number of refused requests soon."""
        room.refused += count
        room.refused_reason = reason
        self.send_soon(uuid, room)

    def send_soon(self, uuid: str, room: Room) -> None:
        """Send the room's pending notices now, or one second after the previous ones."""
        if not room.is_sending:
            room.is_sending = True
            self._socketio.start_background_task(self._keep_sending, uuid, room)

    def _keep_sending(self, uuid: str, room: Room) -> None:
        while room.viewers_here and (
            room.refused or room.reply_used or room.presence != room.presence_sent
        ):
            if room.presence != room.presence_sent:
                self._socketio.sleep(SETTLE_SECONDS)
            if room.presence != room.presence_sent:
                self._send_viewers(uuid, room)
            if room.refused:
                self._send_refused(uuid, room)
            if room.reply_used:
                self._send_reply_used(uuid, room)
            self._socketio.sleep(SECONDS_BETWEEN)
        room.is_sending = False

    def _send_viewers(self, uuid: str, room: Room) -> None:
        room.presence_sent = room.presence
        responder = {"responder": True} if room.has_responder else {}
        self.send("viewers", {"uuid": uuid, "viewers": room.viewers, **responder}, uuid)

    def _send_refused(self, uuid: str, room: Room) -> None:
        count, room.refused = room.refused, 0
        reason = room.refused_reason
        why = {"status": reason.status, "reason": reason.word, "message": reason.meaning}
        self.send("refused", {"uuid": uuid, "count": count, **why}, uuid)

    def _send_reply_used(self, uuid: str, room: Room) -> None:
        room.reply_used, before = False, room.replies
        try:
            stored = self._delivery.get_reply(uuid)
        except QueueUnavailable as error:
            log.debug("The reply was not sent to viewers: %s", error)
            return
        if room.replies == before:  # else viewers have received a newer one
            self._send_reply(uuid, stored)

    def _send_reply(self, uuid: str, stored: StoredReply | None) -> None:
        reply = stored and read_stored(stored.reply).counted(*stored[1:]).to_wire()
        self.send("reply", {"uuid": uuid, "reply": reply}, uuid)
