"""Work for threads, in the order in which it came, and never more of it waiting than has room."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Work = TypeVar("Work")

MAX_WAITING = 1000
MAX_BYTES = 64 * 2**20
"""What waits in one lane; whoever has more for it waits, too."""


class Lane(Generic[Work]):
    """Some threads that do the same with one piece of work after the other.

    With one thread the pieces are done one after the other, in their order.
    """

    def __init__(self, do: Callable[[Work], None], threads: int) -> None:
        self._do = do
        self._waiting: deque[tuple[Work, int]] = deque()
        self._bytes = 0
        self._at_work = 0
        self._changed = threading.Condition()
        for _ in range(threads):
            # A thread that is stuck must not keep the process from ending.
            threading.Thread(target=self._run, daemon=True).start()

    def put(self, work: Work, size: int) -> None:
        """Put work of about `size` bytes behind the rest; waits while there is no room."""
        with self._changed:
            self._changed.wait_for(lambda: self._has_room(size))
            self._waiting.append((work, size))
            self._bytes += size
            self._changed.notify_all()

    def _has_room(self, size: int) -> bool:
        waiting = len(self._waiting)
        return not waiting or (waiting < MAX_WAITING and self._bytes + size <= MAX_BYTES)

    def finish(self, seconds: float | None = None) -> bool:
        """Wait until all is done, `seconds` at most, and return whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._at_work, seconds)

    @property
    def left(self) -> int:
        """How much is not done yet."""
        with self._changed:
            return len(self._waiting) + self._at_work

    def _run(self) -> None:
        while True:
            work = self._next()
            try:
                self._do(work)
            finally:
                with self._changed:
                    self._at_work -= 1
                    self._changed.notify_all()

    def _next(self) -> Work:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            work, size = self._waiting.popleft()
            self._bytes -= size
            self._at_work += 1
            self._changed.notify_all()
            return work
