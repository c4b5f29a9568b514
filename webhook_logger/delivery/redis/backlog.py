"""Commands that wait for the queue, and the limits on their number and size."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from webhook_logger.delivery.base import BacklogFull, QueueUnavailable
from webhook_logger.histogram import Histogram
from webhook_logger.waits import gate

BACKLOG_FULL = "The queue is unavailable or slow, and too many requests wait for it."


@dataclass(frozen=True)
class QueueLimits:
    """Limits of the commands that wait for the queue."""

    seconds: float = 2.0
    commands: int = 1_000
    """Applies only while the queue is unavailable, so that an available queue accepts any burst."""
    bytes: int = 64 * 2**20


@dataclass
class QueueMeasures:
    """Counts of all connections of a worker to the queue, for the metrics."""

    round_trips: Histogram = field(default_factory=Histogram)
    """The time of each batch of commands, from sending it until all have a response."""
    resubscriptions: int = 0
    """New subscriptions after a connection failed."""


class Call:
    """A command and its result."""

    __slots__ = ("_gate", "deadline", "error", "history", "is_done", "packed", "response")

    def __init__(self, packed: bytes, deadline: float, history: bytes = b"") -> None:
        self.packed = packed
        self.history = history
        """The name of the history at the end of the command; empty if it needs none."""
        self.deadline = deadline
        self.response: Any = None
        self.error: QueueUnavailable | None = None
        self.is_done = False
        self._gate = gate()

    def set_history(self, history: bytes) -> None:
        """Replace the name of the history at the end of the command. All names have one length."""
        end = len(b"\r\n")
        self.packed = self.packed[: -len(history) - end] + history + self.packed[-end:]
        self.history = history

    def finish(self, response: Any = None, error: QueueUnavailable | None = None) -> None:
        """Give the result to the caller. Only the first call has an effect."""
        if not self.is_done:
            self.response, self.error, self.is_done = response, error, True
            self._gate.open()

    def wait(self) -> Any:
        """Wait for the response and return it. Raises `QueueUnavailable`."""
        self._gate.wait()
        if self.error:
            raise self.error
        return self.response


class Backlog:
    """The number and total size of a worker's commands that have no response yet."""

    def __init__(self, limits: QueueLimits, round_trips: Histogram | None = None) -> None:
        self.limits = limits
        self.round_trips = round_trips or Histogram()
        self.commands = 0
        self.bytes = 0

    def deadline(self) -> float:
        """Return the deadline of a new command, on the monotonic clock."""
        return time.monotonic() + self.limits.seconds

    def add(self, call: Call, is_unavailable: bool) -> None:
        """Count a command. Raises `BacklogFull` if it is over a limit."""
        if (is_unavailable and self.commands >= self.limits.commands) or (
            self.bytes + len(call.packed) > self.limits.bytes
        ):
            raise BacklogFull(BACKLOG_FULL)
        self.commands += 1
        self.bytes += len(call.packed)

    def remove(self, call: Call) -> None:
        """Stop counting a command that has a result."""
        self.commands -= 1
        self.bytes -= len(call.packed)
