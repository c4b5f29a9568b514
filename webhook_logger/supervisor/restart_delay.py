"""Wait longer after each failure in a row, so that a program that cannot run costs little."""

from __future__ import annotations

import time

FIRST_SECONDS = 0.5
MAX_SECONDS = 30.0
STABLE_SECONDS = 60.0
"""A process that ran for this time was started with success."""


class RestartDelay:
    """When to start a process again."""

    def __init__(self) -> None:
        self._failures = 0
        self.due: float | None = None
        """When to start the process, on the monotonic clock; None if it runs."""

    def failed(self, started: float) -> float:
        """Note that a process has ended that was started then. Return the seconds to wait."""
        now = time.monotonic()
        self._failures = 0 if now - started >= STABLE_SECONDS else self._failures
        seconds = min(MAX_SECONDS, FIRST_SECONDS * float(2 ** min(self._failures, 16)))
        self._failures += 1
        self.due = now + seconds
        return seconds
