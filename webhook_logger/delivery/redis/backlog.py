"""Commands that wait for the queue, and how many and how large they may be together."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from webhook_logger.delivery.base import QueueUnavailable

TOO_MUCH = "The queue is unavailable or behind, and too many requests wait for it."


@dataclass(frozen=True)
class QueueLimits:
    """For what waits for the queue."""

    seconds: float = 2.0
    commands: int = 1_000
    """Counts while the queue is away; a burst that it takes is no reason to refuse anybody."""
    bytes: int = 64 * 2**20


class Call:
    """A command, and its result."""

    __slots__ = ("_done", "answer", "deadline", "error", "history", "is_done", "packed")

    def __init__(self, packed: bytes, deadline: float, history: bytes = b"") -> None:
        self.packed = packed
        self.history = history
        """The name of a history that the command ends with; empty where it has none."""
        self.deadline = deadline
        self.answer: Any = None
        self.error = ""
        self.is_done = False
        # The cheapest thing to wait for, and one wait is all that there is.
        self._done = threading.Lock()
        self._done.acquire()

    def move_to(self, history: bytes) -> None:
        """Put another history's name, which is as long, at the end of the command."""
        end = len(b"\r\n")
        self.packed = self.packed[: -len(history) - end] + history + self.packed[-end:]
        self.history = history

    def finish(self, answer: Any = None, error: str = "") -> None:
        """Tell the caller; only the first time counts."""
        if not self.is_done:
            self.answer, self.error, self.is_done = answer, error, True
            self._done.release()

    def wait(self) -> Any:
        """The answer. Raises `QueueUnavailable`."""
        self._done.acquire()
        if self.error:
            raise QueueUnavailable(self.error)
        return self.answer


class Backlog:
    """The weight of all commands of a worker that are not answered yet."""

    def __init__(self, limits: QueueLimits) -> None:
        self.limits = limits
        self.commands = 0
        self.bytes = 0

    def deadline(self) -> float:
        """For a command that comes now, on the monotonic clock."""
        return time.monotonic() + self.limits.seconds

    def add(self, call: Call, is_away: bool) -> None:
        """Raises `QueueUnavailable` when that is too much."""
        if (is_away and self.commands >= self.limits.commands) or (
            self.bytes + len(call.packed) > self.limits.bytes
        ):
            raise QueueUnavailable(TOO_MUCH)
        self.commands += 1
        self.bytes += len(call.packed)

    def remove(self, call: Call) -> None:
        """It is answered, or given up."""
        self.commands -= 1
        self.bytes -= len(call.packed)
