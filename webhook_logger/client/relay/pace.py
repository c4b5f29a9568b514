"""Limit the rate of requests to a target."""

from __future__ import annotations

import threading
import time

_MAX_INTERVAL = 10.0**6
"""Maximum seconds between two moments. Python cannot wait for much longer."""


class Pace:
    """Hands out evenly spaced moments, also after a pause. It is safe to use from any thread."""

    def __init__(self, per_second: float | None) -> None:
        """`per_second`: None for no limit."""
        self._interval = min(1 / per_second, _MAX_INTERVAL) if per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def reserve(self, now: float | None = None) -> float:
        """Reserve the next free moment, and return the seconds until then.

        `now`: the time of the monotonic clock.
        """
        if not self._interval:
            return 0
        now = time.monotonic() if now is None else now
        with self._lock:
            moment = max(now, self._next)
            self._next = moment + self._interval
            return moment - now
