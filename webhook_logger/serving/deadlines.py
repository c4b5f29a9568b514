"""Deadlines: one thread checks all waits, so that no wait needs a timer of its own."""

from __future__ import annotations

import threading
import time
from typing import Protocol

LOOK_SECONDS = 0.25


class Waiting(Protocol):
    """An object that waits until a deadline at times."""

    deadline: float
    """On the monotonic clock; 0 while it does not wait."""

    def expire(self) -> None:
        """End the wait: its deadline has passed."""


class Deadlines:
    """The objects whose deadlines are checked. The thread starts with the first one."""

    def __init__(self) -> None:
        self._all: set[Waiting] = set()
        self._runs = False

    def add(self, waiting: Waiting) -> None:
        """Check its deadline until it is discarded."""
        self._all.add(waiting)
        if not self._runs:
            self._runs = True
            threading.Thread(target=self._look, daemon=True).start()

    def discard(self, waiting: Waiting) -> None:
        """Stop checking its deadline."""
        self._all.discard(waiting)

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            for waiting in [one for one in self._all if 0 < one.deadline <= now]:
                waiting.expire()


deadlines = Deadlines()
