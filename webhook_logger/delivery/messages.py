"""The messages that a worker reads from Redis: what each is, and for whom."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from webhook_logger.delivery import keys
from webhook_logger.delivery.base import Answered, Kept, Sink
from webhook_logger.delivery.canary import Canaries
from webhook_logger.delivery.cuts import Cuts
from webhook_logger.delivery.holding import Holding
from webhook_logger.delivery.manager import CONTROL_CHANNEL, RoomManager
from webhook_logger.reasons import reason_named

# A request on a callback's channel is JSON; all else there, and on a worker's own, begins with a
# word: "viewers 3".
_REQUEST = b"{"
_POSITION_END = b',"id":'
_EVENT_END = b"\n"  # JSON has none; what is answered is behind it, where that is known


@dataclass(frozen=True)
class Own:
    """A worker's own channel, and who waits for what comes there."""

    channel: str
    _cuts: Cuts
    _canaries: Canaries
    _holding: Holding

    def take(self, kind: str, rest: str = "") -> None:
        """One that is for it."""
        if kind == "canary":
            self._canaries.came_back()
        elif kind == "cut":
            self._cuts.reach(*rest.split(" "))
        elif kind == "answer":
            self._holding.given(*rest.split(" ", 1))
        elif kind == "gone":
            self._holding.gone(rest)


class Messages:
    """Hands on what is for a room, for the manager, or for the worker."""

    def __init__(self, sink: Sink, manager: RoomManager, own: Own) -> None:
        self._sink = sink
        self._manager = manager
        self._own = own
        self.requests_read = 0

    def take(self, channel: str, data: bytes) -> None:
        """Hand one on. Raises whatever comes of one that cannot be read."""
        if data.startswith(_REQUEST) and channel != CONTROL_CHANNEL:
            self.requests_read += 1
            event, _, told = data.partition(_EVENT_END)
            position = orjson.loads(event[: event.index(_POSITION_END)] + b"}")
            status, by = told.decode().split(" ") if told else (0, "")
            place = (position["uuid"], position["epoch"], position["seq"])
            self._sink.deliver(Answered(*place, int(status), by), event)
            return
        text = data.decode()
        if channel == self._own.channel:
            self._own.take(*text.split(" ", 1))
        elif channel == CONTROL_CHANNEL:
            self._manager.controlled(text)
        else:
            self._take_aside(keys.uuid_of(channel), *text.split(" ", 1))

    def _take_aside(self, uuid: str, kind: str, rest: str = "") -> None:
        """What a room hears besides requests."""
        if kind == "viewers":
            self._sink.count(uuid, int(rest))
        elif kind == "refused":
            count, word = rest.split(" ")
            self._sink.refused(uuid, int(count), reason_named(word))
        elif kind == "answered":
            epoch, seq, status, by = rest.split(" ")
            self._sink.answered(Answered(uuid, epoch, int(seq), int(status), by))
        elif kind == "used":
            self._sink.reply_used(uuid)
        elif kind == "reply":
            self._sink.reply(uuid, _kept(*rest.split(" ", 1)) if rest else None)
        elif kind == "emit":
            self._manager.emitted(rest)
        else:
            raise ValueError(f"a message of the kind {kind!r}")


def _kept(times: str, reply: str) -> Kept:
    """As the scripts tell it."""
    return Kept(reply, None if times == "-" else int(times))
