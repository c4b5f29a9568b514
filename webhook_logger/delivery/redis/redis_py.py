"""Connections to Redis: the only module that uses redis-py's private attributes."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import hiredis
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
READ_BYTES = 256 * 1024


def connections(url: str, seconds: float) -> redis.ConnectionPool:
    """Return a pool of connections that send each command once, with a timeout in seconds."""
    return redis.ConnectionPool.from_url(
        url,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        # Disable the library's retries. A retry could publish a request twice, and a silent new
        # subscription could miss messages.
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


def connector(url: str, seconds: float) -> Callable[[], Any]:
    """Return a function that makes such a connection, which the caller owns.

    A pool makes at most 100 connections that are never returned to it. A worker needs a new
    connection for each attempt to reconnect.
    """
    pool = connections(url, seconds)
    return lambda: pool.connection_class(**pool.connection_kwargs)


def pack(*command: str | bytes) -> bytes:
    """Return a command in the Redis protocol."""
    packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type]  # its types are wrong
    return packed


class Connection:
    """Sends packed commands immediately, and reads their responses in order.

    redis-py connects (TLS, password, database). hiredis packs and parses, because redis-py needs
    more time to send a command and read its response than all other steps of a request together.
    """

    def __init__(self, connection: Any) -> None:
        connection.connect()
        self._connection = connection
        self._socket = connection._sock  # it has no public name
        self._reader = hiredis.Reader()

    def set_timeout(self, seconds: float | None) -> None:
        """Set the timeout of `read` and `send`; None means no timeout."""
        self._socket.settimeout(seconds)

    def send(self, packed: bytes) -> None:
        """Send packed commands. Raises `OSError`."""
        self._socket.sendall(packed)

    def read(self) -> Any:
        """Return the next response, which can be an error reply. Raises `OSError`."""
        while (reply := self._reader.gets()) is False:
            data = self._socket.recv(READ_BYTES)
            if not data:
                raise ConnectionError("Redis closed the connection.")
            self._reader.feed(data)
        return reply

    def read_or_raise(self) -> Any:
        """Return the next response. Raises `OSError`, and `redis.ResponseError` for an error."""
        reply = self.read()
        if isinstance(reply, hiredis.ReplyError):
            raise redis.ResponseError(str(reply))
        return reply

    def is_stale(self) -> bool:
        """Return whether Redis closed the connection. Call it only when no response is expected."""
        try:  # on Linux, one call returns the state of a TCP connection
            return bool(self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 1)
        except (OSError, AttributeError):
            pass
        try:
            return bool(self._connection.can_read())
        except (redis.RedisError, OSError):
            return True

    def shut_down(self) -> None:
        """End the connection, which wakes the thread that reads from it."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._connection.disconnect()


class Backoff:
    """Pauses between attempts, which double from 0.1 to 2 seconds."""

    def __init__(self) -> None:
        self.reset()

    def reset(self, seconds: float = FIRST_PAUSE_SECONDS) -> None:
        """Start again with this pause, after a success."""
        self._seconds = seconds

    def pause(self) -> None:
        """Pause after a failure."""
        time.sleep(self._seconds)
        longer = max(FIRST_PAUSE_SECONDS, 2 * self._seconds)
        self._seconds = min(longer, LONGEST_PAUSE_SECONDS)
