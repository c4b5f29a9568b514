"""Faulty and hostile servers cause clear errors, no blocked client and no leaked thread."""

from __future__ import annotations

import itertools
import json
import queue
import re
import threading
from contextlib import closing

import engineio
import pytest

from tests.support import loops
from tests.support.command import run
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import ROOT
from tests.support.receiver import Dripping, Receiver
from tests.support.websockets import CONNECTED, OPEN, PacketServer, event, joined
from tests.wire_fixture import samples
from webhook_logger.client import (
    AsyncInbox,
    CapturedRequest,
    ClientError,
    ConnectionStatus,
    Event,
    Gap,
    Inbox,
    Rejected,
    Unreachable,
)
from webhook_logger.client.address import Address
from webhook_logger.client.api import Api
from webhook_logger.client.stream import stream
from webhook_logger.client.stream.connection import StreamConnection

GOOD = samples()[0].to_wire() | {"epoch": "e", "seq": 5}

GARBAGE: dict[str, str | bytes] = {
    "invalid JSON": "42[",
    "deep JSON": "42" + "[" * 100_000,
    "invalid Socket.IO": "4x",
    "invalid Engine.IO": "x",
    "an attachment": "451-[]",
    "no payload": event("joined"),
    "too much payload": event("request", {}, {}),
    "a list as payload": event("request", []),
    "a text as payload": event("request", "x"),
    "a number as time": event("request", GOOD | {"received_at": 1}),
    "invalid base64": event("request", GOOD | {"body": {"encoding": "base64", "content": "?"}}),
    "an odd header": event("request", GOOD | {"headers": [["a"]]}),
    "joined without seq": event("joined", {"epoch": "e", "missed": 0}),
    "joined with a text as recovered": event(
        "joined", {"epoch": "e", "seq": 5, "missed": 0, "recovered": "1"}
    ),
    "joined with a long epoch": event("joined", {"epoch": "e" * 65, "seq": 5, "missed": 0}),
    "bye without a reason": event("bye", None),
    "JSON where a message is text": "4{}",
    "an infinite seq": '42["request",{"seq":1e999}]',
    "an event with a list as its name": "42[[]]",
    "an event without a name": "42[]",
    "another namespace": "40/admin,{}",
    "a binary message": b"\x82\x01a",
    "a binary event": '451-["x",{"_placeholder":true,"num":0}]',
    "text that is not UTF-8": b"\x81\x05" + b"42\xff\xfe\xfd",
    "a ping with content": "2" + "x" * 200,
    "a frame of half of all bytes": b"\x81\x7f\x40" + bytes(7),
    "a message in too many fragments": b"\x01\x01a" + 10_001 * b"\x00\x00",
    "a reserved opcode": b"\x83\x00",
    "a long WebSocket ping": b"\x89\x7e\xff\xff" + bytes(65_535),
}


PYTHON_TERMS = re.compile(r"Error\(|Errno|indices|range|argument|literal|^'")


FIXTURE = json.loads((ROOT / "tests/fixtures/captured_requests.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reconnect without a pause, and report no connection that is only slow as stalled."""
    monkeypatch.setattr(stream, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(stream, "STALLED_SECONDS", PATIENCE_SECONDS)


def first(inbox: Inbox, count: int) -> list[Event]:
    return list(itertools.islice(inbox.events(), count))


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_after_an_invalid_message_the_inbox_reconnects_at_its_position(
    garbage: str | bytes,
) -> None:
    good = event("request", GOOD)
    scripts = [[OPEN, CONNECTED, joined(4), garbage, good], [OPEN, CONNECTED, joined(5, 1), good]]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        live, lost, gap, again = first(inbox, 4)
        assert live == again == ConnectionStatus("live")
        assert isinstance(lost, ConnectionStatus)
        assert lost.state == "reconnecting"
        assert not PYTHON_TERMS.search(lost.reason)
        assert gap == Gap(1, "disconnected")


@pytest.mark.parametrize("packet", ["41", "1"], ids=["Socket.IO", "Engine.IO"])
def test_the_inbox_reconnects_when_the_server_disconnects_it(packet: str) -> None:
    scripts = [[OPEN, CONNECTED, joined(4), packet], [OPEN, CONNECTED, joined(4)]]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        states = first(inbox, 3)
        assert [each.state for each in states] == ["live", "reconnecting", "live"]


def test_requests_keep_every_byte_of_the_wire() -> None:
    wires = [row["wire"] for row in FIXTURE]
    packets = [event("request", wire) for wire in wires]
    start = event("joined", {"epoch": wires[0]["epoch"], "seq": 0, "missed": 0, "viewers": 1})
    with PacketServer([OPEN, CONNECTED, start, *packets]) as server, Inbox(server.url) as inbox:
        requests = list(itertools.islice(inbox, len(wires)))
    assert [request.to_wire() for request in requests] == wires
    assert [request.body.content.hex() for request in requests] == [
        row["body_hex"] for row in FIXTURE
    ]


def test_unknown_events_are_ignored() -> None:
    later = [event("newer", 1, [2]), event("viewers", {"viewers": 2}), event("request", GOOD)]
    with PacketServer([OPEN, CONNECTED, joined(4), *later]) as server, Inbox(server.url) as inbox:
        assert isinstance(first(inbox, 2)[1], CapturedRequest)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ('{"message":"bad uuid","data":{"reason":"uuid_malformed"}}', "uuid_malformed"),
        ('{"message":"bad uuid","data":{"reason":"No word."}}', "rejected"),
        ('{"message":"bad uuid","data":["reason"]}', "rejected"),
        ('{"message":"bad uuid"}', "rejected"),
        ('"bad uuid"', "rejected"),
    ],
)
def test_a_permanent_refusal_is_an_error_and_not_retried(error: str, reason: str) -> None:
    with PacketServer([OPEN, f"44{error}"]) as server:
        inbox = Inbox(server.url)
        with pytest.raises(Rejected) as raised:
            inbox.open()
        assert raised.value.reason == reason
        assert inbox.connection == ConnectionStatus(
            "refused", "The server refused this viewer: bad uuid."
        )
        assert server.connections == 1


def test_a_later_refusal_ends_the_iteration() -> None:
    scripts = [[OPEN, CONNECTED, joined(4), "1"], [OPEN, "44"]]
    # The second connection may be refused before `open` notices that the first was live.
    with PacketServer(*scripts) as server, pytest.raises(Rejected):
        with Inbox(server.url) as inbox:
            list(inbox)


def test_events_end_after_their_timeout_even_if_more_are_queued() -> None:
    packets = [event("request", GOOD | {"seq": seq, "id": str(seq)}) for seq in range(5, 9)]
    with PacketServer([OPEN, CONNECTED, joined(4), *packets]) as server:
        with Inbox(server.url).open() as inbox:
            assert inbox.wait(where=lambda request: request.seq == 8)
            assert list(inbox.events(timeout=0)) == []
            assert inbox.wait(timeout=0).seq == 5

        async def awaited() -> int:
            async with await AsyncInbox(server.url).open() as inbox:
                await inbox.wait(where=lambda request: request.seq == 8)
                assert [event async for event in inbox.events(timeout=0)] == []
                return (await inbox.wait(timeout=0)).seq

        assert loops.run(awaited()) == 5


def test_a_message_over_the_size_limit_is_rejected() -> None:
    size = 2000
    large = event("request", GOOD | {"remote_addr": "x" * size})
    fragments = [large.encode()[at : at + 100] for at in range(0, len(large), 100)]
    frames = [bytes([0, len(each)]) + each for each in fragments]
    whole = b"\x01" + b"".join(frames)[1:] + b"\x80\x00"
    script: list[str | bytes] = [OPEN, CONNECTED, joined(4), whole]
    with PacketServer(script) as server:
        with Inbox(server.url, max_message_bytes=len(large)) as inbox:
            assert inbox.wait().remote_addr == "x" * size
        with Inbox(server.url, max_message_bytes=len(large) - 1) as inbox:
            lost = first(inbox, 2)[1]
    assert isinstance(lost, ConnectionStatus)
    assert f"more than {len(large) - 1} bytes" in lost.reason


def test_unread_pongs_do_not_accumulate() -> None:
    with PacketServer([OPEN, CONNECTED, joined(4)]) as server:
        with Inbox(server.url) as inbox:
            connection = inbox._stream._connection
            assert connection

            def failure_after_pongs() -> str:
                for _ in range(200):
                    connection.eio.queue.put(engineio.packet.Packet(engineio.packet.PONG))
                connection.eio._receive_packet(engineio.packet.Packet(engineio.packet.PING))
                return connection.failure

            eventually(failure_after_pongs)  # the thread that writes may have sent some meanwhile
            assert first(inbox, 2)[1].reason.startswith("the server does not read")


PINGS = ("-1", "0", "1e999", f"{10**30}", "null", '"x"', "120001", "[]")


@pytest.mark.parametrize("ping", PINGS)
def test_invalid_ping_times_are_reported(ping: str) -> None:
    odd = OPEN.replace("10000", ping)
    with PacketServer([odd, CONNECTED, joined(4)], [OPEN, CONNECTED, joined(4)]) as server:
        with Inbox(server.url, timeout=None) as inbox:
            lost, live = first(inbox, 2)
            assert isinstance(lost, ConnectionStatus)
            assert lost.state == "reconnecting"
            assert re.search("not the handshake of a webhook logger|invalid ping", lost.reason)
            assert live == ConnectionStatus("live")


@pytest.mark.parametrize("response", [b"SSH-2.0\r\n", b"HTTP/1.1 x\r\n\r\n", b"\r\n\r\n"])
def test_a_response_that_is_not_http_has_a_readable_reason(response: bytes) -> None:
    with Receiver(response) as receiver, Inbox(receiver.url, timeout=None) as inbox:
        status = first(inbox, 1)[0]
    assert isinstance(status, ConnectionStatus)
    assert status.reason
    assert not PYTHON_TERMS.search(status.reason)


def test_an_endless_handshake_times_out() -> None:
    for start in (b"", b"HTTP/1.1 101 Switching Protocols\r\nX: ", b"HTTP/1.1 500 No\r\n"):
        with Dripping(start) as receiver:
            connection = StreamConnection(
                None, lambda *_: None, step_seconds=0.1, max_message_bytes=2**20
            )
            with pytest.raises(Unreachable):
                connection.open(Address.of(receiver.url), {})
            connection.close()


def test_a_redirect_is_reported_and_not_followed() -> None:
    with Receiver() as elsewhere:
        place = elsewhere.url.replace("http", "ws")
        response = f"HTTP/1.1 302 Found\r\nLocation: {place}/x\r\n\r\n".encode()
        with Receiver(response) as receiver, Inbox(receiver.url, timeout=None) as inbox:
            status = first(inbox, 1)[0]
        with pytest.raises(queue.Empty):
            elsewhere._received.get_nowait()
    assert status == ConnectionStatus(
        "reconnecting", f"it responded with 302 and a redirect to {place}/x"
    )


def api_error(body: bytes, status: int = 400) -> bytes:
    return b"HTTP/1.1 %d No\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (api_error(b"", 302), Rejected),
        (api_error(b"[" * 100_000), Rejected),
        (api_error(b'{"error": {"message": "%b"}}' % (b"x" * 10**6)), Rejected),
        (api_error(b'{"error": "\xff"}'), Rejected),
        (api_error(b"", 999), Unreachable),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", Unreachable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Unreachable),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx", Unreachable),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, Unreachable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", Unreachable),
    ],
    ids=range(10),
)
def test_an_invalid_api_response_is_a_client_error(
    response: bytes, error: type[ClientError]
) -> None:
    with Receiver(response) as receiver:
        with closing(Api(Address.of(receiver.url), None, PATIENCE_SECONDS)) as api:
            with pytest.raises(error) as raised:
                api.reset_reply()
    assert len(str(raised.value)) < 500


def test_listen_ends_with_a_message_for_any_server() -> None:
    late = event("request", GOOD | {"received_at": "9999-12-31T23:59:59.999999Z"})
    script: list[str | bytes] = [OPEN, CONNECTED, joined(4), late]
    with PacketServer(script) as server:
        assert run("listen", server.url, "--count", "1", TZ="X-14").returncode == 0
    with Dripping(b"HTTP/1.1 101 Switching Protocols\r\nX: ") as receiver:
        ended = run("listen", receiver.url, "--timeout", "0.5")
        assert ended.returncode == 3
        assert "Error: No webhook logger at " in ended.stderr


@pytest.mark.parametrize("script", [[], ["0{}"], ["0"], ["hello"], [OPEN, "41"], [OPEN, "1"]])
def test_a_server_that_never_accepts_is_unreachable(script: list[str]) -> None:
    with PacketServer(script) as server, pytest.raises(Unreachable, match="within 0"):
        Inbox(server.url, timeout=0.1).open()
    eventually(lambda: not [t for t in threading.enumerate() if "webhook" in t.name])


def test_a_server_that_never_sends_joined_is_stalled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "STALLED_SECONDS", 0.1)
    with PacketServer([OPEN, CONNECTED]) as server, Inbox(server.url, timeout=None) as inbox:
        assert first(inbox, 1) == [ConnectionStatus("stalled", "the server cannot deliver now")]
