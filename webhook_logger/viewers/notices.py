"""Notices: what viewers of this worker hear besides requests and their responses.

What strangers can cause at any rate (viewers who come and go, refused requests, a reply that is
used) is gathered, and sent to a room at most once a second.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from flask_socketio import SocketIO

from webhook_logger.delivery import Delivery, Kept, QueueUnavailable
from webhook_logger.errors import Reason
from webhook_logger.viewers.room import Room

SECONDS_BETWEEN = 1.0

log = logging.getLogger(__name__)


class Notices:
    """Sends to this worker's viewers alone: others have their own worker."""

    def __init__(self, socketio: SocketIO, delivery: Delivery) -> None:
        self._socketio = socketio
        self._delivery = delivery
        self.down: str | None = None
        """Why the queue takes no requests, where it does not."""

    def send(self, event: str, payload: dict[str, Any], to: str | None = None) -> None:
        """Send an event to a room or to one viewer by its sid; without `to`, to all viewers."""
        self._socketio.emit(event, payload, to=to, ignore_queue=True)

    def status(self, to: str | None = None) -> None:
        """Say whether the queue takes requests."""
        self.send("status", {"queue": "down" if self.down else "up", "reason": self.down}, to)

    def reply(self, uuid: str, room: Room, kept: Kept | None) -> None:
        """Say that the callback's reply was changed."""
        room.replies += 1
        self._send_reply(uuid, kept)

    def reply_used(self, uuid: str, room: Room) -> None:
        """Say soon for how many requests the reply still holds: it can be large."""
        room.reply_used = True
        self.send_soon(uuid, room)

    def viewers(self, uuid: str, room: Room, viewers: int) -> None:
        """Say soon how many viewers the callback has."""
        if room.viewers != viewers:
            room.viewers = viewers
            self.send_soon(uuid, room)

    def refused(self, uuid: str, room: Room, count: int, reason: Reason) -> None:
        """Report refused requests soon."""
        room.refused += count
        room.refused_for = reason
        self.send_soon(uuid, room)

    def send_soon(self, uuid: str, room: Room) -> None:
        """Send what the room does not know yet, now or when a second has passed."""
        if not room.telling:
            room.telling = True
            self._socketio.start_background_task(self._keep_sending, uuid, room)

    def _keep_sending(self, uuid: str, room: Room) -> None:
        while room.viewers_here and (
            room.refused or room.reply_used or room.viewers != room.viewers_told
        ):
            if room.viewers != room.viewers_told:
                room.viewers_told = room.viewers
                self.send("viewers", {"uuid": uuid, "viewers": room.viewers}, uuid)
            if room.refused:
                self._send_refused(uuid, room)
            if room.reply_used:
                self._send_reply_used(uuid, room)
            self._socketio.sleep(SECONDS_BETWEEN)
        room.telling = False

    def _send_refused(self, uuid: str, room: Room) -> None:
        count, room.refused = room.refused, 0
        reason = room.refused_for
        why = {"status": reason.status, "reason": reason.word, "message": reason.meaning}
        self.send("refused", {"uuid": uuid, "count": count, **why}, uuid)

    def _send_reply_used(self, uuid: str, room: Room) -> None:
        room.reply_used, before = False, room.replies
        try:
            kept = self._delivery.get_reply(uuid)
        except QueueUnavailable as error:
            log.debug("The reply is not told: %s", error)
            return
        if room.replies == before:  # else its viewers know of a newer one
            self._send_reply(uuid, kept)

    def _send_reply(self, uuid: str, kept: Kept | None) -> None:
        reply = kept and {**json.loads(kept.reply), "times": kept.times}
        self.send("reply", {"uuid": uuid, "reply": reply}, uuid)
