"""The connection through which a worker receives messages from Redis."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import redis

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis import history
from webhook_logger.delivery.redis.redis_py import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    Backoff,
    Connection,
    pack,
)

ANOTHER_HISTORY = "Another Redis has become the queue; this worker subscribes again."

log = logging.getLogger(__name__)


class Reader(Protocol):
    """Receives messages in order. `received` may pause the stream for a short time."""

    def received(self, channel: str, data: bytes) -> None:
        """Handle a message."""

    def subscribed(self) -> None:
        """Note that all channels are subscribed to: from now on no message is missing."""

    def lost(self, error: Exception) -> None:
        """Note that the stream ended. Also called after each failed attempt to connect."""


class Subscription:
    """Subscribes to each channel until every user has released it."""

    def __init__(
        self, connect: Callable[[], Any], reader: Reader, no_channel: str, confirm_seconds: float
    ) -> None:
        self._connect = connect
        self._no_channel = no_channel
        """A channel that the worker's user may use, and that this connection never reads."""
        self._reader = reader
        self._confirm_seconds = confirm_seconds
        self._connection: Connection | None = None
        self._users: Counter[str] = Counter()
        # Number of SUBSCRIBEs without a response yet, by channel. Only the response to the last one
        # confirms the channel, because an UNSUBSCRIBE may have been sent in between.
        self._awaited: Counter[str] = Counter()
        self._unconfirmed: dict[str, threading.Event] = {}
        self._sending = threading.Lock()
        self.history: history.History | None = None
        """The history of the connected Redis; None without a connection."""
        self._end_reason = ""
        """Why this worker ended the connection itself."""
        self.is_up = False
        self._backoff = Backoff()
        self._ended = threading.Event()

    def subscribe(self, channel: str) -> None:
        """Use a channel. Its messages are received after Redis has confirmed the subscription."""
        self._users[channel] += 1
        if self._users[channel] == 1:
            self._unconfirmed[channel] = threading.Event()
            self._send("SUBSCRIBE", channel)

    def subscribe_and_wait(self, channel: str) -> None:
        """Use a channel, and wait until Redis has confirmed the subscription.

        Raises `QueueUnavailable`, and then releases the channel.
        """
        self.subscribe(channel)
        try:
            self.wait_for(channel)
        except QueueUnavailable:
            self.release(channel)
            raise

    def wait_for(self, channel: str) -> None:
        """Wait until Redis has confirmed a channel in use. Raises `QueueUnavailable`."""
        confirmed = self._unconfirmed.get(channel)
        # If the subscription is up, every channel without an event here is confirmed.
        if not self.is_up or (confirmed and not confirmed.wait(self._confirm_seconds)):
            raise QueueUnavailable("This worker is not subscribed to the queue.")

    def release(self, channel: str) -> None:
        """Undo one `subscribe` or `subscribe_and_wait`."""
        self._users[channel] -= 1
        if not self._users[channel]:
            del self._users[channel]
            self._unconfirmed.pop(channel, None)
            self._send("UNSUBSCRIBE", channel)

    def reconnect(self, reason: str) -> None:
        """End the connection, because it is unreliable; a new one follows."""
        if self._connection:
            self._end_reason = reason
            self._connection.shut_down(reason)

    def switch(self) -> None:
        """Reconnect at once, because the address leads to another server."""
        self.reconnect(ANOTHER_HISTORY)
        self._backoff.end_pause()

    def follow(self, published: history.History) -> None:
        """Reconnect if requests are published in a different history than that of the connected
        Redis, because this subscription may not receive all of them.
        """
        if self.history and self.history != published:
            self.reconnect(ANOTHER_HISTORY)

    def end(self) -> None:
        """End `listen` soon."""
        self._ended.set()
        self.reconnect("The subscription has ended.")

    def listen(self) -> None:
        """Read messages until the end."""
        while not self._ended.is_set():
            began = time.monotonic()
            try:
                self._read_stream()
            except Exception as error:
                if not isinstance(error, redis.RedisError | OSError):
                    log.exception("The subscription cannot be read.")
                if self.is_up:
                    # Immediately replace one that worked: viewers miss requests until then.
                    has_lasted = time.monotonic() - began >= LONGEST_PAUSE_SECONDS
                    self._backoff.reset(0 if has_lasted else FIRST_PAUSE_SECONDS)
                reason = self.close()
                if not self._ended.is_set():
                    self._reader.lost(ConnectionError(reason) if reason else error)
                    self._backoff.pause()

    def close(self) -> str:
        """Close the connection. Return why this worker ended it, or the empty string."""
        self.is_up = False
        self._awaited.clear()
        connection, self._connection = self._connection, None
        if connection:
            connection.close()
        reason, self._end_reason, self.history = self._end_reason, "", None
        return reason

    def _read_stream(self) -> None:
        connection = self._open()
        while True:
            kind, name, data = connection.read_or_raise()
            if kind == b"message":
                self._reader.received(name.decode(), data)
            elif kind == b"subscribe":
                self._confirm(name.decode())

    def _open(self) -> Connection:
        connection = Connection(self._connect())
        try:
            # `query` rejects a replica, which gets no messages while it copies its master's data.
            found = history.query(connection)
            # Without the permission to unsubscribe, fail now instead of at the first release.
            self._unsubscribe_once(connection)
            connection.set_timeout(None)
        except Exception:
            connection.close()
            raise
        self._connection, self.history = connection, found
        if self._ended.is_set():
            raise ConnectionError("The subscription has ended.")
        self._send("SUBSCRIBE", *self._users)
        return connection

    def _unsubscribe_once(self, connection: Connection) -> None:
        connection.send(pack("UNSUBSCRIBE", self._no_channel))
        connection.read_or_raise()

    def _confirm(self, channel: str) -> None:
        self._awaited[channel] -= 1
        if not self._awaited[channel]:
            del self._awaited[channel]
            confirmed = self._unconfirmed.pop(channel, None)
            if confirmed:
                confirmed.set()
        self._check_all()

    def _check_all(self) -> None:
        """Report when all channels are confirmed for the first time."""
        if not self._awaited and not self.is_up:
            self.is_up = True
            self._reader.subscribed()

    def _send(self, command: str, *channels: str) -> None:
        """Send if there is a connection. A new connection subscribes to all channels in use."""
        with self._sending:
            connection = self._connection
            if connection is None:
                return
            if command == "SUBSCRIBE":
                self._awaited.update(channels)
            try:
                connection.send(self._pack(command, channels))
            except OSError as error:
                # The thread that reads fails too, and reconnects.
                log.debug("%s is not sent: %s", command, error)

    def _pack(self, command: str, channels: Sequence[str]) -> bytes:
        return pack(command, *channels)
