"""Callbacks over their rate limit, which a worker refuses itself until their window ends."""

from __future__ import annotations

import time
from collections import OrderedDict

from webhook_logger.delivery.base import RateExceeded

MAX_CALLBACKS = 10_000
"""Maximum callbacks whose full windows a worker stores. For others it queries the queue again."""


class Windows:
    """Full windows of callbacks."""

    def __init__(self) -> None:
        self._ends: OrderedDict[str, float] = OrderedDict()

    def check(self, uuid: str) -> None:
        """Raise `RateExceeded` if a full window of the callback is stored and has not ended."""
        end = self._ends.get(uuid)
        if end is None:
            return
        seconds = end - time.monotonic()
        if seconds > 0:
            raise RateExceeded(seconds)
        self._ends.pop(uuid, None)

    def remember(self, uuid: str, seconds: float) -> RateExceeded:
        """Store that the callback's window is full and ends in that time. Return the error."""
        self._ends[uuid] = time.monotonic() + seconds
        self._ends.move_to_end(uuid)
        if len(self._ends) > MAX_CALLBACKS:
            self._ends.popitem(last=False)
        return RateExceeded(seconds)
