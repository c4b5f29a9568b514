"""The stored reply of a callback, and how its uses are counted."""

from __future__ import annotations

from typing import NamedTuple


class StoredReply(NamedTuple):
    """A callback's stored reply."""

    reply: str
    """JSON text, which delivery does not parse."""
    times: int | None = None
    """The remaining number of uses; None for no limit."""
    left: int | None = None
    """The number of entries of the reply's sequence that were not used; None without a sequence."""

    @property
    def taken(self) -> StoredReply:
        """Return it as a request gets it, without `times`."""
        return StoredReply(self.reply, left=self.left)

    @property
    def is_counted(self) -> bool:
        """Return whether the next use changes it."""
        return self.times is not None or bool(self.left)

    def after_use(self) -> StoredReply | None:
        """Return the stored reply after one more use; None if that was the last one."""
        if self.times == 1:
            return None
        times = self.times and self.times - 1
        return StoredReply(self.reply, times, self.left and self.left - 1)
