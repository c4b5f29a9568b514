"""The door to the inside of websocket-client: messages are bounded while they are read.

Everything here that it does not document is asserted in tests/test_library_seams.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import websocket

_MAX_FRAGMENTS = 10_000
"""Of one message."""


def bounded(most: int, complain: Callable[[str], None], **options: Any) -> websocket.WebSocket:
    """Return a WebSocket that complains of a message of more than `most` bytes."""
    made = websocket.WebSocket(**options)
    made.frame_buffer = Frames(made._recv, most, complain)
    made.cont_frame = Fragments(fire_cont_frame=False, skip_utf8_validation=True)
    return made


class Frames(websocket.frame_buffer):
    """The library's own reads messages of any size."""

    def __init__(
        self, receive: Callable[[int], bytes], most: int, complain: Callable[[str], None]
    ) -> None:
        super().__init__(receive, skip_utf8_validation=True)
        self._most = most
        self._complain = complain
        self._bytes = self._count = 0

    def recv_length(self) -> None:
        super().recv_length()
        opcode, length = (self.header or (0,) * 7)[4], self.length or 0
        if opcode in (websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY):
            self._bytes = self._count = 0
        self._bytes += length
        self._count += 1
        if self._bytes > self._most or self._count > _MAX_FRAGMENTS:
            self._complain(f"a message of the server has more than {self._most} bytes")
            raise websocket.WebSocketProtocolException("too large")


class Fragments(websocket.continuous_frame):
    """The library's own copies the whole message with each fragment of it."""

    def add(self, frame: websocket.ABNF) -> None:
        if not self.cont_data:
            self._parts: list[bytes] = []
            super().add(frame)
        elif frame.fin:
            self.recving_frames = None
        self._parts.append(frame.data)  # type: ignore[arg-type]  # what came is bytes

    def extract(self, frame: websocket.ABNF) -> tuple[int, websocket.ABNF]:
        if self.cont_data:
            self.cont_data[1] = b"".join(self._parts)
        return super().extract(frame)
