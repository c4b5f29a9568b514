"""Reading from and writing to a connection's socket, each with a deadline."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

from webhook_logger.errors import Reason, Refusal
from webhook_logger.serving.deadlines import deadlines

SEND_SECONDS = 30
"""For the other side to take all of one response."""

_READ_BYTES = 64 * 1024
LINES_A_TURN = 32


class SenderTooSlow(Refusal):
    """The sender did not send in time."""

    def __init__(self) -> None:
        super().__init__(Reason.REQUEST_TIMEOUT)


class Wire:
    """A buffered reader over one connection's socket; `close` ends the reading, not the socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.received = bytearray()
        self.deadline = 0.0
        """When the current wait ends, on the monotonic clock; 0 while there is none."""
        self._until = 0.0
        self._lines = 0
        self._expired = False
        self._sends = False
        # Between requests nothing has arrived yet, and trying to read at once is wasted.
        self._recv_later = getattr(sock, "recv_later", sock.recv)
        deadlines.add(self)

    def allow(self, seconds: float) -> None:
        """Set a deadline for all that is read from now on."""
        self._until = time.monotonic() + seconds

    def expire(self) -> None:
        """End the current wait. Nothing more is read; during `send`, nothing more is sent either.

        After an overdue read, the sender can still receive a response.
        """
        self._expired = True
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR if self._sends else socket.SHUT_RD)

    def send(self, data: bytes) -> None:
        """Send it all before one deadline, even if the other side takes a little at a time.

        Raises `OSError` when the other side has closed or is too slow.
        """
        self._sends, self.deadline = True, time.monotonic() + SEND_SECONDS
        try:
            self.socket.sendall(data)
        finally:
            self._sends, self.deadline = False, 0.0

    def close(self) -> None:
        """Stop watching deadlines: the connection has ended, or was handed over."""
        deadlines.discard(self)

    def receive(self, later: bool = False) -> bool:
        """Wait for more bytes; False when the sender has closed. Raises `SenderTooSlow`.

        `later` says that none are expected to have arrived yet.
        """
        self.deadline = self._until
        try:
            data: bytes = (self._recv_later if later else self.socket.recv)(_READ_BYTES)
        except ConnectionError:
            return False
        finally:
            self.deadline = 0.0
        if self._expired:
            raise SenderTooSlow
        self.received += data
        return bool(data)

    def need(self) -> None:
        """Wait for more bytes of a request. Raises `Refusal`, `SenderTooSlow` included."""
        if not self.receive():
            raise Refusal(Reason.BODY_INCOMPLETE)

    def take(self, count: int) -> bytes:
        """Remove and return at most `count` received bytes."""
        taken = bytes(self.received[:count])
        del self.received[:count]
        return taken

    def line(self, most: int) -> bytes:
        """Return the next line without its CRLF, and let others run every few dozen of them.

        One read from the socket can bring thousands of lines, so that turns by `recv` are too few.
        Raises `Refusal` if the line is longer than `most` bytes.
        """
        self._lines += 1
        if self._lines % LINES_A_TURN == 0:
            time.sleep(0)  # green, as the whole process is
        while (end := self.received.find(b"\n", 0, most + 2)) < 0:
            if len(self.received) >= most + 2:
                too_long = "A line of the chunked body is too long."
                raise Refusal(Reason.CHUNK_MALFORMED, too_long)
            self.need()
        line = self.take(end + 1)
        if not line.endswith(b"\r\n"):
            not_ended = "A line of the chunked body does not end in CRLF."
            raise Refusal(Reason.CHUNK_MALFORMED, not_ended)
        return line[:-2]
