"""The replies of callbacks, kept in memory, where there is no queue that keeps them."""

from __future__ import annotations

from collections import OrderedDict

from webhook_logger.delivery.base import Kept

MAX_BYTES = 64 * 2**20
"""Of all of them; beyond that the one longest unused is forgotten."""
BYTES_OF_ONE = 512
"""What Python needs for each besides its text."""


class Replies:
    """By callback, in the order of their last use."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0

    def get(self, uuid: str) -> Kept | None:
        """None where it has none."""
        return self._kept.get(uuid)

    def set(self, uuid: str, kept: Kept | None) -> None:
        """Keep it in the place of another; None: keep none."""
        before = self._kept.pop(uuid, None)
        if before:
            self._bytes -= _weight(before)
        if kept:
            self._kept[uuid] = kept
            self._bytes += _weight(kept)
        while self._bytes > MAX_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _weight(oldest)

    def take(self, uuid: str) -> bool:
        """Use it for a request; whether that has changed it, which is so where its times count."""
        reply, times = self._kept[uuid]
        self._kept.move_to_end(uuid)
        if times is not None:
            self.set(uuid, Kept(reply, times - 1) if times > 1 else None)
        return times is not None


def _weight(kept: Kept) -> int:
    # One emoji makes four bytes of each character, and what is read as JSON is there as UTF-8, too.
    bytes_of_a_character = 1 if kept.reply.isascii() else 8
    return len(kept.reply) * bytes_of_a_character + BYTES_OF_ONE
