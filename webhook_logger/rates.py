"""Rate limits: a maximum number of uses per key in each window of time."""

from __future__ import annotations

import time
from collections import OrderedDict

MAX_KEYS = 10_000
"""Maximum keys in memory. Over this number, or when its window has ended, the least recently used
key is removed.
"""


class Rates:
    """Counts uses of each key, and allows at most `limit` in `seconds`; 0 means no limit."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str) -> float:
        """Count one use and return 0, or return the seconds until the next use is allowed."""
        if not self._limit:
            return 0.0
        now = time.monotonic()
        end, taken = self._windows.pop(key, (0.0, 0))
        if end <= now:
            end, taken = now + self._seconds, 0
        is_full = taken >= self._limit
        self._windows[key] = (end, taken if is_full else taken + 1)
        oldest = next(iter(self._windows))
        if self._windows[oldest][0] <= now or len(self._windows) > MAX_KEYS:
            del self._windows[oldest]
        return end - now if is_full else 0.0
