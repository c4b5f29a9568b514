"""The outbox of an event stream, with a fake socket, and the form of events."""

from __future__ import annotations

import threading

from engineio.packet import CLOSE, MESSAGE, NOOP, OPEN, PING, Packet

from tests.support.patience import PATIENCE_SECONDS
from tests.viewers.transport.test_outbox import Socket, message
from webhook_logger.metrics import Ending
from webhook_logger.viewers.transport.event_stream import EventOutbox
from webhook_logger.viewers.transport.outgoing import MAX_SHARES, OVERHEAD_BYTES, Shared
from webhook_logger.viewers.transport.sse import event_of

POSITION = b'"uuid":"u","epoch":"e","seq":7'


def test_a_packet_is_an_event() -> None:
    for name, last in ((b"joined", b"id: e:7\n"), (b"request", b"id: e:7\n"), (b"responded", b"")):
        data = b'{%b,"more":[{}]}' % POSITION
        lines = b"event: " + name + b"\ndata: " + data + b"\n" + last
        assert event_of(b'2["%b",%b]' % (name, data)) == lines + b"\n"


def test_viewers_of_a_stream_receive_no_other_packets() -> None:
    for packet in (b'2["viewers",{}]', b'2["reply",{}]', b'2["custom",{}]', b'0{"sid":"x"}', b"1"):
        assert event_of(packet) == b""
    for malformed in (b"", b'2["bye"]', b'2["bye",5]', b'21["bye",{}]', b'2["bye",{},{}'):
        assert event_of(malformed) == b""


def test_no_character_of_the_data_ends_a_line() -> None:
    ends = "\x85\u2028\u2029"
    event = event_of(f'2["request",{{{POSITION.decode()},"path":"{ends}"}}]'.encode()).decode()
    assert '"path":"\\u0085\\u2028\\u2029"' in event
    assert len(event.splitlines()) == 4


def pinged(max_bytes: int = 2**20) -> tuple[EventOutbox, list[None]]:
    """Return an outbox, and a list that grows with each pong that it sends."""
    pongs: list[None] = []
    return EventOutbox(max_bytes, lambda: pongs.append(None)), pongs


def test_a_ping_is_a_comment_and_gets_a_pong() -> None:
    (outbox, pongs), socket = pinged(), Socket()
    outbox.attach(socket)
    for kind in (OPEN, PING, NOOP, CLOSE, PING):
        outbox.put(Packet(kind))
    outbox.put(message('2["bye",{"reason":"last"}]'))
    assert socket.all_sent.wait(PATIENCE_SECONDS)
    assert socket.sent == b':\n\n:\n\nevent: bye\ndata: {"reason":"last"}\n\n'
    assert len(pongs) == 2


def test_a_refused_connect_ends_the_stream() -> None:
    outbox, socket = pinged()[0], Socket()
    outbox.attach(socket)
    outbox.put(Packet(MESSAGE, '4{"message":"…","data":{"reason":"blocked"}}'))
    assert socket.shut_down.wait(PATIENCE_SECONDS)
    assert socket.sent == b""


def test_a_shared_event_is_made_once_and_charged_by_its_share() -> None:
    shared = Shared(b'2["request",{%b}]' % POSITION, b'2["bye",{"reason":"x"}]', viewers=20)
    assert shared.events is shared.events
    assert shared.events.frame.count(b"event: ") == 2
    assert shared.events.charge == len(shared.events.frame) // MAX_SHARES + OVERHEAD_BYTES


class Slow(Socket):
    """A socket that accepts nothing until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = threading.Event()
        self.released = threading.Event()

    def sendall(self, data: bytes) -> None:
        self.is_full.set()
        assert self.released.wait(PATIENCE_SECONDS)
        super().sendall(data)


def test_a_slow_viewer_gets_bye_as_an_event() -> None:
    outbox, socket = pinged(1000)[0], Slow()
    outbox.attach(socket)
    outbox.put(message('2["refused",{"n":1}]'))
    assert socket.is_full.wait(PATIENCE_SECONDS)
    for _ in range(20):
        outbox.put(Shared(b'2["request",{%b,"x":"%b"}]' % (POSITION, b"x" * 100)))
    assert outbox.ending is Ending.SLOW
    socket.released.set()
    assert socket.shut_down.wait(PATIENCE_SECONDS)
    first = b'event: refused\ndata: {"n":1}\n\n'
    assert socket.sent == first + b'event: bye\ndata: {"reason":"slow"}\n\n'
