"""How often each may do something: so many times in each window of time."""

from __future__ import annotations

import time
from collections import OrderedDict

MOST_KEYS = 10_000
"""Of whom is remembered what they did; the one longest unseen begins anew."""


class Rates:
    """Counts for each key, `most` times in `seconds`; 0 is any number."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str) -> float:
        """Count one more: 0, or in how many seconds there is room again."""
        if not self._most:
            return 0.0
        now = time.monotonic()
        end, taken = self._windows.pop(key, (0.0, 0))
        if end <= now:
            end, taken = now + self._seconds, 0
        is_full = taken >= self._most
        self._windows[key] = (end, taken if is_full else taken + 1)
        if len(self._windows) > MOST_KEYS:
            self._windows.popitem(last=False)
        return end - now if is_full else 0.0
