"""Parse a viewer's request to join a room, from `auth` or `join`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from webhook_logger.callbacks import canonical_uuid, may_watch
from webhook_logger.delivery import Barrier, Position
from webhook_logger.errors import Reason, Refusal

MAX_EPOCH_CHARACTERS = 64
MAX_SID_CHARACTERS = 64
HANDSHAKES: Literal["handshakes"] = "handshakes"


def uuid_of(payload: object) -> str:
    """Return the UUID of the callback that a payload names. Raises `Refusal`."""
    if not isinstance(payload, dict):
        raise _malformed("The payload must be an object with a uuid.")
    try:
        return canonical_uuid(payload.get("uuid"))
    except ValueError:
        raise Refusal(Reason.UUID_MALFORMED) from None


@dataclass(frozen=True)
class Join:
    """A viewer's request to join a callback's room, with the right to watch it.

    It does not contain the view key, which is checked first and then discarded.
    """

    uuid: str
    epoch: str | None = None
    seq: int | None = None
    """Together with the epoch, the last position that the viewer received."""
    respond: bool | Literal["handshakes"] = False
    """Whether the viewer claims to be the callback's responder, or responds to handshakes only."""
    replaces: str = ""
    """The sid of the viewer that this one replaces, or an empty string."""

    @classmethod
    def from_auth(cls, auth: object) -> Join | None:
        """Return the join, or None if `auth` has no uuid. Raises `Refusal`.

        `auth` cannot claim to respond: a refused claim could not be reported to the viewer.
        """
        if auth is None or (isinstance(auth, dict) and "uuid" not in auth):
            return None
        if isinstance(auth, dict):
            auth = {**auth, "respond": False}
        return cls.from_payload(auth)

    @classmethod
    def from_payload(cls, payload: Any) -> Join:
        """Return the join. Raises `Refusal`."""
        uuid = uuid_of(payload)
        if not may_watch(uuid, payload.get("key")):
            raise Refusal(Reason.PRIVATE)
        epoch, seq = payload.get("epoch"), payload.get("seq")
        _check_printable("epoch", epoch, MAX_EPOCH_CHARACTERS)
        if type(seq) is float and seq.is_integer():
            seq = int(seq)  # JSON has one type of number
        if seq is not None and not (type(seq) is int and 0 <= seq < 2**53):
            raise _malformed("seq must be a whole number from 0 to 2^53 - 1.")
        respond = payload.get("respond", False)
        if type(respond) is not bool and respond != HANDSHAKES:
            raise _malformed('respond must be true, false or "handshakes".')
        replaces = payload.get("replaces")
        _check_printable("replaces", replaces, MAX_SID_CHARACTERS)
        return cls(uuid, epoch, seq, respond, replaces or "")

    @property
    def position(self) -> Position | None:
        """Return the viewer's position; None if the viewer did not send a complete one."""
        if self.epoch is None or self.seq is None:
            return None
        return Position(self.epoch, self.seq)

    def missed(self, barrier: Barrier) -> int | None:
        """Return the number of requests that the viewer does not receive between its position and
        the barrier; None if it is unknown.
        """
        if self.epoch is None:
            return 0
        seq = joined_seq(barrier)
        if self.seq is None:
            return None
        if self.epoch != barrier.epoch:
            return None if barrier.earlier is None else max(0, barrier.earlier + seq - self.seq)
        return seq - self.seq if self.seq <= seq else None


def joined_seq(barrier: Barrier) -> int:
    """Return the `seq` of `joined`: the viewer receives all later requests, first the recovered
    ones.
    """
    return barrier.recovered[0].responded.seq - 1 if barrier.recovered else barrier.seq


def _check_printable(name: str, text: object, max_characters: int) -> None:
    """Raise `Refusal` unless the text is None or short printable ASCII, perhaps empty."""
    if text is None:
        return
    is_printable = isinstance(text, str) and text.isascii() and text.isprintable()
    if not is_printable or len(str(text)) > max_characters:
        raise _malformed(
            f"{name} must be a string of at most {max_characters} printable ASCII characters."
        )


def _malformed(message: str) -> Refusal:
    return Refusal(Reason.MESSAGE_MALFORMED, message)
