"""Frames that are sent, parsed by wsproto."""

from __future__ import annotations

from contextlib import nullcontext, suppress

import pytest
from wsproto.frame_protocol import FrameProtocol, Opcode

from tests.support import raw_websocket as client
from webhook_logger.viewers.transport.frames import (
    MessageTooLarge,
    ViewerClosed,
    ViewerMessages,
    frame,
    is_pong,
)

SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["text", "bytes"])
def test_wsproto_reads_a_frame_as_the_original_message(size: int, kind: str) -> None:
    payload = "ü" * size if kind == "text" else b"\x00" * size
    reader = FrameProtocol(client=True, extensions=[])
    reader.receive_bytes(frame(payload))
    parts = list(reader.received_frames())
    assert parts[0].opcode is (Opcode.TEXT if kind == "text" else Opcode.BINARY)
    assert parts[-1].message_finished
    assert payload[:0].join(type(payload)(part.payload) for part in parts) == payload


SMALL = {
    "pings": client.frame(client.PING),
    "pongs": client.frame(client.PONG),
    "messages": client.frame(client.TEXT, b"3"),
    "fragments": client.frame(client.CONTINUATION, b"x", fin=False),
}


@pytest.mark.parametrize("kind", SMALL)
@pytest.mark.parametrize("limit", [100, 200])
def test_each_frame_is_admitted_before_it_is_handled(kind: str, limit: int) -> None:
    received = [client.frame(client.TEXT, b"2", fin=False)] if kind == "fragments" else []
    admitted, responses, reads = 0, [], 0

    def recv(_: int) -> bytes:
        nonlocal reads
        reads += 1
        return b"".join([*received, SMALL[kind] * 1000])

    def admit() -> None:
        nonlocal admitted
        if admitted == limit:
            raise ViewerClosed
        admitted += 1

    messages, whole = ViewerMessages(recv, responses.append, admit, 4096), 0
    with suppress(ViewerClosed):
        while messages.next():
            whole += 1
    assert (admitted, reads) == (limit, 1)
    assert len(responses) == (limit if kind == "pings" else 0)
    assert whole == (limit if kind == "messages" else 0)


def test_a_message_that_is_too_large_is_refused_before_its_payload_is_read() -> None:
    head = b"\x81\xff" + (2**40).to_bytes(8, "big") + client.MASK
    reads = iter((head, b"x"))
    with pytest.raises(MessageTooLarge):
        ViewerMessages(lambda _: next(reads), lambda _: None, lambda: None, 4096).next()
    assert next(reads) == b"x"


WHOLE = client.frame(client.TEXT, b"4hello")
BEGUN = {
    "nothing": (b"", False),
    "a ping": (client.frame(client.PING), False),
    "a header": (WHOLE[:1], True),
    "a part of a payload": (WHOLE[:-1], True),
    "a fragment": (client.frame(client.TEXT, b"4", fin=False), True),
    "a fragment and a ping": (
        client.frame(client.TEXT, b"4", fin=False) + client.frame(client.PING),
        True,
    ),
}


@pytest.mark.parametrize("begun", BEGUN)
def test_only_a_message_that_has_begun_is_waited_for(begun: str) -> None:
    data, waits = BEGUN[begun]

    def recv(_: int) -> bytes:
        raise TimeoutError

    messages = ViewerMessages(recv, lambda _: None, lambda: None, 4096, lambda _: None)
    messages.feed(WHOLE + data)
    assert messages.next() == "4hello"
    with pytest.raises(TimeoutError) if waits else nullcontext():
        assert messages.next() is None


def test_a_pong_is_recognized_without_a_parser() -> None:
    assert is_pong(client.frame(client.TEXT, b"3"))
    assert is_pong(client.frame(client.TEXT, b"3", mask=bytes(4)))
    for other in (
        client.frame(client.TEXT, b"2"),
        client.frame(client.TEXT, b"3", fin=False),
        client.frame(client.BINARY, b"3"),
        client.frame(client.TEXT, b"3x"),
        client.frame(client.TEXT, b"3") * 2,
        client.frame(client.TEXT, b"3", mask=b""),
        b"",
    ):
        assert not is_pong(other)
