"""A viewer's wish to enter a room, as it comes in `auth` and in `join`."""

from __future__ import annotations

from dataclasses import dataclass

from webhook_logger.callbacks import canonical_uuid
from webhook_logger.delivery import Cut

MAX_EPOCH_CHARACTERS = 64


@dataclass(frozen=True)
class Join:
    """What a viewer asks for: a callback, and the last position it saw there."""

    uuid: str
    epoch: str | None = None
    seq: int | None = None

    @classmethod
    def from_payload(cls, payload: object) -> Join:
        """Raises `ValueError` with a message for the viewer."""
        if not isinstance(payload, dict):
            raise ValueError("the payload must be an object with a uuid")
        epoch, seq = payload.get("epoch"), payload.get("seq")
        if epoch is not None and not (
            isinstance(epoch, str) and len(epoch) <= MAX_EPOCH_CHARACTERS
        ):
            raise ValueError(f"epoch must be a string of at most {MAX_EPOCH_CHARACTERS} characters")
        if seq is not None and not (type(seq) is int and 0 <= seq < 2**53):
            raise ValueError("seq must be a whole number, 0 or more")
        return cls(canonical_uuid(payload.get("uuid")), epoch, seq)

    def missed(self, cut: Cut) -> int | None:
        """How many requests came since that position; None when that can't be told."""
        if self.epoch is None:
            return 0
        if self.epoch != cut.epoch or self.seq is None or self.seq > cut.seq:
            return None
        return cut.seq - self.seq
