"""The connection on which a worker reads from Redis, subscribed to the channels that it needs."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

import redis

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis import history
from webhook_logger.delivery.redis.redis_py import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    Backoff,
    Line,
    pack,
)

ANOTHER_HISTORY = "Another Redis has become the queue; this worker subscribes again."
NO_CHANNEL = "webhook-logger:none"

log = logging.getLogger(__name__)


class Reader(Protocol):
    """Receives what is read, in its order. `received` may hold the stream still for a moment."""

    def received(self, channel: str, data: bytes) -> None:
        """Handle a message."""

    def subscribed(self) -> None:
        """Note that all held channels are subscribed to: the stream has no holes from here on."""

    def lost(self, error: Exception) -> None:
        """Note that the stream has ended. Also called after each failed attempt to connect."""


class Subscription:
    """Subscribes to a channel while it is held, which is as long as something needs it."""

    def __init__(self, connect: Callable[[], Any], reader: Reader, confirm_seconds: float) -> None:
        self._connect = connect
        self._reader = reader
        self._confirm_seconds = confirm_seconds
        self._line: Line | None = None
        self._holds: Counter[str] = Counter()
        # SUBSCRIBEs without a response yet. Only the response to the last one confirms a channel,
        # because an UNSUBSCRIBE may have been sent in between.
        self._awaited: Counter[str] = Counter()
        self._unconfirmed: dict[str, threading.Event] = {}
        self._sending = threading.Lock()
        self.history: history.History | None = None
        """Of the Redis at the other end, while there is one."""
        self._why = ""
        """Why this worker has ended the connection by itself."""
        self.up = False

    def keep(self, channel: str) -> None:
        """Hold a channel. Messages are read from Redis' confirmation on."""
        self._holds[channel] += 1
        if self._holds[channel] == 1:
            self._unconfirmed[channel] = threading.Event()
            self._send("SUBSCRIBE", channel)

    def hold(self, channel: str) -> None:
        """Hold a channel and wait for the confirmation.

        Raises `QueueUnavailable`; the channel is then not held.
        """
        self.keep(channel)
        confirmed = self._unconfirmed.get(channel)
        # While it is up, a channel is confirmed unless its SUBSCRIBE has no response yet.
        if not self.up or (confirmed and not confirmed.wait(self._confirm_seconds)):
            self.release(channel)
            raise QueueUnavailable("This worker is not subscribed to the queue.")

    def release(self, channel: str) -> None:
        """Undo one `keep` or `hold`."""
        self._holds[channel] -= 1
        if not self._holds[channel]:
            del self._holds[channel]
            self._unconfirmed.pop(channel, None)
            self._send("UNSUBSCRIBE", channel)

    def rebuild(self, why: str) -> None:
        """End the connection, which can't be trusted any more; a new one follows."""
        if self._line:
            self._why = why
            self._line.cut()

    def follow(self, published: history.History) -> None:
        """End the connection where requests are published in another history than the one of its
        Redis: what is published there may not be heard here, or with a hole.
        """
        if self.history and self.history != published:
            self.rebuild(ANOTHER_HISTORY)

    def listen(self) -> None:
        """Read for ever."""
        backoff = Backoff()
        while True:
            began = time.monotonic()
            try:
                self._read_stream()
            except Exception as error:
                if not isinstance(error, redis.RedisError | OSError):
                    log.exception("The stream cannot be read.")
                if self.up:
                    # One that went well is replaced at once: viewers miss what comes meanwhile.
                    has_lasted = time.monotonic() - began >= LONGEST_PAUSE_SECONDS
                    backoff.reset(0 if has_lasted else FIRST_PAUSE_SECONDS)
                why = self._end()
                self._reader.lost(ConnectionError(why) if why else error)
            backoff.pause()

    def _end(self) -> str:
        """Return why this worker has ended the connection, if it was this worker."""
        self.up = False
        self._awaited.clear()
        line, self._line = self._line, None
        if line:
            line.close()
        why, self._why, self.history = self._why, "", None
        return why

    def _read_stream(self) -> None:
        line = self._open()
        while True:
            kind, name, data = line.read_well()
            if kind == b"message":
                self._reader.received(name.decode(), data)
            elif kind == b"subscribe":
                self._confirm(name.decode())

    def _open(self) -> Line:
        line = Line(self._connect())
        try:
            # Not a replica: it hears what its master publishes, but not while it copies the data.
            found = history.ask(line)
            # Only to fail now, and not when the first channel is released, without the right to.
            line.send(pack("UNSUBSCRIBE", NO_CHANNEL))
            line.read_well()
            line.wait_for(None)
        except Exception:
            line.close()
            raise
        self._line, self.history = line, found
        self._send("SUBSCRIBE", *self._holds)
        return line

    def _confirm(self, channel: str) -> None:
        self._awaited[channel] -= 1
        if not self._awaited[channel]:
            del self._awaited[channel]
            confirmed = self._unconfirmed.pop(channel, None)
            if confirmed:
                confirmed.set()
        if not self._awaited and not self.up:
            self.up = True
            self._reader.subscribed()

    def _send(self, command: str, *channels: str) -> None:
        """Send if there is a connection; the next one subscribes to all that is held."""
        with self._sending:
            line = self._line
            if line is None:
                return
            if command == "SUBSCRIBE":
                self._awaited.update(channels)
            try:
                line.send(pack(command, *channels))
            except OSError as error:
                # The thread that reads finds out, too, and connects again.
                log.debug("%s is not sent: %s", command, error)
