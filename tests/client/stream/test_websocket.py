"""How the client reads from a WebSocket, without a server."""

from __future__ import annotations

import io

from websocket import ABNF

from webhook_logger.client.stream.websocket import Frames


def frame(text: str) -> bytes:
    """Return a frame as a server sends it, which is not masked."""
    content = text.encode()
    return bytes((0x81, len(content))) + content


def test_messages_that_have_arrived_are_read_at_once() -> None:
    texts = [f"message {number}" for number in range(100)]
    arrived, reads = io.BytesIO(b"".join(map(frame, texts))), []

    def receive(size: int) -> bytes:
        reads.append(size)
        return arrived.read(size)

    frames = Frames(receive, 1000, print)
    assert [frames.recv_frame().data for _ in texts] == [text.encode() for text in texts]
    assert len(reads) == 1


def test_a_message_that_arrives_in_parts_is_complete() -> None:
    arrived = [bytes((byte,)) for byte in frame("one") + frame("two")]
    frames = Frames(lambda _: arrived.pop(0), 1000, print)
    one, two = frames.recv_frame(), frames.recv_frame()
    assert (one.opcode, one.data, two.data) == (ABNF.OPCODE_TEXT, b"one", b"two")
    assert not arrived
