"""What is overdue: one thread looks at all that wait for bytes, so that no wait needs a timer."""

from __future__ import annotations

import threading
import time
from typing import Protocol

LOOK_SECONDS = 0.25


class Waiting(Protocol):
    """Somebody who waits until a deadline, and must be looked after."""

    deadline: float
    """On the monotonic clock; 0 while it waits for nothing."""

    def expire(self) -> None:
        """The deadline has passed."""


class Deadlines:
    """All who may wait; the thread runs from the first one on."""

    def __init__(self) -> None:
        self._all: set[Waiting] = set()
        self._runs = False

    def add(self, waiting: Waiting) -> None:
        """Look after it until it is discarded."""
        self._all.add(waiting)
        if not self._runs:
            self._runs = True
            threading.Thread(target=self._look, daemon=True).start()

    def discard(self, waiting: Waiting) -> None:
        """Look after it no more."""
        self._all.discard(waiting)

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            for waiting in [one for one in self._all if 0 < one.deadline <= now]:
                waiting.expire()


deadlines = Deadlines()
