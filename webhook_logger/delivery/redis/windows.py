"""Callbacks over their rate: a worker refuses by itself until the window of the queue ends."""

from __future__ import annotations

import time
from collections import OrderedDict

from webhook_logger.delivery.base import RateExceeded

MAX_CALLBACKS = 10_000
"""Callbacks whose full windows a worker remembers; about one that it forgets it asks again."""


class Windows:
    """The windows that are known as full."""

    def __init__(self) -> None:
        self._ends: OrderedDict[str, float] = OrderedDict()

    def check(self, uuid: str) -> None:
        """Raise `RateExceeded` while the callback's window is known as full."""
        end = self._ends.get(uuid)
        if end is None:
            return
        seconds = end - time.monotonic()
        if seconds > 0:
            raise RateExceeded(seconds)
        self._ends.pop(uuid, None)

    def begin(self, uuid: str, seconds: float) -> RateExceeded:
        """Remember that the callback's window is full and ends in that time; return the error."""
        self._ends[uuid] = time.monotonic() + seconds
        self._ends.move_to_end(uuid)
        if len(self._ends) > MAX_CALLBACKS:
            self._ends.popitem(last=False)
        return RateExceeded(seconds)
