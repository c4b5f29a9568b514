"""Read the body of a request as `wsgi.input`: the whole declared body, or an error.

RFC 9112, sections 6 and 7.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from webhook_logger.errors import Reason, Refusal
from webhook_logger.serving.head import Head
from webhook_logger.serving.viewer import ViewerConnection
from webhook_logger.serving.wire import Wire

MAX_CHUNK_LINE_BYTES = 256
MAX_FRAMING_BYTES = 64 * 1024
MAX_FRAMING_FACTOR = 2
"""Maximum size of a chunked body's framing (size lines and line ends): `MAX_FRAMING_BYTES`, and
this factor times the bytes of content.

A body of 1-byte chunks can be about 20 KB long; chunks of 3 bytes or more have no limit.
"""
MAX_TRAILER_BYTES = 8 * 1024
MAX_TRAILER_LINES = 100

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_QUOTED = rb'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"'
_CHUNK_LINE = re.compile(
    rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[ \t]*%b(?:[ \t]*=[ \t]*(?:%b|%b))?)*"
    % (_TOKEN, _TOKEN, _QUOTED)
)
_TRAILER_LINE = re.compile(rb"(%b):([\t \x21-\x7e\x80-\xff]*)" % _TOKEN)


class RequestBody:
    """The file-like `wsgi.input` of one request.

    `read` raises `Refusal` for malformed chunks and when the sender closes before the end, and
    `SenderTooSlow` after a timeout. A caller that stops reading before `done` must close the
    connection.
    """

    def __init__(
        self, wire: Wire, head: Head, begin_viewer: Callable[[], ViewerConnection]
    ) -> None:
        self._wire = wire
        self._begin_viewer = begin_viewer
        self._chunked = head.chunked
        self._left = head.content_length or 0
        """Unread bytes of the whole body, or of the current chunk."""
        self._framing_left = MAX_FRAMING_BYTES
        self._continue_wanted = head.expects_continue
        self.done = not head.chunked and not self._left
        self.handed_over = 0
        """The status that the socket's new owner sends; 0 while the connection has its socket."""
        self.trailers: list[tuple[str, str]] = []
        """Trailers of a chunked body, read as Latin-1; complete when the body is `done`."""

    def read(self, size: int | None = -1) -> bytes:
        """Return `size` bytes, or fewer at the end of the body; without `size`, the rest."""
        if self.done or size == 0:
            return b""
        self._send_continue()
        limit = size if size is not None and size >= 0 else None
        return self._read_chunks(limit) if self._chunked else self._read_length(limit)

    def take_connection(self, status: int = 101) -> ViewerConnection:
        """Return the connection to a viewer's transport, which owns it from now on, and sends the
        response with this status. Raises `Refusal`.

        The application returns while the viewer stays. Its response is not sent.
        """
        # RFC 6455, section 4.1: a client sends no data before it receives the response.
        if self._wire.received or not self.done:
            if status == 101:
                has_body = "A WebSocket handshake cannot have a body."
                raise Refusal(Reason.WEBSOCKET_HANDSHAKE_MALFORMED, has_body)
            has_more = "A request for a stream cannot have a body, and no other request after it."
            raise Refusal(Reason.BAD_REQUEST, has_more)
        viewer = self._begin_viewer()
        self._wire.close()
        self.handed_over = status
        return viewer

    def _send_continue(self) -> None:
        if self._continue_wanted and not self._wire.received:
            self._wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._continue_wanted = False

    def _read_length(self, limit: int | None) -> bytes:
        wanted = self._left if limit is None else min(limit, self._left)
        while len(self._wire.received) < wanted:
            self._wire.need()
        self._left -= wanted
        self.done = self._left == 0
        return self._wire.take(wanted)

    def _read_chunks(self, limit: int | None) -> bytes:
        content = bytearray()
        while not self.done and (limit is None or len(content) < limit):
            if not self._left:
                self._next_chunk()
                continue
            if not self._wire.received:
                self._wire.need()
            wanted = self._left if limit is None else min(self._left, limit - len(content))
            content += (taken := self._wire.take(wanted))
            self._left -= len(taken)
            if not self._left:
                self._end_chunk()
        return bytes(content)

    def _next_chunk(self) -> None:
        line = self._wire.line(MAX_CHUNK_LINE_BYTES)
        match = _CHUNK_LINE.fullmatch(line)
        if not match:
            raise Refusal(Reason.CHUNK_MALFORMED, "A chunk's size line is malformed.")
        self._left = int(match[1], 16)
        self._framing_left -= len(line) + len("\r\n\r\n") - MAX_FRAMING_FACTOR * self._left
        if self._framing_left < 0:
            raise Refusal(Reason.TOO_MANY_CHUNKS)
        if not self._left:
            self._read_trailers()
            self.done = True

    def _end_chunk(self) -> None:
        if self._wire.line(0):
            raise Refusal(Reason.CHUNK_MALFORMED, "A chunk is longer than its size.")

    def _read_trailers(self) -> None:
        """Read the trailers. The server captures them and does not interpret them."""
        left = MAX_TRAILER_BYTES
        while line := self._wire.line(left):
            left = max(0, left - len(line) - len("\r\n"))
            match = _TRAILER_LINE.fullmatch(line)
            if not match:
                raise Refusal(Reason.TRAILER_MALFORMED)
            if len(self.trailers) == MAX_TRAILER_LINES:
                too_many = f"There are more than {MAX_TRAILER_LINES} trailer lines."
                raise Refusal(Reason.TRAILER_MALFORMED, too_many)
            name, value = match[1].decode("latin-1"), match[2].decode("latin-1")
            self.trailers.append((name, value.strip(" \t")))
