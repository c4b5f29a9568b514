"""Check the deadlines of all waits in one thread, so that no wait needs its own timer."""

from __future__ import annotations

import threading
import time
from typing import Protocol

from webhook_logger.errors import Reason, Refusal

CHECK_INTERVAL_SECONDS = 0.2


def seconds_to_next_check() -> float:
    """Return the seconds to the next check. Other regular work can be done at the same times, so
    that an idle worker wakes up once for both.
    """
    return CHECK_INTERVAL_SECONDS - time.monotonic() % CHECK_INTERVAL_SECONDS


class SenderTooSlow(Refusal):
    """The sender did not send in time.

    Not in a compiled module: from Python 3.12 on, a compiled class can't inherit from an exception
    of an ordinary one.
    """

    def __init__(self) -> None:
        super().__init__(Reason.REQUEST_TIMEOUT)


class Waiting(Protocol):
    """An object that sometimes waits, until a deadline."""

    deadline: float
    """Time on the monotonic clock; 0 while the object does not wait."""

    def expire(self) -> None:
        """End the wait, because its deadline has passed."""


class Deadlines:
    """A set of objects whose deadlines are checked. The thread starts with the first object."""

    def __init__(self) -> None:
        self._all: set[Waiting] = set()
        self._is_running = False

    def add(self, waiting: Waiting) -> None:
        """Check the object's deadline until the object is discarded."""
        self._all.add(waiting)
        if not self._is_running:
            self._is_running = True
            threading.Thread(target=self._check, daemon=True).start()

    def discard(self, waiting: Waiting) -> None:
        """Stop checking the object's deadline."""
        self._all.discard(waiting)

    def _check(self) -> None:
        while True:
            time.sleep(seconds_to_next_check())
            now = time.monotonic()
            for waiting in [one for one in self._all if 0 < one.deadline <= now]:
                waiting.expire()


deadlines = Deadlines()
