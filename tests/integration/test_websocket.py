"""WebSocket as a conformance suite asks for it: one table, by the families of Autobahn's."""

from __future__ import annotations

import pytest

from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.raw_websocket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    MASK,
    PING,
    PONG,
    TEXT,
    Frame,
    RawWebSocket,
    frame,
)

ASK = b'421["leave",null]'
"""It is acknowledged, which says that what was sent before it has been read."""
RESPONSE = b"431["


def text(*fragments: bytes) -> bytes:
    """A text message in so many frames."""
    last = len(fragments) - 1
    return b"".join(
        frame(TEXT if number == 0 else CONTINUATION, part, fin=number == last)
        for number, part in enumerate(fragments)
    )


def event(size: int) -> bytes:
    """A message of that size that changes nothing."""
    begin, end = b'42["nonsense","', b'"]'
    return begin + b"x" * (size - len(begin + end)) + end


def said(characters: bytes) -> bytes:
    return b'42["nonsense","' + characters + b'"]'


def closing(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, code.to_bytes(2, "big") + reason)


TEN = [b"%d" % n for n in range(10)]

# What is sent, and the pongs that it gets, behind which the connection goes on.
FINE: dict[str, tuple[bytes, list[bytes]]] = {
    **{f"a message of {n} bytes": (text(event(n)), []) for n in (125, 126, 127, 128, 4096)},
    **{f"binary of {n} bytes": (frame(BINARY, b"x" * n), []) for n in (0, 125, 126, 4096)},
    "a ping": (frame(PING), [b""]),
    "a ping with a payload": (frame(PING, b"hello"), [b"hello"]),
    "a ping of bytes that are no text": (frame(PING, b"\x00\xff\xfe"), [b"\x00\xff\xfe"]),
    "a ping as long as it may be": (frame(PING, b"x" * 125), [b"x" * 125]),
    "ten pings": (
        b"".join(frame(PING, b"%d" % n) for n in range(10)),
        [b"%d" % n for n in range(10)],
    ),
    "a pong that nobody asked for": (frame(PONG, b"x"), []),
    "a pong and a ping": (frame(PONG) + frame(PING, b"x"), [b"x"]),
    "a message in two fragments": (text(event(50)[:20], event(50)[20:]), []),
    "a message in fragments of one byte": (text(*[bytes((b,)) for b in event(20)]), []),
    "an empty last fragment": (text(event(50), b""), []),
    "a ping between fragments": (
        frame(TEXT, event(50)[:9], fin=False)
        + frame(PING, b"x")
        + frame(CONTINUATION, event(50)[9:]),
        [b"x"],
    ),
    "a character cut in two by fragments": (
        text(said("é".encode())[:-3], said("é".encode())[-3:]),
        [],
    ),
    "characters of all lengths": (text(said("κόσμε €𝄞\ufffd\U0010ffff".encode())), []),
    "a mask of zeros": (frame(TEXT, event(50), mask=b"\0\0\0\0"), []),
}

NOT_UTF8 = {
    "an overlong form": b"\xc0\xaf",
    "a surrogate": b"\xed\xa0\x80",
    "beyond the last character": b"\xf4\x90\x80\x80",
    "a lone continuation byte": b"\x80",
    "a byte that is in no character": b"\xff",
    "a character that does not end": b"\xe2\x82",
}
HEAD_OF_LARGE = bytes((FIN | TEXT, 0xFF))

# What is sent, and the code of the Close frame that it gets.
WRONG: dict[str, tuple[bytes, int]] = {
    **{
        f"reserved bits {bits:#x} of {name}": (frame(opcode | bits, b"4"), 1002)
        for bits in (0x10, 0x20, 0x40, 0x70)
        for name, opcode in (("text", TEXT), ("a ping", PING), ("close", CLOSE))
    },
    **{
        f"opcode {code:#x}": (frame(code, b"x"), 1002)
        for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
    },
    "a ping that is too long": (frame(PING, b"x" * 126), 1002),
    "a close that is too long": (frame(CLOSE, b"\x03\xe8" + b"x" * 124), 1002),
    "a ping in fragments": (frame(PING, b"x", fin=False), 1002),
    "a pong in fragments": (frame(PONG, b"x", fin=False), 1002),
    "a continuation of nothing": (frame(CONTINUATION, b"x"), 1002),
    "a continuation behind the end": (text(event(50)) + frame(CONTINUATION, b"x"), 1002),
    "a message inside of another": (frame(TEXT, b"4", fin=False) + frame(TEXT, b"2"), 1002),
    "an empty first fragment": (text(b"", event(50)), 1002),
    "an empty fragment in the middle": (text(event(50)[:9], b"", event(50)[9:]), 1002),
    "a frame without a mask": (frame(TEXT, event(50), mask=b""), 1002),
    "a length in two bytes that fits in one": (b"\x81\xfe\x00\x02\x01\x02\x03\x04xx", 1002),
    "a length in eight bytes that fits in two": (HEAD_OF_LARGE + (2**15).to_bytes(8, "big"), 1002),
    "a length with the first bit set": (HEAD_OF_LARGE + (2**63).to_bytes(8, "big"), 1002),
    **{f"text: {name}": (text(said(data)), 1007) for name, data in NOT_UTF8.items()},
    "not UTF-8 in the second fragment": (text(event(50), b"\xff"), 1007),
    "a reason that is not UTF-8": (closing(1000, b"\xce\xba\xe1\xbd\xb9\xcf\xed\xa0"), 1007),
    "an empty message": (text(b""), 1008),
    "no packet of Engine.IO": (text(b"x"), 1008),
    "a packet of Engine.IO that only servers send": (text(b"0{}"), 1008),
    "one byte more than a message may have": (text(event(4097)), 1009),
    "fragments that add up to too much": (text(event(4097)[:4000], event(4097)[4000:]), 1009),
    "more than that in characters of several bytes": (text(said("€".encode() * 1400)), 1009),
    "the head of a large message": (HEAD_OF_LARGE + (2**40).to_bytes(8, "big") + MASK, 1009),
    "a close of one byte": (frame(CLOSE, b"\x03"), 1002),
    **{
        f"a close of the code {code}": (closing(code), 1002)
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
    },
}
CODES = (
    1000,
    1001,
    1002,
    1003,
    1007,
    1008,
    1009,
    1010,
    1011,
    1012,
    1013,
    1014,
    3000,
    3999,
    4000,
    4999,
)


def opened(server: Server) -> RawWebSocket:
    """A WebSocket on which Socket.IO has connected."""
    websocket = RawWebSocket(server.url)
    websocket.send(text(b"40"))
    assert websocket.frame()[1][:1] == b"0"
    assert websocket.frame()[1][:2] == b"40"
    return websocket


def closes(frames: list[Frame]) -> list[bytes]:
    return [payload for first, payload in frames if first == FIN | CLOSE]


@pytest.mark.parametrize("case", FINE)
def test_what_is_allowed_is_read_and_the_connection_goes_on(
    memory_server: Server, case: str
) -> None:
    data, pongs = FINE[case]
    with opened(memory_server) as websocket:
        websocket.send(data, text(ASK))
        received = [websocket.frame() for _ in range(len(pongs) + 1)]
        assert [payload for first, payload in received if first == FIN | PONG] == pongs
        assert received[-1][0] == FIN | TEXT
        assert received[-1][1].startswith(RESPONSE)


@pytest.mark.parametrize("case", WRONG)
def test_what_breaks_the_protocol_gets_a_close_frame_with_its_code(
    memory_server: Server, case: str
) -> None:
    data, code = WRONG[case]
    with opened(memory_server) as websocket:
        websocket.send(data)
        *before, last = websocket.rest()
        assert last == (FIN | CLOSE, code.to_bytes(2, "big"))
        # Clients stay away after a DISCONNECT of Socket.IO or a CLOSE of Engine.IO.
        assert [payload for _, payload in before] == (
            [b'42["bye",{"reason":"limit"}]'] if code == 1009 else []
        )
    assert "receive error" not in memory_server.log


def test_what_follows_an_error_is_not_handled() -> None:
    counter = 'viewers_cut_off_total{reason="protocol_error"}'
    with Server() as server, opened(server) as websocket:
        websocket.send(frame(3), text(ASK), frame(PING))
        assert websocket.rest() == [(FIN | CLOSE, b"\x03\xea")]
        eventually(lambda: server.metrics()[counter] == 1)


def test_a_close_frame_is_echoed_with_its_code(memory_server: Server) -> None:
    for payload in (b"", *(code.to_bytes(2, "big") for code in CODES)):
        reason = "because of κόσμε".encode() if payload else b""
        with opened(memory_server) as websocket:
            websocket.send(frame(CLOSE, payload + reason), frame(PING), text(ASK))
            assert websocket.rest() == [(FIN | CLOSE, payload)]


def test_what_was_asked_before_gets_a_response_before_the_close(memory_server: Server) -> None:
    with opened(memory_server) as websocket:
        websocket.send(frame(PING, b"x"), closing(1001))
        assert websocket.rest() == [(FIN | PONG, b"x"), (FIN | CLOSE, b"\x03\xe9")]
