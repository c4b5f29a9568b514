"""Sends commands to Redis: those of all green threads, in batches, over one connection.

While Redis works on one batch, the next one collects. Each caller gets the response to its own
command. A command is sent once. One that was sent and got no response is *unknown*: Redis may have
done it.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

import hiredis
import redis

from webhook_logger.delivery.base import BacklogFull, OutcomeUnknown, QueueUnavailable
from webhook_logger.delivery.redis import history
from webhook_logger.delivery.redis.backlog import TOO_MUCH, Backlog, Call
from webhook_logger.delivery.redis.errors import NO_RESPONSE, UNREACHABLE, reason_of
from webhook_logger.delivery.redis.redis_py import Backoff, Connection, pack

MAX_COMMANDS_A_BATCH = 256
MAX_BYTES_A_BATCH = 4 * 2**20
TICK_SECONDS = 0.1
SILENT_TICKS = 5
"""Ticks without a response that mean that the queue is unavailable. Ticks are counted and not time,
because a worker that is busy itself does not tick.
"""

log = logging.getLogger(__name__)


class Reporter(Protocol):
    """Receives what changes. None of these methods may block."""

    def connected(self, found: history.History) -> None:
        """Note that a new connection leads to a Redis in that history."""

    def connection_failed(self, error: Exception) -> None:
        """Note that a connection failed."""

    def command_refused(self, error: str) -> None:
        """Note that Redis returned an error for a command."""


class Publisher:
    """Commands for one connection: `serve` sends them, `tick` watches their deadlines."""

    def __init__(
        self,
        connect: Callable[[], Any],
        scripts: Sequence[str],
        backlog: Backlog,
        reporter: Reporter,
    ) -> None:
        self._connect = connect
        self._scripts = scripts
        self._backlog = backlog
        self._reporter = reporter
        self._connection: Connection | None = None
        self._is_outdated = False
        self._history = history.History("", "")
        self._name = history.UNKNOWN
        self._waiting: deque[Call] = deque()
        self._out: Sequence[Call] = ()
        self._sleeps = False
        self._wake = threading.Event()
        self._failure = ""
        self._silent_ticks = 0

    def run(self, script: str, keys: Sequence[str], *args: str | bytes) -> Any:
        """Run a script and return its response, strings as bytes. Raises `QueueUnavailable`."""
        return self.submit_script(script, keys, *args).wait()

    def submit_script(self, script: str, keys: Sequence[str], *args: str | bytes) -> Call:
        """Queue a script, whose last argument is the name of the queue's history. Raises as
        `submit`.
        """
        name = self._name
        packed = pack("EVALSHA", sha(script), str(len(keys)), *keys, *args, name)
        return self._submit(Call(packed, self._backlog.deadline(), name))

    def submit(self, *command: str | bytes) -> Call:
        """Queue a command. Raises `QueueUnavailable` when too much waits already."""
        return self._submit(Call(pack(*command), self._backlog.deadline()))

    def _submit(self, call: Call) -> Call:
        self._backlog.add(call, self.is_unavailable)
        self._waiting.append(call)
        if self._sleeps:
            self._wake.set()
        return call

    @property
    def is_unavailable(self) -> bool:
        """Return whether the queue can't be reached, or does not respond."""
        return self.has_failed or self._silent_ticks >= SILENT_TICKS

    @property
    def has_failed(self) -> bool:
        """Whether the connection failed and there is no other one yet."""
        return bool(self._failure)

    def renew(self) -> None:
        """Connect again before the next batch: the same address may lead to another server."""
        self._is_outdated = True

    def renew_unless(self, replication_id: str) -> None:
        """Connect again where the queue's history is not the one that scripts are sent with."""
        if replication_id != self._history.replication_id:
            self.renew()

    # Time

    def tick(self) -> None:
        """Give up overdue commands, and notice when the queue is unavailable. Runs for ever."""
        while True:
            time.sleep(TICK_SECONDS)
            self._silent_ticks = self._silent_ticks + 1 if self._out else 0
            self._give_up_overdue()
            if self.is_unavailable:
                self._shed()

    def _give_up_overdue(self) -> None:
        """Give up the calls whose deadline has passed. `_waiting` is in the order of deadlines."""
        now = time.monotonic()
        while self._waiting and self._waiting[0].deadline <= now:
            self._give_up(self._waiting.popleft(), QueueUnavailable(self._failure or UNREACHABLE))
        for call in self._out:
            if call.deadline <= now:
                call.finish(error=OutcomeUnknown(NO_RESPONSE))

    def _shed(self) -> None:
        """Reject the newest commands over the limit once the queue is known to be unavailable."""
        while self._waiting and self._backlog.commands > self._backlog.limits.commands:
            self._give_up(self._waiting.pop(), BacklogFull(TOO_MUCH))

    def _give_up(self, call: Call, error: QueueUnavailable) -> None:
        """Give up a call that was not sent."""
        self._backlog.remove(call)
        call.finish(error=error)

    # Sending

    def serve(self) -> None:
        """Send for ever."""
        backoff = Backoff()
        while True:
            self._wait_for_work()
            try:
                connection = self._connected()
                self._exchange(connection, self._next_batch())
                backoff.reset()
            except Exception as error:
                if not isinstance(error, redis.RedisError | OSError):
                    log.exception("Commands cannot be sent.")
                self._failure = reason_of(error)
                self._disconnect()
                self._reporter.connection_failed(error)
                backoff.pause()

    def _wait_for_work(self) -> None:
        self._sleeps = not self._waiting
        while self._sleeps:
            self._wake.wait()
            self._wake.clear()
            self._sleeps = not self._waiting

    def _connected(self) -> Connection:
        if self._connection and (self._is_outdated or self._connection.is_stale()):
            self._disconnect()
        if self._connection is None:
            self._is_outdated = False
            self._connection = connection = Connection(self._connect())
            self._history = history.query(connection)
            self._name = self._history.name
            self._load(connection)
            self._failure = ""
            self._reporter.connected(self._history)
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            connection.close()

    def _load(self, connection: Connection) -> None:
        for script in self._scripts:
            connection.send(pack("SCRIPT", "LOAD", script))
            connection.read_or_raise()

    def _next_batch(self) -> list[Call]:
        batch: list[Call] = []
        size = 0
        while self._waiting and len(batch) < MAX_COMMANDS_A_BATCH and size < MAX_BYTES_A_BATCH:
            call = self._waiting.popleft()
            if call.history and call.history != self._name:
                call.set_history(self._name)
            size += len(call.packed)
            batch.append(call)
        return batch

    def _exchange(self, connection: Connection, batch: list[Call]) -> None:
        """Send a batch and hand each call its own response, even if others fail."""
        self._out = batch
        try:
            self._send(connection, batch)
        except Exception:
            for call in batch:
                call.finish(error=OutcomeUnknown(NO_RESPONSE))
            raise
        finally:
            self._out = ()
            for call in batch:
                self._backlog.remove(call)

    def _send(self, connection: Connection, batch: list[Call]) -> None:
        connection.send(b"".join([call.packed for call in batch]))
        again = [call for call in batch if not self._take(call, connection.read())]
        if again:  # Redis did not know these scripts, so it has done nothing
            self._load(connection)
            self._send(connection, again)

    def _take(self, call: Call, response: Any) -> bool:
        """Finish the call; return whether Redis knew its script."""
        self._silent_ticks = 0
        if not isinstance(response, hiredis.ReplyError):
            call.finish(response)
        elif str(response).startswith("NOSCRIPT"):
            return False
        else:
            self._reporter.command_refused(str(response))
            call.finish(error=QueueUnavailable(reason_of(str(response))))
        return True


@cache  # called for every request
def sha(script: str) -> str:
    """Return the name that Redis gives to a script."""
    return hashlib.sha1(script.encode()).hexdigest()  # noqa: S324  # Redis' choice
