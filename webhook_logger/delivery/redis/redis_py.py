"""The door to redis-py: how Redis is connected to, by whoever speaks with it here."""

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
    """Return a pool of connections that send each command once, and fail after that time."""
    return redis.ConnectionPool.from_url(
        url,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        # Nothing is tried again by the library: a request could be published twice, and a stream
        # that was subscribed again without a word could have a hole.
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


def connector(url: str, seconds: float) -> Callable[[], Any]:
    """Return a function that makes one such connection, which belongs to the caller.

    A pool counts each connection that it makes, and makes at most 100 of those that nobody returns.
    A worker needs a new one for each attempt to reconnect.
    """
    pool = connections(url, seconds)
    return lambda: pool.connection_class(**pool.connection_kwargs)


def pack(*command: str | bytes) -> bytes:
    """Return a command as Redis reads it."""
    packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type]  # its types are wrong
    return packed


class Line:
    """A connection: packed commands go out at once, and responses come back in their order.

    redis-py connects (TLS, password, database). hiredis packs and parses, because redis-py takes
    longer to send a command and read its response than everything else in a request together.
    """

    def __init__(self, connection: Any) -> None:
        connection.connect()
        self._connection = connection
        self._socket = connection._sock  # there is no public way to it
        self._reader = hiredis.Reader()

    def wait_for(self, seconds: float | None) -> None:
        """Set how long `read` and `send` wait; None means for ever."""
        self._socket.settimeout(seconds)

    def send(self, packed: bytes) -> None:
        """Send packed commands. Raises `OSError`."""
        self._socket.sendall(packed)

    def read(self) -> Any:
        """Return the next response, which can be an error of Redis. Raises `OSError`."""
        while (reply := self._reader.gets()) is False:
            data = self._socket.recv(READ_BYTES)
            if not data:
                raise ConnectionError("Redis has closed the connection.")
            self._reader.feed(data)
        return reply

    def read_well(self) -> Any:
        """Return the next response. Raises `redis.ResponseError` for an error, and `OSError`."""
        reply = self.read()
        if isinstance(reply, hiredis.ReplyError):
            raise redis.ResponseError(str(reply))
        return reply

    def is_stale(self) -> bool:
        """Return whether Redis has closed the connection. Call it only while no response is due."""
        try:  # Linux tells the state of a TCP connection in one call
            return bool(self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 1)
        except (OSError, AttributeError):
            pass
        try:
            return bool(self._connection.can_read())
        except (redis.RedisError, OSError):
            return True

    def cut(self) -> None:
        """End the connection for the thread that reads from it."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._connection.disconnect()


class Backoff:
    """How long to wait before the next attempt: longer each time, from 0.1 to 2 seconds."""

    def __init__(self) -> None:
        self.reset()

    def reset(self, seconds: float = FIRST_PAUSE_SECONDS) -> None:
        """Begin with this pause again, after a success."""
        self._seconds = seconds

    def pause(self) -> None:
        """Wait, after a failure."""
        time.sleep(self._seconds)
        longer = max(FIRST_PAUSE_SECONDS, 2 * self._seconds)
        self._seconds = min(longer, LONGEST_PAUSE_SECONDS)
