"""Read from and write to a connection's socket, each with a deadline."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

from webhook_logger.errors import Reason, Refusal
from webhook_logger.serving.deadlines import SenderTooSlow, deadlines
from webhook_logger.serving.sockets import Socket

SEND_SECONDS: float = 30
"""Maximum time for a client to receive one whole response."""

_READ_BYTES = 64 * 1024
LINES_PER_TURN = 32


class Wire:
    """A buffered reader over one connection's socket; `close` ends the reading, not the socket."""

    def __init__(self, sock: Socket) -> None:
        self.socket = sock
        self.received = bytearray()
        self.deadline = 0.0
        """End of the current wait on the monotonic clock; 0 while there is no wait."""
        self._until = 0.0
        self._lines = 0
        self._expired = False
        self._is_sending = False
        # Between requests no bytes have arrived yet, and an immediate read would be wasted.
        self._recv_later = getattr(sock, "recv_later", sock.recv)
        deadlines.add(self)

    def set_timeout(self, seconds: float) -> None:
        """Set one deadline for all following reads together."""
        self._until = time.monotonic() + seconds

    def expire(self) -> None:
        """End the current wait, and close the socket for reading; during `send`, also for writing.

        After a read timeout, the sender can still receive a response.
        """
        self._expired = True
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR if self._is_sending else socket.SHUT_RD)

    def send(self, data: bytes) -> None:
        """Send all the data before one deadline, regardless of the progress in between.

        Raises `OSError` if the client has closed or is too slow.
        """
        self._is_sending, self.deadline = True, time.monotonic() + SEND_SECONDS
        try:
            self.socket.sendall(data)
        finally:
            self._is_sending, self.deadline = False, 0.0

    def close(self) -> None:
        """Stop checking the deadline: the connection has ended, or a WebSocket owns its socket."""
        deadlines.discard(self)

    def receive(self, later: bool = False) -> bool:
        """Wait for more bytes; return False if the sender has closed. Raises `SenderTooSlow`.

        Set `later` when no bytes are expected to have arrived yet.
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
        """Wait for more bytes of a request. Raises `Refusal` or its subclass `SenderTooSlow`."""
        if not self.receive():
            raise Refusal(Reason.BODY_INCOMPLETE)

    def take(self, count: int) -> bytes:
        """Remove and return at most `count` received bytes."""
        taken = bytes(self.received[:count])
        del self.received[:count]
        return taken

    def line(self, max_bytes: int) -> bytes:
        """Return the next line without its CRLF, and yield every `LINES_PER_TURN` lines.

        One read from the socket can return thousands of lines, so `recv` alone yields too rarely.
        Raises `Refusal` if the line is longer than `max_bytes`.
        """
        self._lines += 1
        if self._lines % LINES_PER_TURN == 0:
            time.sleep(0)  # monkey-patched: yields to other green threads
        while (end := self.received.find(b"\n", 0, max_bytes + 2)) < 0:
            if len(self.received) >= max_bytes + 2:
                too_long = "A line of the chunked body is too long."
                raise Refusal(Reason.CHUNK_MALFORMED, too_long)
            self.need()
        line = self.take(end + 1)
        if not line.endswith(b"\r\n"):
            not_ended = "A line of the chunked body does not end with CRLF."
            raise Refusal(Reason.CHUNK_MALFORMED, not_ended)
        return line[:-2]
