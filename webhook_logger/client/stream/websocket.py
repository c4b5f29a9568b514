"""All uses of private attributes of websocket-client: to limit the size of messages, and to read
many of them at once.

tests/test_library_seams.py asserts that they exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import websocket

_MAX_FRAGMENTS = 10_000
"""Maximum fragments of one message."""
_READ_BYTES = 64 * 1024


def bounded(limit: int, on_error: Callable[[str], None], **options: Any) -> websocket.WebSocket:
    """Return a WebSocket that rejects messages of more than `limit` bytes."""
    socket = websocket.WebSocket(**options)
    socket.frame_buffer = Frames(socket._recv, limit, on_error)
    socket.cont_frame = Fragments(fire_cont_frame=False, skip_utf8_validation=True)
    return socket


class Frames(websocket.frame_buffer):
    """A frame buffer with a size limit. The library's reads messages of any size."""

    def __init__(
        self, receive: Callable[[int], bytes], limit: int, on_error: Callable[[str], None]
    ) -> None:
        super().__init__(ReadAhead(receive), skip_utf8_validation=True)
        self._limit = limit
        self._on_error = on_error
        self._bytes = self._count = 0

    def recv_length(self) -> None:
        super().recv_length()
        opcode, length = (self.header or (0,) * 7)[4], self.length or 0
        if opcode in (websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY):
            self._bytes = self._count = 0
        self._bytes += length
        self._count += 1
        if self._bytes > self._limit or self._count > _MAX_FRAGMENTS:
            self._on_error(f"a message of the server has more than {self._limit} bytes")
            raise websocket.WebSocketProtocolException("too large")


class ReadAhead:
    """Reads all bytes that have arrived, and returns them in parts.

    The library reads each frame in three parts. While a program is busy, each read of a socket
    waits until other threads let this one continue, so pings would be read too late.
    """

    def __init__(self, receive: Callable[[int], bytes]) -> None:
        self._receive = receive
        self._data = memoryview(b"")

    def __call__(self, size: int) -> bytes:
        """Return 1 to `size` bytes, as `receive` does."""
        if not self._data:
            self._data = memoryview(self._receive(_READ_BYTES))
        part, self._data = self._data[:size], self._data[size:]
        return bytes(part)


class Fragments(websocket.continuous_frame):
    """A buffer in linear time. The library's copies the whole message for each fragment."""

    def add(self, frame: websocket.ABNF) -> None:
        if not self.cont_data:
            self._parts: list[bytes] = []
            super().add(frame)
        elif frame.fin:
            self.recving_frames = None
        self._parts.append(frame.data)  # type: ignore[arg-type]  # received data is bytes

    def extract(self, frame: websocket.ABNF) -> tuple[int, websocket.ABNF]:
        if self.cont_data:
            self.cont_data[1] = b"".join(self._parts)
        return super().extract(frame)
