"""Sockets whose green threads wait without eventlet's listeners, and share their worker fairly."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any, Protocol

CALLS_PER_TURN = 16
"""Calls of one socket that do not wait, before it yields."""


class Socket(Protocol):
    """A connected socket: a fair one, or any other."""

    def recv(self, size: int, /) -> bytes:
        """Return the next bytes."""

    def sendall(self, data: bytes, /) -> None:
        """Send all the data."""

    def shutdown(self, how: int, /) -> None:
        """End one direction or both."""

    def fileno(self) -> int:
        """Return the file descriptor, or -1 after the socket was closed."""

    def getsockname(self) -> Any:
        """Return the address of this side."""

    def close(self) -> None:
        """Close the socket. A green thread that waits for it raises `OSError`."""


class Poller(Protocol):
    """Waits for sockets, in the way of one kind of hub."""

    def wait_to_read(self, sock: FairSocket) -> None:
        """Wait until the socket has bytes or has ended. Raises `TimeoutError` after its timeout."""

    def wait_to_write(self, sock: FairSocket) -> None:
        """Wait until the socket accepts bytes. Raises `TimeoutError` after its timeout."""

    def call_when_readable(self, sock: FairSocket, function: Callable[[], object]) -> None:
        """Call the function once, when the socket has bytes or has ended."""

    def opened(self, descriptor: int) -> None:
        """Disconnect from a new file descriptor everything that waits for an older one."""

    def forget(self, sock: FairSocket) -> None:
        """Stop watching a socket that is being closed, and wake those that wait for it."""


class FairSocket:
    """A socket for green threads that yields every few calls.

    Green threads switch only when a call would block. A peer that always has bytes ready, such as
    pipelined requests, would block the whole worker.
    """

    __slots__ = (
        *("_calls", "_poller", "_socket", "_timeout", "descriptor", "interest"),
        *("on_readable", "on_writable"),
    )

    def __init__(self, sock: socket.socket, poller: Poller) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._poller = poller
        self._timeout: float | None = None
        self._calls = 0
        self.descriptor = sock.fileno()
        # The poller sets these.
        self.interest = 0
        """The events for which the socket is registered."""
        self.on_readable: Callable[[], object] | None = None
        """The function to call when the socket has bytes or has ended."""
        self.on_writable: Callable[[], object] | None = None
        """The function to call when the socket accepts bytes."""

    def accept(self) -> tuple[FairSocket, Any]:
        """Wait for a connection, and return its socket and the address of its client."""
        while True:
            try:
                sock, address = self._socket.accept()
            except BlockingIOError:
                self._poller.wait_to_read(self)
            else:
                self._poller.opened(sock.fileno())
                return FairSocket(sock, self._poller), address

    def recv(self, size: int) -> bytes:
        """Return the next bytes."""
        self._take_turns()
        while True:
            try:
                return self._socket.recv(size)
            except BlockingIOError:
                self._wait_to_read()

    def recv_later(self, size: int) -> bytes:
        """Wait, then return the next bytes. Faster than `recv` when none have arrived yet."""
        self._wait_to_read()
        return self.recv(size)

    def recv_now(self, size: int) -> bytes | None:
        """Return the next bytes, or None if none have arrived. Never waits."""
        try:
            return self._socket.recv(size)
        except BlockingIOError:
            return None

    def call_when_readable(self, function: Callable[[], object]) -> None:
        """Call the function once, when the socket has bytes or has ended, or is closed.

        Until then, no green thread is needed. The hub calls the function, which must not wait.
        Raises `RuntimeError` if a green thread or another function waits for bytes.
        """
        self._poller.call_when_readable(self, function)

    def sendall(self, data: bytes) -> None:
        """Send all the data."""
        sent = self._send(data)
        if sent < len(data):
            view = memoryview(data)
            while sent < len(data):
                sent += self._send(view[sent:])

    def _send(self, data: bytes | memoryview) -> int:
        self._take_turns()
        while True:
            try:
                return self._socket.send(data)
            except BlockingIOError:
                self._calls = 0
                self._poller.wait_to_write(self)

    def send_now(self, data: bytes) -> int:
        """Send the bytes that the kernel accepts without waiting, and return their number."""
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)  # disconnected: the reader gets the error, too

    def _take_turns(self) -> None:
        self._calls += 1
        if self._calls >= CALLS_PER_TURN:
            self._calls = 0
            time.sleep(0)  # monkey-patched: yields to other green threads

    def _wait_to_read(self) -> None:
        self._calls = 0  # waiting yields, too
        self._poller.wait_to_read(self)

    def settimeout(self, seconds: float | None) -> None:
        """Set the maximum time of each following wait, or None for no maximum."""
        self._timeout = seconds

    def gettimeout(self) -> float | None:
        """Return the maximum time of each wait, or None."""
        return self._timeout

    def fileno(self) -> int:
        """Return the file descriptor, or -1 after `close`."""
        return self.descriptor

    def getsockname(self) -> Any:
        """Return the address of this side."""
        return self._socket.getsockname()

    def getpeername(self) -> Any:
        """Return the address of the other side. Raises `OSError` if it has disconnected."""
        return self._socket.getpeername()

    def setsockopt(self, level: int, option: int, value: int | bytes) -> None:
        """Set an option of the socket."""
        self._socket.setsockopt(level, option, value)

    def listen(self, backlog: int) -> None:
        """Accept connections, of which at most `backlog` wait in the kernel."""
        self._socket.listen(backlog)

    def shutdown(self, how: int) -> None:
        """End one direction or both."""
        self._socket.shutdown(how)

    def close(self) -> None:
        """Close the socket. A green thread that waits for it raises `OSError`."""
        self._poller.forget(self)
        self.descriptor = -1
        self._socket.close()

    def abandon(self) -> None:
        """Forget the descriptor without closing it: it belongs to another file now."""
        self.descriptor = -1
        self._socket.detach()
