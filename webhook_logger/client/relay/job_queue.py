"""Bounded queues of work for threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Work = TypeVar("Work")

MAX_WAITING = 1000
MAX_BYTES = 64 * 2**20
"""Limits of one queue. `put` blocks while the queue is full."""


class JobQueue(Generic[Work]):
    """A bounded queue whose items threads process. With one thread they are processed in order."""

    def __init__(self, do: Callable[[Work], None], threads: int) -> None:
        self._do = do
        self._waiting: deque[tuple[Work, int]] = deque()
        self._bytes = 0
        self._running = 0
        self._changed = threading.Condition()
        for _ in range(threads):
            # A blocked thread must not keep the process alive.
            threading.Thread(target=self._run, daemon=True).start()

    def put(self, work: Work, size: int) -> None:
        """Queue work of about `size` bytes. Blocks while the queue is full."""
        with self._changed:
            self._changed.wait_for(lambda: self._has_room(size))
            self._waiting.append((work, size))
            self._bytes += size
            self._changed.notify_all()

    def _has_room(self, size: int) -> bool:
        waiting = len(self._waiting)
        return not waiting or (waiting < MAX_WAITING and self._bytes + size <= MAX_BYTES)

    def finish(self, seconds: float | None = None) -> bool:
        """Wait for at most `seconds` until all work is done; return whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._running, seconds)

    @property
    def left(self) -> int:
        """The number of items that are not done."""
        with self._changed:
            return len(self._waiting) + self._running

    def _run(self) -> None:
        while True:
            work = self._next()
            try:
                self._do(work)
            finally:
                with self._changed:
                    self._running -= 1
                    self._changed.notify_all()

    def _next(self) -> Work:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            work, size = self._waiting.popleft()
            self._bytes -= size
            self._running += 1
            self._changed.notify_all()
            return work
