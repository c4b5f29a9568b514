"""The bytes that a sender sends, each read with a time by which it must have come."""

from __future__ import annotations

import socket
import time

from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestTimeout

_READ_BYTES = 64 * 1024


class Wire:
    """A buffered reader over one connection's socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.received = bytearray()
        self._deadline = 0.0

    def allow(self, seconds: float) -> None:
        """From now on, all that is read must have come within `seconds`."""
        self._deadline = time.monotonic() + seconds

    def receive(self) -> bool:
        """Wait for more bytes; False when the sender has closed. Raises `RequestTimeout`."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise RequestTimeout("The request did not arrive in time.")
        self.socket.settimeout(left)
        try:
            data = self.socket.recv(_READ_BYTES)
        except TimeoutError:
            raise RequestTimeout("The request did not arrive in time.") from None
        except ConnectionError:
            return False
        self.received += data
        return bool(data)

    def need(self) -> None:
        """Wait for more bytes of a request. Raises `ClientDisconnected`, `RequestTimeout`."""
        if not self.receive():
            raise ClientDisconnected("The request ended before its declared end.")

    def take(self, count: int) -> bytes:
        """The next `count` bytes of what has been received, at most."""
        taken = bytes(self.received[:count])
        del self.received[:count]
        return taken

    def line(self, most: int) -> bytes:
        """The next line without its CRLF. Raises `BadRequest` if it is longer than `most` bytes."""
        while (end := self.received.find(b"\n", 0, most + 2)) < 0:
            if len(self.received) >= most + 2:
                raise BadRequest("A line of the chunked body is too long.")
            self.need()
        line = self.take(end + 1)
        if not line.endswith(b"\r\n"):
            raise BadRequest("A line of the chunked body does not end in CRLF.")
        return line[:-2]
