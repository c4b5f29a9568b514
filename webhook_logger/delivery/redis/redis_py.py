"""Connections to Redis: the only module that uses redis-py's private attributes."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import hiredis
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from webhook_logger.waits import adopt

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
READ_BYTES = 256 * 1024


def unopened(
    place: tuple[str, int] | str,
    name: str,
    seconds: float,
    tls: dict[str, str | None] | None,
    **options: Any,
) -> Any:
    """Return a connection of redis-py that is not open yet, to a host and port or to a Unix socket.

    Each step has a timeout in seconds. `tls` are the options of TLS, or None for none. Redis lists
    the connection under the name, if the user may set one and it is not empty.
    """
    options |= {
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        # Disable the library's retries. A retry could publish a request twice, and a silent new
        # subscription could miss messages.
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "driver_info": None,  # two commands fewer, for which the user may lack the right
        "redis_connect_func": partial(_introduce, name),
    }
    classes: Any = redis  # its types are wrong
    if isinstance(place, str):
        return classes.UnixDomainSocketConnection(path=place, **options)
    host, port = place
    if tls is None:
        return classes.Connection(host=host, port=port, **options)
    return classes.SSLConnection(host=host, port=port, **tls, **options)


def _introduce(name: str, connection: Any) -> None:
    """Log in as redis-py does, then set the connection's name."""
    connection.on_connect()
    if name:
        connection.send_command("CLIENT", "SETNAME", name)
        with suppress(redis.ResponseError):  # the user lacks this right, which is not important
            connection.read_response()


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
        self._opened = opened = connection._sock  # it has no public name
        self._is_unix = opened.family == socket.AF_UNIX
        self._socket = opened if isinstance(opened, ssl.SSLSocket) else adopt(opened)
        # Responses and messages need time: an immediate read would be wasted.
        self._recv = getattr(self._socket, "recv_later", self._socket.recv)
        self._reader = hiredis.Reader(protocolError=redis.InvalidResponse)
        self._end_reason = "Redis closed the connection."

    def set_timeout(self, seconds: float | None) -> None:
        """Set the timeout of `read` and `send`; None means no timeout."""
        self._socket.settimeout(seconds)

    def send(self, packed: bytes) -> None:
        """Send packed commands. Raises `OSError`."""
        self._socket.sendall(packed)

    def read(self) -> Any:
        """Return the next response, which can be an error reply. Raises `OSError`, and
        `redis.InvalidResponse` if something other than Redis responds.
        """
        while (reply := self._reader.gets()) is False:
            data = self._recv(READ_BYTES)
            if not data:
                raise ConnectionError(self._end_reason)
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
        if self._is_unix:
            return self._is_broken()
        try:  # on Linux, one call returns the state of a TCP connection
            return bool(self._opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 1)
        except (OSError, AttributeError):
            pass
        try:
            return bool(self._connection.can_read())
        except (redis.RedisError, OSError):
            return True

    def _is_broken(self) -> bool:
        """Return whether sending nothing to a Unix socket fails because Redis closed it."""
        try:
            self._opened.send(b"")
        except OSError:
            return True
        return False

    def shut_down(self, reason: str) -> None:
        """End the connection, which wakes the thread that reads from it with this error."""
        self._end_reason = reason
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not self._opened:
            self._socket.close()
        self._connection.disconnect()


class Connections:
    """Connections for rare commands. Each command is sent once, and uses an idle connection or a
    new one.
    """

    def __init__(
        self, connect: Callable[[], Any], inspect: Callable[[Connection], object] | None = None
    ) -> None:
        """Call `inspect`, if given, with each new connection. It raises an error to reject one."""
        self._connect = connect
        self._inspect = inspect
        self._idle: list[Connection] = []

    def run(self, *command: str | bytes) -> Any:
        """Return the response to a command. Raises `redis.RedisError` and `OSError`."""
        with self._connected() as connection:
            connection.send(pack(*command))
            return connection.read_or_raise()

    def run_at(self, _channel: str, *command: str | bytes) -> Any:
        """Return the response to a command on a channel, as `run` does."""
        return self.run(*command)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        connection = self._take()
        try:
            yield connection
        except BaseException as error:
            if not isinstance(error, redis.ResponseError):
                connection.close()
                raise
            self._idle.append(connection)
            raise
        self._idle.append(connection)

    def _take(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_stale():
                return connection
            connection.close()
        connection = Connection(self._connect())
        try:
            if self._inspect:
                self._inspect(connection)
        except Exception:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().close()


class Backoff:
    """Pauses between attempts, which double from 0.1 to 2 seconds."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self.reset()

    def reset(self, seconds: float = FIRST_PAUSE_SECONDS) -> None:
        """Start again with this pause, after a success."""
        self._seconds = seconds

    def pause(self) -> None:
        """Pause after a failure."""
        self._ended.wait(self._seconds)
        self._ended.clear()
        longer = max(FIRST_PAUSE_SECONDS, 2 * self._seconds)
        self._seconds = min(longer, LONGEST_PAUSE_SECONDS)

    def end_pause(self) -> None:
        """Start again, and end the current pause."""
        self.reset()
        self._ended.set()
