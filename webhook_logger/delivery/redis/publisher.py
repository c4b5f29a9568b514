"""Sends the commands of all green threads to Redis in batches, over one connection.

While Redis processes a batch, the commands of the next batch collect. Each caller gets the response
to its own command. A command is sent only once. The outcome of a command that was sent and got no
response is *unknown*, because Redis may have run it.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

import hiredis
import redis

from webhook_logger.delivery.base import BacklogFull, OutcomeUnknown, QueueUnavailable
from webhook_logger.delivery.redis import history
from webhook_logger.delivery.redis.backlog import BACKLOG_FULL, Backlog, Call
from webhook_logger.delivery.redis.errors import NO_RESPONSE, UNREACHABLE, reason_of
from webhook_logger.delivery.redis.redis_py import Backoff, Connection, pack
from webhook_logger.waits import Gate, gate

LARGE_EVENT_BYTES = 64 * 1024
"""Larger events use a second connection, so that they do not delay smaller events."""
MAX_COMMANDS_PER_BATCH = 256
MAX_BYTES_PER_BATCH = 4 * 2**20
TICK_SECONDS = 0.1
SCRIPT_END = 70
"""The name of the script is within these first bytes of a packed EVALSHA."""
SILENT_TICKS = 5
"""Ticks without a response after which the queue counts as unavailable. The publisher counts ticks
instead of time, because a worker that is itself busy does not tick.
"""

log = logging.getLogger(__name__)


class Reporter(Protocol):
    """Receives reports of a publisher. The methods must not block, except `opened`."""

    def opened(self, publisher: Publisher, connection: Connection) -> None:
        """Inspect a new connection, before the publisher uses it. Raises `OSError`."""

    def connected(self, found: history.History) -> None:
        """Note that a new connection was made to a Redis in that history."""

    def connection_failed(self, error: Exception) -> None:
        """Note that a connection failed."""

    def command_refused(self, error: str) -> None:
        """Note that Redis returned an error for a command."""

    def redirected(self, call: Call, error: str) -> bool:
        """Return whether a command that did not run is sent to another Redis instead."""


class Publisher:
    """The commands of one connection. `serve` sends them, and `tick` checks their deadlines."""

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
        self._in_flight: Sequence[Call] = ()
        self._idle: Gate | None = None
        """Where `serve` waits for commands."""
        self._resting: Gate | None = None
        """Where `tick` waits for commands."""
        self._failure = ""
        self._silent_ticks = 0
        self._backoff = Backoff()
        self._has_ended = False

    def end(self) -> None:
        """End `serve` and `tick` soon. Commands that wait are not sent."""
        self._has_ended = True
        self._wake_up()

    def run(self, script: str, keys: Sequence[str], *args: str | bytes) -> Any:
        """Run a script and return its response, strings as bytes. Raises `QueueUnavailable`."""
        return self.submit_script(script, keys, *args).wait()

    def submit_script(self, script: str, keys: Sequence[str], *args: str | bytes) -> Call:
        """Queue a script, and add the name of the queue's history as its last argument. Raises
        `QueueUnavailable` if too many commands already wait.
        """
        name = self._name
        packed = pack("EVALSHA", sha(script), str(len(keys)), *keys, *args, name)
        return self._submit(Call(packed, self._backlog.deadline(), name))

    def submit(self, *command: str | bytes) -> Call:
        """Queue a command. Raises `QueueUnavailable` if too many commands already wait."""
        return self._submit(Call(pack(*command), self._backlog.deadline()))

    def publish(self, channel: str, message: bytes) -> Call:
        """Queue a message, whose result is the number of its receivers. Raises `QueueUnavailable`
        if too many commands already wait.
        """
        return self._submit(Call(pack("PUBLISH", channel, message), self._backlog.deadline()))

    def _submit(self, call: Call) -> Call:
        self._backlog.add(call, self.is_unavailable)
        self._waiting.append(call)
        self._wake_up()
        return call

    def _wake_up(self) -> None:
        """Let `serve` and `tick` continue, if they wait for commands."""
        if idle := self._idle:  # once, because another thread removes a gate that has opened
            idle.open()
        if resting := self._resting:
            resting.open()

    @property
    def is_unavailable(self) -> bool:
        """Return whether the queue is unreachable or does not respond."""
        return self.has_failed or self._silent_ticks >= SILENT_TICKS

    @property
    def has_failed(self) -> bool:
        """Return whether the connection failed and has not been replaced."""
        return bool(self._failure)

    def renew(self) -> None:
        """Reconnect before the next batch, because the address may lead to another server."""
        self._is_outdated = True

    def switch(self) -> None:
        """Reconnect at once, because the address leads to another server."""
        self.renew()
        if self._connection and self._in_flight:
            self._connection.shut_down("The address leads to another Redis.")
        self._backoff.end_pause()

    def renew_unless(self, replication_id: str) -> None:
        """Reconnect unless this connection was made in the history with that replication id."""
        if replication_id != self._history.replication_id:
            self.renew()

    def replace_script(self, script: str, other: str) -> None:
        """Run another script in place of a script, with the same keys and arguments, for the
        commands that wait.
        """
        before, after = sha(script).encode(), sha(other).encode()
        for call in self._waiting:
            head, arguments = call.packed[:SCRIPT_END], call.packed[SCRIPT_END:]
            call.packed = head.replace(before, after) + arguments

    # Deadlines

    def tick(self) -> None:
        """Give up overdue commands, and detect an unavailable queue, until the end."""
        while not self._has_ended:
            self._rest()
            time.sleep(TICK_SECONDS)
            self._silent_ticks = self._silent_ticks + 1 if self._in_flight else 0
            self._give_up_overdue()
            self._end_silence()
            if self.is_unavailable:
                self._shed()

    def _rest(self) -> None:
        """Wait until there are commands, so that an idle worker does not tick."""
        self._resting = resting = gate()
        if not (self._waiting or self._in_flight or self._has_ended):
            resting.wait()
        self._resting = None

    def _give_up_overdue(self) -> None:
        """Give up calls whose deadline has passed. `_waiting` is ordered by deadline."""
        now = time.monotonic()
        while self._waiting and self._waiting[0].deadline <= now:
            self._give_up(self._waiting.popleft(), QueueUnavailable(self._failure or UNREACHABLE))
        for call in self._in_flight:
            if call.deadline <= now:
                call.finish(error=OutcomeUnknown(NO_RESPONSE))

    def _end_silence(self) -> None:
        """End a connection without a response for too long; `serve` then makes a new one."""
        if self._connection and self._silent_ticks * TICK_SECONDS >= self._backlog.limits.seconds:
            self._connection.shut_down("Redis did not respond in time.")

    def _shed(self) -> None:
        """Reject the newest commands over the limit, because the queue is unavailable."""
        while self._waiting and self._backlog.commands > self._backlog.limits.commands:
            self._give_up(self._waiting.pop(), BacklogFull(BACKLOG_FULL))

    def _give_up(self, call: Call, error: QueueUnavailable) -> None:
        """Give up a call that was not sent."""
        self._backlog.remove(call)
        call.finish(error=error)

    # Sending

    def serve(self) -> None:
        """Send commands until the end."""
        while self._wait_for_work():
            try:
                connection = self._ensure_connected()
                self._exchange(connection, self._next_batch())
                self._backoff.reset()
            except Exception as error:
                if not isinstance(error, redis.RedisError | OSError):
                    log.exception("Commands could not be sent.")
                self._failure = reason_of(error)
                self._disconnect()
                self._reporter.connection_failed(error)
                self._backoff.pause()
        self._disconnect()

    def _wait_for_work(self) -> bool:
        """Wait for commands. Return False at the end."""
        while not self._waiting and not self._has_ended:
            self._idle = idle = gate()
            if not self._waiting and not self._has_ended:  # since the gate can be opened
                idle.wait()
            self._idle = None
        return not self._has_ended

    def _ensure_connected(self) -> Connection:
        if self._connection and (self._is_outdated or self._connection.is_stale()):
            self._disconnect()
        if self._connection is None:
            self._is_outdated = False
            self._connection = connection = Connection(self._connect())
            self._history = history.query(connection)
            self._name = self._history.name
            self._reporter.opened(self, connection)
            self._load(connection)
            connection.set_timeout(None)  # `tick` ends a connection that gets no response
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
        while self._waiting and len(batch) < MAX_COMMANDS_PER_BATCH and size < MAX_BYTES_PER_BATCH:
            call = self._waiting.popleft()
            if call.history and call.history != self._name:
                call.set_history(self._name)
            size += len(call.packed)
            batch.append(call)
        return batch

    def _exchange(self, connection: Connection, batch: list[Call]) -> None:
        """Send a batch, and give each call its own response, even if others fail."""
        self._in_flight, began = batch, time.perf_counter()
        try:
            self._send(connection, batch)
            self._backlog.round_trips.observe(time.perf_counter() - began)
        except Exception:
            for call in batch:
                call.finish(error=OutcomeUnknown(NO_RESPONSE))
            raise
        finally:
            self._in_flight = ()
            for call in batch:
                self._backlog.remove(call)

    def _send(self, connection: Connection, batch: list[Call]) -> None:
        connection.send(b"".join([call.packed for call in batch]))
        again = [call for call in batch if not self._take(call, connection.read())]
        if again:  # Redis did not know these scripts, and did not run them
            self._load(connection)
            self._send(connection, again)

    def _take(self, call: Call, response: Any) -> bool:
        """Finish the call, or return False if Redis does not know its script."""
        self._silent_ticks = 0
        if not isinstance(response, hiredis.ReplyError):
            call.finish(response)
        elif str(response).startswith("NOSCRIPT"):
            return False
        elif not self._reporter.redirected(call, str(response)):
            self._reporter.command_refused(str(response))
            call.finish(error=QueueUnavailable(reason_of(str(response))))
        return True


@cache  # called for every request
def sha(script: str) -> str:
    """Return Redis' name of a script."""
    return hashlib.sha1(script.encode()).hexdigest()  # noqa: S324  # Redis requires SHA-1
