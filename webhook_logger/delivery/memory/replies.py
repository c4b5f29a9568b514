"""The replies of callbacks in memory, for a server without a queue."""

from __future__ import annotations

from collections import OrderedDict

from webhook_logger.delivery.stored import StoredReply

MAX_BYTES = 64 * 2**20
"""Maximum memory of all replies. The least recently used reply is removed."""
OVERHEAD_BYTES = 512
"""Memory that Python needs for each reply, in addition to its text."""


class Replies:
    """Replies by callback, in the order of their last use."""

    def __init__(self) -> None:
        self._stored: OrderedDict[str, StoredReply] = OrderedDict()
        self._bytes = 0

    def get(self, uuid: str) -> StoredReply | None:
        """Return the callback's reply, or None."""
        return self._stored.get(uuid)

    def set(self, uuid: str, stored: StoredReply | None) -> None:
        """Replace the callback's reply, or remove it with None."""
        before = self._stored.pop(uuid, None)
        if before:
            self._bytes -= _size(before)
        if stored:
            self._stored[uuid] = stored
            self._bytes += _size(stored)
        while self._bytes > MAX_BYTES:
            _, oldest = self._stored.popitem(last=False)
            self._bytes -= _size(oldest)

    def take(self, uuid: str) -> bool:
        """Use the reply for a request. Return whether that changed its counters."""
        stored = self._stored[uuid]
        self._stored.move_to_end(uuid)
        if stored.is_counted:
            self.set(uuid, stored.after_use())
        return stored.is_counted


def _size(stored: StoredReply) -> int:
    # With one emoji, each character of a string takes four bytes. Parsed JSON can also contain the
    # string as UTF-8, with up to four bytes for each character.
    bytes_per_character = 1 if stored.reply.isascii() else 8
    return len(stored.reply) * bytes_per_character + OVERHEAD_BYTES
