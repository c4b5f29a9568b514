"""Requests and viewers over a limit get the response that docs/limits.md describes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from queue import Queue
from typing import Any
from urllib.error import HTTPError
from uuid import uuid4

import pytest
import socketio
import websocket

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.polling import PollingViewer, UpgradingViewer
from tests.support.processes import Redis, Server
from tests.support.raw_websocket import PONG, TEXT, frame
from tests.support.sender import Sender, post
from tests.support.viewers import PacketViewer, connect

ELSEWHERE = "127.0.0.2"
SMALL = {
    "MAX_TARGET_BYTES": 300,
    "MAX_HEADER_BYTES": 600,
    "MAX_HEADER_LINES": 20,
    "MAX_BODY_BYTES": 100,
}
HASTY = {"HEAD_SECONDS": 1, "BODY_SECONDS": 1}


@pytest.fixture(scope="module")
def small() -> Iterator[Server]:
    """A worker with small limits for the size of requests."""
    with Server(**SMALL) as server:
        yield server


# Senders: size and time


def get(server: Server, target: str, *lines: str) -> int:
    """Return the status of the response. Check that the connection closes if it is not 200."""
    with Sender(server.address) as sender:
        sender.send("\r\n".join((f"GET {target} HTTP/1.1", "Host: h", *lines, "", "")).encode())
        response = sender.response()
        assert response.status == 200 or sender.is_closed()
        return response.status


def test_a_target_over_the_maximum_length_is_refused(small: Server, uuid: str) -> None:
    path = f"/{uuid}/"
    assert get(small, path + "x" * (300 - len(path))) == 200
    assert get(small, path + "x" * (301 - len(path))) == 414


def test_header_lines_over_the_maximum_number_are_refused(small: Server, uuid: str) -> None:
    assert get(small, f"/{uuid}", *["A: b"] * 19) == 200
    assert get(small, f"/{uuid}", *["A: b"] * 20) == 431


def test_a_header_section_over_the_maximum_size_is_refused(small: Server, uuid: str) -> None:
    others = len("Host: h\r\n" + "A: \r\n")
    assert get(small, f"/{uuid}", "A: " + "b" * (600 - others)) == 200
    assert get(small, f"/{uuid}", "A: " + "b" * (601 - others)) == 431


def test_a_body_over_the_maximum_size_is_captured_without_content(small: Server, uuid: str) -> None:
    with PacketViewer(small.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        assert post(small.address, f"/{uuid}", b"x" * 100).status == 200
        assert post(small.address, f"/{uuid}", b"x" * 101).status == 413
        shown = [request["body"] for request in viewer.requests(2)]
    assert [(body["size"], body["complete"]) for body in shown] == [(100, True), (101, False)]


def test_a_head_or_body_that_arrives_too_late_gets_408(uuid: str) -> None:
    head = f"POST /{uuid} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
    with Server(**HASTY) as server:
        for unfinished in (head, head + "\r\nab"):
            with Sender(server.address) as sender:
                sender.send(unfinished.encode())
                assert sender.response().status == 408
                assert sender.is_closed()


def test_an_idle_connection_is_closed_without_a_response(uuid: str) -> None:
    request = f"GET /{uuid} HTTP/1.1\r\nHost: h\r\n\r\n".encode()
    with Server(KEEP_ALIVE_SECONDS=1) as server:

        def is_closed_after_its_response() -> bool:
            """Return False if the connection was idle for a second before its request."""
            with Sender(server.address) as sender:
                try:
                    sender.send(request)
                    response = sender.response()
                except ConnectionError:
                    return False
                assert response.status == 200
                assert sender.is_closed()
                return True

        eventually(is_closed_after_its_response)


def test_a_connection_over_the_maximum_gets_503_until_another_closes(uuid: str) -> None:
    with Server(MAX_CONNECTIONS=10) as server, ExitStack() as stack:
        eventually(lambda: post(server.address, f"/{uuid}").status == 200)
        senders = [stack.enter_context(Sender(server.address)) for _ in range(10)]
        with Sender(server.address) as one_too_many:
            response = one_too_many.response()
            assert (response.status, response.headers["retry-after"]) == (503, "5")
            assert b'"code": 503' in response.body
            assert one_too_many.is_closed()
        senders[0].socket.close()
        eventually(lambda: post(server.address, f"/{uuid}").status == 200)
        stack.close()

        def is_counted() -> bool:
            with suppress(HTTPError):  # the connections above may still be open
                return server.refusals()["too_many_connections"] >= 1
            return False

        eventually(is_counted)


class UnfinishedRequest(Sender):
    """A request that the worker has started to handle, without its body."""

    def __init__(self, server: Server, uuid: str, source: str = "127.0.0.1", *lines: str) -> None:
        super().__init__(server.address, source)
        head = (f"POST /{uuid} HTTP/1.1", "Host: h", "Content-Length: 1", *lines)
        self.send("\r\n".join((*head, "Expect: 100-continue", "", "")).encode())

    def begin(self) -> UnfinishedRequest:
        assert self.socket.recv(100).startswith(b"HTTP/1.1 100 ")
        return self

    def finish(self) -> int:
        self.send(b"x")
        return self.response().status


@pytest.fixture(scope="module")
def two_senders() -> Iterator[Server]:
    with Server(MAX_SENDERS_PER_ADDRESS=2) as server:
        yield server


def test_a_request_over_the_maximum_per_address_is_refused_with_retry_after(
    two_senders: Server, uuid: str
) -> None:
    first, second = (UnfinishedRequest(two_senders, uuid).begin() for _ in range(2))
    with first, second:
        refused = post(two_senders.address, f"/{uuid4()}")
        assert (refused.status, refused.headers["retry-after"]) == (429, "1")
        assert refused.headers["access-control-allow-origin"] == "*"
        assert "webhook-viewers" not in refused.headers
        assert two_senders.refusals() == {"too_many_from_address": 1}
        assert first.finish() == 200
        assert post(two_senders.address, f"/{uuid}").status == 200
        assert second.finish() == 200


def test_the_maximum_per_address_does_not_affect_other_addresses(
    two_senders: Server, uuid: str
) -> None:
    first, second = (UnfinishedRequest(two_senders, uuid).begin() for _ in range(2))
    with first, second, UnfinishedRequest(two_senders, uuid, ELSEWHERE).begin() as elsewhere:
        assert elsewhere.finish() == 200
        assert two_senders.metrics()["requests_accepted_total"] > 0
        # Finish both: the server notices a close late, and the next test needs both places.
        assert {first.finish(), second.finish()} == {200}


def test_a_sender_that_disconnects_frees_its_place(two_senders: Server, uuid: str) -> None:
    for _ in range(2):
        UnfinishedRequest(two_senders, uuid).begin().reset()
    eventually(lambda: post(two_senders.address, f"/{uuid}").status == 200)


def test_the_address_of_a_sender_is_that_from_the_trusted_proxy(uuid: str) -> None:
    with Server(MAX_SENDERS_PER_ADDRESS=1, TRUSTED_PROXIES=1) as server:
        with UnfinishedRequest(
            server, uuid, "127.0.0.1", "X-Forwarded-For: 203.0.113.1:5000"
        ).begin():
            # Another port, or addresses that the sender adds in front, do not change its address.
            for value in ("203.0.113.1:6000", "198.51.100.7, 203.0.113.1", '", 203.0.113.1'):
                assert (
                    post(server.address, f"/{uuid}", b"", f"X-Forwarded-For: {value}").status == 429
                )
            assert (
                post(server.address, f"/{uuid}", b"", "X-Forwarded-For: 203.0.113.2").status == 200
            )


# Viewers: number

KINDS = [PacketViewer, PollingViewer]


def is_refused_with_bye(viewer: PacketViewer) -> bool:
    """Check that the viewer receives only `bye`, with the reason `limit`, and is disconnected."""
    kind, connected = viewer.packet()
    assert (kind, set(connected)) == ("40", {"sid"})
    assert viewer.packet() == ("42", ["bye", {"reason": "limit"}])
    # After "41" or "1" clients would not reconnect.
    with pytest.raises(OSError, match=r"closed|status 400"):
        read(viewer)
    return True


def read(viewer: PacketViewer) -> str:
    """Return the next packet. A poll that is open at the disconnect ends without a packet."""
    packet = viewer.read()
    return viewer.read() if packet == "" else packet


@pytest.mark.parametrize("kind", KINDS)
def test_a_viewer_over_the_maximum_receives_bye_and_may_reconnect(kind: type[PacketViewer]) -> None:
    with Server(MAX_VIEWERS=2) as server:
        uuid = str(uuid4())
        with kind(server.url, {"uuid": uuid}) as one, kind(server.url, {"uuid": uuid}) as two:
            one.event("joined")
            two.event("joined")
            with kind(server.url, {"uuid": uuid}) as one_too_many:
                assert is_refused_with_bye(one_too_many)
            assert post(server.address, f"/{uuid}").headers["webhook-viewers"] == "2"
            assert server.metrics()["viewers_turned_away_total"] == 1
            if isinstance(two, PollingViewer):
                two.write("41")
                two.write("1")
            else:
                two.cut_off()
            eventually(lambda: server.metrics()["viewers"] == 1)
            with kind(server.url, {"uuid": uuid}) as again:
                assert again.event("joined")["uuid"] == uuid


def test_a_tenth_of_the_connections_is_reserved_for_senders(uuid: str) -> None:
    with Server(MAX_CONNECTIONS=20) as server, ExitStack() as stack:
        for _ in range(9):
            for kind in KINDS:
                stack.enter_context(kind(server.url, {"uuid": uuid})).event("joined")
        with PollingViewer(server.url, {"uuid": uuid}) as one_too_many:
            assert is_refused_with_bye(one_too_many)
        assert post(server.address, f"/{uuid}").headers["webhook-viewers"] == "18"


def test_a_client_over_the_maximum_reconnects_automatically(uuid: str) -> None:
    received: Queue[dict[str, Any]] = Queue()
    with Server(MAX_VIEWERS=1) as server, PacketViewer(server.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        client = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.5)
        client.on("bye", received.put)
        client.on("joined", received.put)
        # With `wait`, the client loses a disconnect that comes before `connect` returns.
        client.connect(server.url, auth={"uuid": uuid}, transports=["websocket"], wait=False)
        assert received.get(timeout=PATIENCE_SECONDS) == {"reason": "limit"}
        viewer.cut_off()
        while "reason" in (joined := received.get(timeout=PATIENCE_SECONDS)):
            pass
        assert joined["uuid"] == uuid
        client.disconnect()


def test_the_maximum_of_viewers_per_address_does_not_affect_others(uuid: str) -> None:
    with Server(MAX_VIEWERS_PER_ADDRESS=2) as server, ExitStack() as stack:
        for kind in (PacketViewer, UpgradingViewer):
            stack.enter_context(kind(server.url, {"uuid": uuid})).event("joined")
        for kind in KINDS:
            with kind(server.url, {"uuid": uuid}) as one_too_many:
                assert is_refused_with_bye(one_too_many)
            with kind(server.url, {"uuid": uuid}, ELSEWHERE) as elsewhere:
                elsewhere.event("joined")


def test_a_viewer_that_disconnects_frees_its_place(uuid: str) -> None:
    with Server(MAX_VIEWERS_PER_ADDRESS=1) as server:
        for _ in range(3):
            with PacketViewer(server.url, {"uuid": uuid}) as viewer:
                viewer.event("joined")
            eventually(lambda: server.metrics()["viewers"] == 0)


def test_a_silent_viewer_over_the_maximum_is_disconnected() -> None:
    with Server(MAX_VIEWERS=1) as server, PacketViewer(server.url):
        silent = websocket.create_connection(
            server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket",
            timeout=PATIENCE_SECONDS,
        )
        received = []
        with suppress(websocket.WebSocketConnectionClosedException):
            while packet := silent.recv():
                received.append(packet)
        silent.shutdown()
        assert received[-1] == '42["bye",{"reason":"limit"}]'


def test_a_refused_handshake_takes_no_place_of_a_viewer(uuid: str) -> None:
    with Server(MAX_VIEWERS=1) as server:
        handshake = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\n"
        upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: "
        upgrade += "dGhlIHNhbXBsZSBub25jZQ==\r\n"
        with Sender(server.address) as sender:
            # A handshake must not have a body.
            lines = "Sec-WebSocket-Version: 13\r\nContent-Length: 1\r\n\r\nx"
            sender.send((handshake + upgrade + lines).encode())
            assert sender.response().status == 400
        with PacketViewer(server.url, {"uuid": uuid}) as viewer:
            viewer.event("joined")


# Viewers: messages


def test_a_viewer_joins_at_most_its_maximum_of_rooms() -> None:
    with Server(MAX_ROOMS_PER_VIEWER=2) as server:
        with PacketViewer(server.url, {"uuid": str(uuid4())}) as viewer:
            viewer.event("joined")
            responses = [ask(viewer, "join", str(uuid4()), number) for number in (1, 2)]
    assert [response["ok"] for response in responses] == [True, False]
    assert responses[1]["reason"] == "too_many_rooms"


def ask(viewer: PacketViewer, event: str, uuid: str, number: int) -> dict[str, Any]:
    """Send a message and return its acknowledgement."""
    viewer.write(f'42{number}["{event}",{{"uuid":"{uuid}"}}]')
    while (received := viewer.packet())[0] != f"43{number}":
        pass
    return dict(received[1][0])


def padded(size: int) -> str:
    """Return a message of that size, as an Engine.IO packet."""
    begin, end = '42["nonsense","', '"]'
    return begin + "x" * (size - len(begin + end)) + end


@pytest.mark.parametrize("size", [4097, 100_000])
def test_a_viewer_with_a_message_that_is_too_large_receives_bye(
    server: Server, uuid: str, size: int
) -> None:
    with PacketViewer(server.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        viewer.write(padded(4096))
        assert ask(viewer, "leave", str(uuid4()), 1)["ok"]
        received = []
        with suppress(OSError):  # the server may disconnect while we still send
            viewer.write(padded(size))
            while True:
                received.append(viewer.read())
        assert "1" not in received
        assert "41" not in received
        assert received[-1:] in ([], ['42["bye",{"reason":"limit"}]'])
        if size == 4097:
            assert received, "without data in flight, the viewer receives bye"


def test_a_polling_viewer_with_a_message_that_is_too_large_gets_413_and_bye(
    server: Server, uuid: str
) -> None:
    with PollingViewer(server.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        viewer.write(padded(4096))
        sid = viewer.open["sid"]
        with Sender(server.address) as polling:
            path = f"/socket.io/?EIO=4&transport=polling&sid={sid}"
            polling.send(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            assert post(server.address, path, padded(4097).encode()).status == 413
            received = polling.response().body.decode().split("\x1e")
            assert received[-1] == '42["bye",{"reason":"limit"}]'
        eventually(lambda: post(server.address, f"/{uuid}").headers["webhook-viewers"] == "0")


def test_messages_over_the_rate_are_acknowledged_in_order(uuid: str) -> None:
    with Server(MAX_MESSAGES_PER_SECOND=20) as server:
        with PacketViewer(server.url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            for number in range(1, 31):
                viewer.write(f'42{number}["leave",{{"uuid":"{uuid4()}"}}]')
            responded = []
            while len(responded) < 30:
                kind, _ = viewer.packet()
                responded += [int(kind[2:])] if kind.startswith("43") else []
            assert responded == list(range(1, 31))


def test_a_viewer_over_the_rate_does_not_slow_others(uuid: str) -> None:
    with Server(MAX_MESSAGES_PER_SECOND=5) as server:
        with PacketViewer(server.url) as flooding, PacketViewer(server.url) as other:
            for number in range(1, 30):
                flooding.write(f'42{number}["leave",{{"uuid":"{uuid}"}}]')
            assert ask(other, "join", uuid, 1)["ok"]
            assert post(server.address, f"/{uuid}").headers["webhook-viewers"] == "1"
            assert other.requests(1)
            # The messages of the flood are still delayed.
            responded = 0
            while responded < 29:
                responded += flooding.packet()[0].startswith("43")


def test_a_flooding_viewer_receives_bye_when_its_pong_is_late() -> None:
    with Server(MAX_MESSAGES_PER_SECOND=5) as server, ExitStack() as stack:
        floods = (frame(TEXT, b'42["nonsense"]'), frame(PONG))
        viewers = [stack.enter_context(PacketViewer(server.url)) for _ in floods]
        for viewer, flood in zip(viewers, floods, strict=True):
            viewer.write_raw(flood * 500)
        for viewer in viewers:
            received = []
            with suppress(OSError):
                while True:
                    received.append(viewer.packet())
            assert received[-1] == ("42", ["bye", {"reason": "limit"}])
            assert [kind for kind, _ in received[:-1]] == ["40"]
        eventually(lambda: server.metrics()["viewers"] == 0)
        assert server.metrics()['viewers_cut_off_total{reason="limit"}'] == len(floods)


def test_attachments_without_end_are_not_kept_in_memory(uuid: str) -> None:
    with Server(MAX_MESSAGES_PER_SECOND=0) as server, PacketViewer(server.url) as viewer:
        assert ask(viewer, "leave", uuid, 1)["ok"]
        before = server.memory()
        viewer.write('45999999-["x",{"_placeholder":true,"num":0}]')
        for _ in range(4000):
            viewer._socket.send_binary(b"x" * 4000)
        assert ask(viewer, "leave", uuid, 2)["ok"]
        assert server.memory() - before < 8 * 2**20, "16 MB were sent"


def test_pending_joins_are_limited_and_others_are_refused_at_once() -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url, MAX_ROOMS_PER_VIEWER=2) as server:
        with PacketViewer(server.until_ready().url) as viewer:
            viewer.packet()
            redis.freeze()
            for number in range(1, 6):
                viewer.write(f'42{number}["join",{{"uuid":"{uuid4()}"}}]')
            responses = {}
            while "435" not in responses:
                kind, data = viewer.packet()
                responses[kind] = data
            assert responses["435"][0]["reason"] == "too_many_messages"
            redis.thaw()
            while not {"431", "432", "433", "434"} <= set(responses):
                kind, data = viewer.packet()
                responses[kind] = data
            assert [responses[f"43{n}"][0]["ok"] for n in (1, 2, 3, 4)] == [
                True,
                True,
                False,
                False,
            ]


def test_viewers_behind_a_proxy_are_limited_by_their_own_address() -> None:
    with Server(MAX_VIEWERS_PER_ADDRESS=1, TRUSTED_PROXIES=1) as server:
        url = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        received = []
        sockets = []
        for address in ("203.0.113.1", "203.0.113.2", "203.0.113.1"):
            header = [f"X-Forwarded-For: 198.51.100.1, {address}"]
            sock = connect(server.url, "127.0.0.1")
            opened = websocket.create_connection(
                url, timeout=PATIENCE_SECONDS, header=header, socket=sock
            )
            sockets.append(opened)
            assert opened.recv()[0] == "0"
            opened.send("40")
            received.append((opened.recv()[:2], opened.recv() if len(received) == 2 else ""))
        assert [second for _, second in received] == ["", "", '42["bye",{"reason":"limit"}]']
        for opened in sockets:
            opened.shutdown()
