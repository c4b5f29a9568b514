"""WebSocket conformance, in a table by the case families of Autobahn."""

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
"""Its acknowledgement shows that the server has read everything sent before."""
RESPONSE = b"431["


def text(*fragments: bytes) -> bytes:
    """Return a text message with one frame per fragment."""
    last = len(fragments) - 1
    return b"".join(
        frame(TEXT if number == 0 else CONTINUATION, part, fin=number == last)
        for number, part in enumerate(fragments)
    )


def event(size: int) -> bytes:
    """Return an event of that size that the server ignores."""
    begin, end = b'42["nonsense","', b'"]'
    return begin + b"x" * (size - len(begin + end)) + end


def event_with(characters: bytes) -> bytes:
    return b'42["nonsense","' + characters + b'"]'


def closing(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, code.to_bytes(2, "big") + reason)


# Valid frames and the expected pongs; the connection stays open.
VALID: dict[str, tuple[bytes, list[bytes]]] = {
    **{f"a message of {n} bytes": (text(event(n)), []) for n in (125, 126, 127, 128, 4096)},
    **{f"binary of {n} bytes": (frame(BINARY, b"x" * n), []) for n in (0, 125, 126, 4096)},
    "a ping": (frame(PING), [b""]),
    "a ping with a payload": (frame(PING, b"hello"), [b"hello"]),
    "a ping of bytes that are not UTF-8": (frame(PING, b"\x00\xff\xfe"), [b"\x00\xff\xfe"]),
    "a ping of the maximum length": (frame(PING, b"x" * 125), [b"x" * 125]),
    "ten pings": (
        b"".join(frame(PING, b"%d" % n) for n in range(10)),
        [b"%d" % n for n in range(10)],
    ),
    "an unsolicited pong": (frame(PONG, b"x"), []),
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
    "a character split between fragments": (
        text(event_with("é".encode())[:-3], event_with("é".encode())[-3:]),
        [],
    ),
    "characters of all lengths": (text(event_with("κόσμε €𝄞\ufffd\U0010ffff".encode())), []),
    "a mask of zeros": (frame(TEXT, event(50), mask=b"\0\0\0\0"), []),
}

NOT_UTF8 = {
    "an overlong form": b"\xc0\xaf",
    "a surrogate": b"\xed\xa0\x80",
    "beyond the last character": b"\xf4\x90\x80\x80",
    "a lone continuation byte": b"\x80",
    "an invalid byte": b"\xff",
    "an incomplete character": b"\xe2\x82",
}
HEAD_OF_LARGE = bytes((FIN | TEXT, 0xFF))

# Invalid frames and the expected code of the Close frame.
INVALID: dict[str, tuple[bytes, int]] = {
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
    "a continuation without a first frame": (frame(CONTINUATION, b"x"), 1002),
    "a continuation after the last frame": (text(event(50)) + frame(CONTINUATION, b"x"), 1002),
    "a text frame between fragments": (frame(TEXT, b"4", fin=False) + frame(TEXT, b"2"), 1002),
    "an empty first fragment": (text(b"", event(50)), 1002),
    "an empty fragment in the middle": (text(event(50)[:9], b"", event(50)[9:]), 1002),
    "a frame without a mask": (frame(TEXT, event(50), mask=b""), 1002),
    "a length in two bytes that fits in one": (b"\x81\xfe\x00\x02\x01\x02\x03\x04xx", 1002),
    "a length in eight bytes that fits in two": (HEAD_OF_LARGE + (2**15).to_bytes(8, "big"), 1002),
    "a length with the first bit set": (HEAD_OF_LARGE + (2**63).to_bytes(8, "big"), 1002),
    **{f"text: {name}": (text(event_with(data)), 1007) for name, data in NOT_UTF8.items()},
    "not UTF-8 in the second fragment": (text(event(50), b"\xff"), 1007),
    "a reason that is not UTF-8": (closing(1000, b"\xce\xba\xe1\xbd\xb9\xcf\xed\xa0"), 1007),
    "an empty message": (text(b""), 1008),
    "text that is not an Engine.IO packet": (text(b"x"), 1008),
    "an Engine.IO packet that only servers send": (text(b"0{}"), 1008),
    "a message one byte over the maximum": (text(event(4097)), 1009),
    "fragments over the maximum in total": (text(event(4097)[:4000], event(4097)[4000:]), 1009),
    "multi-byte characters over the maximum": (text(event_with("€".encode() * 1400)), 1009),
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
    """Open a WebSocket and connect Socket.IO on it."""
    websocket = RawWebSocket(server.url)
    websocket.send(text(b"40"))
    assert websocket.frame()[1][:1] == b"0"
    assert websocket.frame()[1][:2] == b"40"
    return websocket


def closes(frames: list[Frame]) -> list[bytes]:
    return [payload for first, payload in frames if first == FIN | CLOSE]


@pytest.mark.parametrize("case", VALID)
def test_valid_frames_are_read_and_the_connection_stays_open(
    memory_server: Server, case: str
) -> None:
    data, pongs = VALID[case]
    with opened(memory_server) as websocket:
        websocket.send(data, text(ASK))
        received = [websocket.frame() for _ in range(len(pongs) + 1)]
        assert [payload for first, payload in received if first == FIN | PONG] == pongs
        assert received[-1][0] == FIN | TEXT
        assert received[-1][1].startswith(RESPONSE)


@pytest.mark.parametrize("case", INVALID)
def test_invalid_frames_get_a_close_frame_with_the_code(memory_server: Server, case: str) -> None:
    data, code = INVALID[case]
    with opened(memory_server) as websocket:
        websocket.send(data)
        *before, last = websocket.rest()
        assert last == (FIN | CLOSE, code.to_bytes(2, "big"))
        # Clients do not reconnect after Socket.IO's DISCONNECT or Engine.IO's CLOSE.
        assert [payload for _, payload in before] == (
            [b'42["bye",{"reason":"limit"}]'] if code == 1009 else []
        )
    assert "receive error" not in memory_server.log


def test_frames_after_an_error_are_ignored() -> None:
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


def test_frames_before_a_close_get_their_response_first(memory_server: Server) -> None:
    with opened(memory_server) as websocket:
        websocket.send(frame(PING, b"x"), closing(1001))
        assert websocket.rest() == [(FIN | PONG, b"x"), (FIN | CLOSE, b"\x03\xe9")]
