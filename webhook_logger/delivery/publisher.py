"""What a worker asks of Redis: commands gathered from all green threads, over one connection.

While one batch is on its way the next one gathers; each caller gets the answer to its own command.
A command is sent once. One that was sent and not answered is *unknown*: it may have been done.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import redis
from redis.exceptions import NoScriptError

from webhook_logger.delivery.base import QueueUnavailable

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
MOST_COMMANDS_A_BATCH = 256
TICK_SECONDS = 0.1
SILENT_TICKS = 5
"""So many ticks without an answer mean that the queue is away. Ticks and not time, because a worker
that is busy itself does not tick."""

log = logging.getLogger(__name__)


class Reporter(Protocol):
    """Who is told how it goes."""

    def trouble(self, error: Exception) -> None:
        """The queue does not do what it is asked for."""

    def well(self) -> None:
        """It did all of a batch."""


@dataclass(frozen=True)
class Limits:
    """For what waits while the queue is away."""

    seconds: float = 2.0
    commands: int = 1_000
    bytes: int = 64 * 2**20


@dataclass(slots=True, eq=False)
class Call:
    """A command, and what became of it."""

    command: tuple[str, ...]
    size: int
    deadline: float
    sent: bool = False
    answer: Any = None
    error: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def finish(self, answer: Any = None, error: Exception | None = None) -> None:
        """Tell the caller."""
        self.answer, self.error = answer, error
        self.done.set()


class Publisher:
    """One connection's worth of commands; `serve` sends them."""

    def __init__(
        self, connect: Callable[[], Any], scripts: Sequence[str], limits: Limits, reporter: Reporter
    ) -> None:
        self._connect = connect
        self._scripts = scripts
        self._limits = limits
        self._reporter = reporter
        self._connection: Any = None
        self._waiting: deque[Call] = deque()
        self._waiting_bytes = 0
        self._wake = threading.Event()
        self._failed = False
        self._batch_is_out = False
        self._silent_ticks = 0

    def run(self, script: str, keys: Sequence[str], *args: str) -> Any:
        """The answer of a script. Raises `QueueUnavailable`."""
        return self.wait(self.submit("EVALSHA", sha(script), str(len(keys)), *keys, *args))

    def submit(self, *command: str) -> Call:
        """Queue a command. Raises `QueueUnavailable` when too much waits already."""
        size = sum(map(len, command))
        if self._is_away() and self._is_full(size):
            raise QueueUnavailable("The queue is away, and too many requests wait for it.")
        call = Call(command, size, time.monotonic() + self._limits.seconds)
        self._waiting.append(call)
        self._waiting_bytes += size
        self._wake.set()
        return call

    def wait(self, call: Call) -> Any:
        """Its answer, within the limit of time. Raises `QueueUnavailable`."""
        if not call.done.wait(max(0.0, call.deadline - time.monotonic())):
            raise QueueUnavailable(f"The queue {'does not answer' if call.sent else 'is away'}.")
        if call.error:
            raise QueueUnavailable("The queue does not take requests.") from call.error
        return call.answer

    def _is_away(self) -> bool:
        return self._failed or self._silent_ticks >= SILENT_TICKS

    def _is_full(self, size: int) -> bool:
        self._drop_overdue()
        return (
            len(self._waiting) >= self._limits.commands
            or self._waiting_bytes + size > self._limits.bytes
        )

    def _drop_overdue(self) -> None:
        """Forget calls that nobody waits for any more; they stand in their deadlines' order."""
        now = time.monotonic()
        while self._waiting and self._waiting[0].deadline <= now:
            self._waiting_bytes -= self._waiting.popleft().size

    def tick(self) -> None:
        """Count the silence for ever: ticks for which a batch is out and nothing comes back."""
        while True:
            time.sleep(TICK_SECONDS)
            self._silent_ticks = self._silent_ticks + 1 if self._batch_is_out else 0

    def serve(self) -> None:
        """Send for ever."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            self._wake.wait()
            try:
                self._connected()
                self._batch_is_out = True
                self._exchange(self._next_batch())
                pause = FIRST_PAUSE_SECONDS
            except Exception as error:
                if not isinstance(error, redis.RedisError | OSError):
                    log.exception("Commands cannot be sent.")
                self._failed = True
                self._disconnect()
                self._reporter.trouble(error)
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            self._batch_is_out = False
            self._drop_overdue()
            if not self._waiting:
                self._wake.clear()

    def _connected(self) -> None:
        if self._connection is not None and self._is_stale():
            self._disconnect()
        if self._connection is None:
            connection = self._connect()
            connection.connect()
            self._load(connection)
            self._connection, self._failed = connection, False

    def _is_stale(self) -> bool:
        """Whether Redis has closed it; nothing else can be read between two batches."""
        try:
            return bool(self._connection.can_read())
        except (redis.RedisError, OSError):
            return True

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            connection.disconnect()

    def _load(self, connection: Any) -> None:
        for script in self._scripts:
            connection.send_command("SCRIPT", "LOAD", script, check_health=False)
            connection.read_response()

    def _next_batch(self) -> list[Call]:
        self._drop_overdue()
        batch: list[Call] = []
        while self._waiting and len(batch) < MOST_COMMANDS_A_BATCH:
            batch.append(self._waiting.popleft())
            self._waiting_bytes -= batch[-1].size
        return batch

    def _exchange(self, batch: list[Call]) -> None:
        """Send a batch and hand each call its own answer, whatever becomes of the others."""
        for call in batch:
            call.sent = True
        try:
            commands = self._connection.pack_commands([call.command for call in batch])
            self._connection.send_packed_command(commands, check_health=False)
            for call in batch:
                self._read(call)
            again = [call for call in batch if isinstance(call.error, NoScriptError)]
            if again:
                self._teach(again)
        except Exception as error:
            for call in batch:
                if not call.done.is_set():
                    call.finish(error=error)
            raise
        if not any(call.error for call in batch):
            self._reporter.well()

    def _teach(self, again: list[Call]) -> None:
        """Load the scripts and send those again that Redis did not know: they were not done."""
        self._load(self._connection)
        for call in again:
            call.error = None
        self._exchange(again)

    def _read(self, call: Call) -> None:
        try:
            call.finish(self._connection.read_response())
        except NoScriptError as error:
            call.error = error  # not finished: it is sent again
        except redis.ResponseError as error:
            self._reporter.trouble(error)
            call.finish(error=error)
        self._silent_ticks = 0


@cache  # it stands on the way of every request
def sha(script: str) -> str:
    """How Redis names a script."""
    return hashlib.sha1(script.encode()).hexdigest()  # noqa: S324  # Redis' choice
