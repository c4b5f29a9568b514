"""Dispatch the messages that a worker receives from Redis; `envelope.py` defines their format."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webhook_logger.delivery.base import ResponseReport, Sink
from webhook_logger.delivery.redis.barriers import Barriers
from webhook_logger.delivery.redis.envelope import UnknownVersion, unseal
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.manager import RoomManager
from webhook_logger.delivery.redis.pending import PendingRequests
from webhook_logger.delivery.redis.progress import Progress
from webhook_logger.delivery.redis.recovery import kept_request
from webhook_logger.delivery.stored import StoredReply
from webhook_logger.errors import reason_named

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerMessages:
    """A worker's own channel, and the receivers of its messages."""

    channel: str
    _barriers: Barriers
    _heartbeat: Callable[[], None]
    _pending: PendingRequests

    def dispatch(self, kind: bytes, parts: Sequence[str]) -> None:
        """Process a message for this worker."""
        if kind == b"heartbeat":
            self._heartbeat()
        elif kind == b"barrier":
            self._barriers.reach(*parts)
        elif kind == b"response":
            self._pending.deliver_response(*parts)
        elif kind == b"gone":
            self._pending.responder_left(*parts)


class QueueMessages:
    """Gives each message to a room, to the manager or to the worker itself."""

    def __init__(
        self, sink: Sink, manager: RoomManager, own: WorkerMessages, progress: Progress
    ) -> None:
        self._sink = sink
        self._manager = manager
        self._own = own
        self._progress = progress
        self.requests_read = 0
        self.unknown = 0
        """Number of messages whose version this worker does not support."""

    def dispatch(self, channel: str, message: bytes) -> None:
        """Process a message. Raises any exception if the message cannot be processed."""
        try:
            kind, parts = unseal(message)
        except UnknownVersion:
            self._skip(channel)
            return
        if kind == b"request":
            self.requests_read += 1
            request = kept_request(Keys.uuid_of(channel), parts)
            self._progress.note(*request.responded[:3])
            self._sink.deliver(*request)
            return
        texts = [part.decode() for part in parts]
        if channel == self._own.channel or kind == b"barrier":
            self._own.dispatch(kind, texts)
        elif channel == self._manager.channel:
            self._manager.controlled(*texts)
        else:
            self._dispatch_other(Keys.uuid_of(channel), kind, texts)

    def _skip(self, channel: str) -> None:
        """Report a gap to viewers, because a message of another version may be a request."""
        self.unknown += 1
        if self.unknown == 1:
            log.warning(
                "Workers of another version share the queue. This worker skips their messages, and "
                "viewers see their requests as missed."
            )
        if channel not in (self._own.channel, self._manager.channel):
            self._sink.skipped(Keys.uuid_of(channel))

    def _dispatch_other(self, uuid: str, kind: bytes, parts: Sequence[str]) -> None:
        """Process a message for a room that is not a request."""
        if kind == b"viewers":
            self._presence(uuid, *parts)
        elif kind == b"refused":
            count, word = parts
            self._sink.refused(uuid, int(count), reason_named(word))
        elif kind == b"responded":
            self._responded(uuid, *parts)
        elif kind == b"lost":
            epoch, seq, lost = parts
            self._sink.lost(uuid, epoch, int(seq), int(lost))
        elif kind == b"replaced":
            self._sink.handed_over(uuid, *parts)
        elif kind == b"restored":
            self._sink.restored(uuid, *parts)
        elif kind == b"used":
            self._sink.reply_used(uuid)
        elif kind == b"reply":
            self._sink.reply(uuid, _stored(*parts) if parts else None)
        elif kind == b"emit":
            self._manager.emitted(*parts)
        else:
            raise ValueError(f"unknown kind of message: {kind!r}")

    # A worker of an older release does not send the last part of these messages.

    def _presence(self, uuid: str, viewers: str, has_responder: str = "") -> None:
        self._sink.presence(uuid, int(viewers), has_responder == "1" if has_responder else None)

    def _responded(
        self, uuid: str, epoch: str, seq: str, status: str, by: str, details: str = ""
    ) -> None:
        place = (uuid, epoch, int(seq))
        self._sink.responded(ResponseReport(*place, int(status), by, details.encode()))


def _stored(times: str, reply: str, left: str | None = None) -> StoredReply:
    """Return the reply from a script's message."""
    counters = (times if times != "-" else None, left)
    return StoredReply(reply, *(None if each is None else int(each) for each in counters))
