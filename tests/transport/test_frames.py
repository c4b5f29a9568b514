"""Frames as they are sent, read back by a library that knows them."""

from __future__ import annotations

import pytest
from wsproto.frame_protocol import FrameProtocol, Opcode

from webhook_logger.transport.frames import frame

SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["text", "bytes"])
def test_a_frame_is_read_as_the_message_that_was_sent(size: int, kind: str) -> None:
    payload = "ü" * size if kind == "text" else b"\x00" * size
    reader = FrameProtocol(client=True, extensions=[])
    reader.receive_bytes(frame(payload))
    parts = list(reader.received_frames())
    assert parts[0].opcode is (Opcode.TEXT if kind == "text" else Opcode.BINARY)
    assert parts[-1].message_finished
    assert payload[:0].join(type(payload)(part.payload) for part in parts) == payload
