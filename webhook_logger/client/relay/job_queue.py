"""Bounded queues of work for threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

Work = TypeVar("Work")

MAX_WAITING = 1000
MAX_BYTES = 64 * 2**20
"""Limits of one queue. `put` blocks while the queue is full."""
IDLE_SECONDS = 5.0
"""A thread without work ends after this time."""


class JobQueue(Generic[Work]):
    """A bounded queue whose items threads process. With one thread they are processed in order.

    Threads start when there is work, so an unused queue has no threads. While the system refuses
    to start the first one, `put` does the work itself.
    """

    def __init__(self, do: Callable[[Work], None], threads: int) -> None:
        """`threads`: the maximum number of items that are processed at the same time."""
        self._do = do
        self._max_threads = threads
        self._threads = 0
        self._waiting: deque[tuple[Work, int]] = deque()
        self._bytes = 0
        self._running = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, work: Work, size: int) -> None:
        """Queue work of about `size` bytes. Blocks while the queue is full.

        After `close`, the work is dropped.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(size))
            if self._closed:
                return
            self._waiting.append((work, size))
            self._bytes += size
            idle = self._threads - self._running
            if len(self._waiting) > idle and self._threads < self._max_threads:
                self._start_thread()
            self._changed.notify_all()
            mine = None if self._threads else self._take()
        if mine:
            try:
                self._do(mine[0])
            finally:
                self._finished()

    def _start_thread(self) -> None:
        # A blocked thread must not keep the process alive.
        thread = threading.Thread(target=self._run, daemon=True)
        with suppress(RuntimeError):  # the system has no more threads
            thread.start()
            self._threads += 1

    def _has_room(self, size: int) -> bool:
        waiting = len(self._waiting)
        return not waiting or (waiting < MAX_WAITING and self._bytes + size <= MAX_BYTES)

    def finish(self, seconds: float | None = None) -> bool:
        """Wait for at most `seconds` until all work is done; return whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._running, seconds)

    def close(self) -> None:
        """Drop the work that has not begun, and end the threads when they have no work."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._bytes = 0
            self._changed.notify_all()

    @property
    def left(self) -> int:
        """The number of items that are not done."""
        with self._changed:
            return len(self._waiting) + self._running

    def _run(self) -> None:
        while work := self._next():
            try:
                self._do(work[0])
            except BaseException:
                with self._changed:
                    self._threads -= 1  # the exception ends this thread
                raise
            finally:
                self._finished()

    def _finished(self) -> None:
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def _next(self) -> tuple[Work, int] | None:
        """Return the next work, or None if the thread should end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, IDLE_SECONDS)
            if not self._waiting:
                self._threads -= 1
                return None
            return self._take()

    def _take(self) -> tuple[Work, int]:
        """Take the next work out of the queue. Called with the lock."""
        work, size = self._waiting.popleft()
        self._bytes -= size
        self._running += 1
        self._changed.notify_all()
        return work, size
