"""Rate limits: a number of times in each window of time, for each key."""

from __future__ import annotations

import time
from collections import OrderedDict

MAX_KEYS = 10_000
"""Maximum keys in memory. The key unused for longest is forgotten."""


class Rates:
    """Counts uses of each key: at most `most` in `seconds`; 0 means any number."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str) -> float:
        """Count one use, and return 0; or return the seconds until the next one is allowed."""
        if not self._most:
            return 0.0
        now = time.monotonic()
        end, taken = self._windows.pop(key, (0.0, 0))
        if end <= now:
            end, taken = now + self._seconds, 0
        is_full = taken >= self._most
        self._windows[key] = (end, taken if is_full else taken + 1)
        if len(self._windows) > MAX_KEYS:
            self._windows.popitem(last=False)
        return end - now if is_full else 0.0
