"""The stream of a callback as Server-Sent Events: a viewer like any other, without a library."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from tests.integration.test_access import rewrite
from tests.support.event_viewer import EventViewer, after, key_line
from tests.support.flood import flood
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Redis, Server, patched, status_of
from tests.support.sender import Response, Sender, ask, post, reset
from tests.support.viewers import PacketViewer
from webhook_logger.callbacks import new_key, uuid_of_key

ELSEWHERE = "127.0.0.9"
"""Another address of this machine."""
BODY = b"x" * 200_000
MORE_THAN_THE_BUFFERS = 80
"""Number of bodies: the server's kernel buffers up to 4 MB per connection, the server 6 MiB."""


def path_of(uuid: str) -> str:
    return f"/api/callbacks/{uuid}/events"


def reason_of(response: Response) -> str:
    return str(json.loads(response.body)["error"]["reason"])


def refusal(server: Server, uuid: str, *lines: str, source: str = "127.0.0.1") -> EventViewer:
    """Return a viewer whose request was refused, and close its connection."""
    with EventViewer(server.url, uuid, *lines, source=source) as viewer:
        assert viewer.reason
        return viewer


def reluctant(server: Server, uuid: str) -> EventViewer:
    """Return a viewer that has joined, and whose kernel receives little before it reads."""
    sock = socket.socket()
    sock.settimeout(PATIENCE_SECONDS)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(server.address)
    viewer = EventViewer(server.url, uuid, sock=sock)
    viewer.event("joined")
    return viewer


# The format


def test_a_viewer_receives_the_same_payloads_as_with_socketio(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with PacketViewer(here.url, {"uuid": uuid}) as packets:
        packets.event("joined")
        with EventViewer(here.url, uuid.upper()) as viewer:
            begin = viewer.next()
            assert (begin.name, begin.payload["viewers"], begin.payload["missed"]) == (
                *("joined", 2, 0),
            )
            assert viewer.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert viewer.headers["cache-control"] == "no-store, no-transform"
            assert viewer.headers["x-accel-buffering"] == "no"
            assert viewer.headers["connection"] == "close"
            sent = [b"text", "line\u2028end\r\n\u2029".encode(), bytes(range(256)), b""]
            for number, body in enumerate(sent):
                post(there.address, f"/{uuid}/{number}?a=b", body, "X-Odd: \x85")
                captured = viewer.event("request")
                assert captured == packets.event("request")
                assert viewer.event("responded") == packets.event("responded")
                coding = captured["body"]["encoding"]
                assert coding == ("base64" if number == 2 else "utf-8")
            # The other worker learns their number from the queue.
            eventually(lambda: post(there.address, f"/{uuid}").headers["webhook-viewers"] == "2")
            assert post(there.address, f"//{uuid}").status == 404
            assert viewer.event("refused")["reason"] == "not_found"
        assert packets.event("viewers")["viewers"] == 2
        assert packets.event("viewers")["viewers"] == 1
    eventually(lambda: post(there.address, f"/{uuid}").headers["webhook-viewers"] == "0")


def test_many_requests_arrive_in_order(workers: tuple[Server, Server], uuid: str) -> None:
    here, there = workers
    with EventViewer(here.url, uuid) as viewer:
        viewer.event("joined")
        flood(there.address, f"/{uuid}", 1000)
        assert [each["seq"] for each in viewer.requests(1000)] == list(range(1, 1001))


def test_an_http_1_0_client_and_curl_can_watch(memory_server: Server, uuid: str) -> None:
    server = memory_server
    with EventViewer(server.url, uuid, version="1.0") as viewer:
        viewer.event("joined")
        command = ["curl", "-sSN", server.url + path_of(uuid)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as curl:
            assert curl.stdout is not None
            while curl.stdout.readline() != b"event: joined\n":
                pass
            post(server.address, f"/{uuid}", b"live")
            while curl.stdout.readline() != b"event: request\n":
                pass
            assert viewer.event("request")["body"]["content"] == "live"
            curl.terminate()
        # Its end is noticed at once, not at the next ping.
        eventually(lambda: post(server.address, f"/{uuid}").headers["webhook-viewers"] == "1")


def test_other_methods_and_head(memory_server: Server, uuid: str) -> None:
    for method in ("POST", "PUT", "DELETE"):
        refused = ask(memory_server.address, method, path_of(uuid))
        assert refused.status == 405
        assert set(refused.headers["allow"].split(", ")) == {"GET", "OPTIONS", "HEAD"}
    head = ask(memory_server.address, "HEAD", path_of(uuid))
    assert (head.status, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    for line in (b"x", b"x" * 10):  # a whole body, and half of one
        with Sender(memory_server.address) as sender:
            length = "Content-Length: 10\r\n"
            sender.send(f"GET {path_of(uuid)} HTTP/1.1\r\nHost: h\r\n{length}\r\n".encode() + line)
            assert reason_of(sender.response()) == "bad_request"
    assert post(memory_server.address, f"/{uuid}").headers["webhook-viewers"] == "0"


# Coming back


def test_a_viewer_that_comes_back_learns_exactly_what_it_missed(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with EventViewer(here.url, uuid) as viewer:
        viewer.event("joined")
        before = viewer.last_id
        for _ in range(2):
            post(here.address, f"/{uuid}")
        viewer.requests(1)
    for _ in range(3):
        post(there.address, f"/{uuid}")
    # From the last request, and from `joined`, before the first request.
    for position, missed in ((viewer.last_id, 4), (before, 5), ("unknown:7", None)):
        with EventViewer(there.url, uuid, after(position)) as again:
            assert again.event("joined")["missed"] == missed
    with EventViewer(here.url, uuid, after(again.last_id)) as again:
        assert again.event("joined")["missed"] == 0


@pytest.fixture(scope="module", params=["memory", "redis"])
def recovering(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A worker with recovery."""
    settings = {"RECOVERY_SECONDS": 600}
    if request.param == "redis":
        settings["REDIS_URL"] = request.getfixturevalue("redis").url
    with Server(**settings) as server:
        yield server.until_ready()


def test_a_viewer_that_comes_back_recovers_what_it_missed(recovering: Server, uuid: str) -> None:
    with EventViewer(recovering.url, uuid) as viewer:
        viewer.event("joined")
        first = viewer.last_id
    for _ in range(5):
        post(recovering.address, f"/{uuid}")
    with EventViewer(recovering.url, uuid, after(first)) as viewer:
        again = viewer.event("joined")
        assert (again["missed"], again["recovered"]) == (0, 5)
        assert viewer.last_id == first
        post(recovering.address, f"/{uuid}")
        assert [each["seq"] for each in viewer.requests(6)] == [1, 2, 3, 4, 5, 6]


def test_a_malformed_last_event_id_is_refused(memory_server: Server, uuid: str) -> None:
    epoch = "e" * 64
    wrong = ("5", ":5", "epoch:", "epoch:-1", "epoch:1.0", f"{epoch}x:1", "e:1234567890123456")
    for each in (*wrong, "a b:1", "\u00fc:1", "e:1,e:2", "a:b:1", "x" * 5000):
        with Sender(memory_server.address) as sender:
            lines = f"GET {path_of(uuid)} HTTP/1.1\r\nHost: h\r\nLast-Event-ID: {each}\r\n\r\n"
            sender.send(lines.encode("latin-1"))
            assert reason_of(sender.response()) == "last_event_id_malformed", each
    for right in (f"{epoch}:0", "", "e:000000000000001"):
        with EventViewer(memory_server.url, uuid, after(right)) as viewer:
            assert viewer.event("joined")["missed"] == (None if right else 0)


# Access


def test_a_private_callback_needs_its_key(server: Server) -> None:
    key = new_key()
    uuid = uuid_of_key(key)
    for lines in ([], [key_line("")], [key_line(new_key())], [key_line(key), key_line(key)]):
        refused = refusal(server, uuid, *lines)
        assert (refused.status, refused.reason) == (403, "private")
    assert status_of(f"{server.url}{path_of(uuid)}?key={key}") == 403
    with EventViewer(server.url, uuid, key_line(key)) as viewer:
        viewer.event("joined")
        post(server.address, f"/{uuid}")
        viewer.requests(1)


LISTED = "Origin: https://listed.example"


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The block list of `strict`."""
    return tmp_path_factory.mktemp("events") / "blocked"


@pytest.fixture(scope="module")
def strict(blocks: Path) -> Iterator[Server]:
    """A server that logs everything, and restricts callbacks, addresses and origins."""
    rewrite(blocks, f"{ELSEWHERE}\n")
    access = {"OPEN_CALLBACKS": "off", "CORS_ALLOWED_ORIGINS": "https://listed.example"}
    logs = {"LOG_LEVEL": "DEBUG", "ACCESS_LOG": "on", "LOG_FORMAT": "json"}
    with Server(BLOCK_LIST_FILE=blocks, **access, **logs) as server:
        yield server


@pytest.fixture
def key() -> str:
    """The view key of a callback that no other test uses."""
    return new_key()


def test_no_log_names_the_key_or_the_callback(strict: Server, key: str) -> None:
    def lines() -> list[str]:
        return [line for line in strict.log.splitlines() if rule in line]

    uuid, rule = uuid_of_key(key), "/api/callbacks/<uuid>/events"
    before = len(lines())
    with EventViewer(strict.url, uuid, key_line(key), after("epoch:7")) as viewer:
        viewer.event("joined")
        post(strict.address, f"/{uuid}")
        viewer.requests(1)
    eventually(lambda: len(lines()) > before)
    line = json.loads(lines()[-1])
    assert (line["method"], line["path"], line["status"]) == ("GET", rule, 200)
    assert "bytes_out" not in line
    assert not [word for word in (key, uuid, "epoch:7") if word in strict.log]


def test_the_operators_policy(strict: Server, blocks: Path, uuid: str, key: str) -> None:
    private = uuid_of_key(key)
    assert refusal(strict, uuid).reason == "open_callbacks_off"
    refused = refusal(strict, private, key_line(key), source=ELSEWHERE)
    assert (refused.status, refused.reason) == (403, "blocked")
    cut_off = 'viewers_cut_off_total{reason="blocked"}'
    before = strict.metrics()[cut_off]
    with EventViewer(strict.url, private, key_line(key)) as viewer:
        viewer.event("joined")
        rewrite(blocks, f"{ELSEWHERE}\n{private}\n")
        assert [tuple(each)[:2] for each in viewer] == [("bye", {"reason": "blocked"})]
    assert refusal(strict, private, key_line(key)).reason == "blocked"
    eventually(lambda: strict.metrics()[cut_off] == before + 1)


def test_pages_of_listed_origins_can_watch(strict: Server, key: str) -> None:
    uuid, allow_origin = uuid_of_key(key), "access-control-allow-origin"
    other = refusal(strict, uuid, key_line(key), "Origin: https://other.example")
    assert (other.status, other.reason) == (400, "origin_not_allowed")
    assert allow_origin not in other.headers
    for origin in (LISTED, f"Origin: {strict.url}"):
        with EventViewer(strict.url, uuid, key_line(key), origin) as viewer:
            viewer.event("joined")
            assert viewer.headers[allow_origin] == origin.removeprefix("Origin: ")
            assert viewer.headers["access-control-allow-credentials"] == "true"
    refused = refusal(strict, uuid, LISTED)
    assert (refused.reason, refused.headers[allow_origin]) == ("private", "https://listed.example")
    preflight = ask(strict.address, "OPTIONS", path_of(uuid), b"", LISTED)
    assert preflight.headers[allow_origin] == "https://listed.example"
    allowed = preflight.headers["access-control-allow-headers"]
    assert allowed == "Webhook-View-Key, Last-Event-ID"


# Limits


def only_bye(server: Server, uuid: str, source: str) -> list[str]:
    """Return the reasons of the events of a viewer. Each must be `bye`."""
    with EventViewer(server.url, uuid, source=source) as viewer:
        events = list(viewer)
    assert {event.name for event in events} == {"bye"}
    return [event.payload["reason"] for event in events]


def test_viewers_over_the_maximum_get_bye(uuid: str) -> None:
    with Server(MAX_VIEWERS=2, MAX_VIEWERS_PER_ADDRESS=1) as server:
        with EventViewer(server.url, uuid) as viewer:
            viewer.event("joined")
            assert only_bye(server, uuid, "127.0.0.1") == ["limit"]
            with EventViewer(server.url, uuid, source=ELSEWHERE) as second:
                second.event("joined")
                assert only_bye(server, uuid, "127.0.0.8") == ["limit"]
            metrics = server.metrics()
            assert metrics["viewers_turned_away_total"] == 2
            post(server.address, f"/{uuid}")
            assert viewer.event("request")["seq"] == 1
        eventually(lambda: server.metrics()["viewers"] == 0)
        with EventViewer(server.url, uuid) as viewer:
            viewer.event("joined")


def test_a_viewer_that_stops_reading_is_disconnected_and_others_are_not(
    memory_server: Server, uuid: str
) -> None:
    server = memory_server
    cut_off = 'viewers_cut_off_total{reason="slow"}'
    before = server.metrics()[cut_off]
    with EventViewer(server.url, uuid) as quick, reluctant(server, uuid) as slow:
        quick.event("joined")
        for sent in range(1, MORE_THAN_THE_BUFFERS + 1):
            assert post(server.address, f"/{uuid}", BODY).status == 200
            assert quick.event("request")["seq"] == sent
        eventually(lambda: server.metrics()[cut_off] == before + 1)
        received = [event.payload["seq"] for event in slow if event.name == "request"]
        assert received == list(range(1, len(received) + 1))
        assert len(received) < sent
        # It comes back, and learns the rest.
        with EventViewer(server.url, uuid, after(slow.last_id)) as back:
            assert back.event("joined")["missed"] == sent - len(received)


def test_a_client_that_sends_more_than_its_request_is_disconnected(
    memory_server: Server, uuid: str
) -> None:
    with EventViewer(memory_server.url, uuid) as viewer:
        viewer.event("joined")
        before = memory_server.metrics()['viewers_cut_off_total{reason="protocol_error"}']
        viewer.socket.sendall(b"x" * 4096)
        post(memory_server.address, f"/{uuid}")
        viewer.requests(1)
        with suppress(ConnectionError):
            viewer.socket.sendall(b"x")
        with suppress(ConnectionError):
            list(viewer)
        metric = 'viewers_cut_off_total{reason="protocol_error"}'
        eventually(lambda: memory_server.metrics()[metric] == before + 1)


@pytest.fixture(scope="module")
def impatient() -> Iterator[Server]:
    """A worker that notices lost viewers soon."""
    pings = "import webhook_logger.viewers as viewers; viewers.PING_SECONDS = 0.2"
    lost = "import webhook_logger.viewers.transport.event_stream as stream; stream.LOST_SECONDS = 1"
    with Server(patched(pings, lost)) as server:
        yield server


def test_a_viewer_that_is_lost_is_disconnected(impatient: Server, uuid: str) -> None:
    """Its system acknowledges nothing any more: here, because it has no room left."""
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        pytest.skip("this system has no such timeout")
    lost = 'viewers_cut_off_total{reason="ping_timeout"}'
    with reluctant(impatient, uuid):
        for _ in range(10):
            post(impatient.address, f"/{uuid}", BODY)
        eventually(lambda: impatient.metrics()["viewers"] == 0)
        assert impatient.metrics()[lost] == 1
        assert impatient.metrics()['viewers_cut_off_total{reason="slow"}'] == 0


def test_comments_show_that_the_connection_works(impatient: Server, uuid: str) -> None:
    with EventViewer(impatient.url, uuid) as viewer:
        viewer.event("joined")
        for _ in range(3):  # each follows only if the server has responded to the ping before
            viewer.until_comment()


def test_clients_that_leave_at_once_leave_nothing_behind(memory_server: Server) -> None:
    uuid = str(uuid4())
    head = f"GET {path_of(uuid)} HTTP/1.1\r\nHost: h\r\n\r\n".encode()
    for number in range(60):
        sock = socket.create_connection(memory_server.address, PATIENCE_SECONDS)
        sock.sendall(head)
        if number % 2:
            reset(sock)
        else:
            sock.close()
    with EventViewer(memory_server.url, uuid) as viewer:
        viewer.event("joined")
        counted = "webhook-viewers"
        eventually(lambda: post(memory_server.address, f"/{uuid}").headers[counted] == "1")
    eventually(lambda: memory_server.metrics()["viewers"] == 0)


# Workers that stop, and a queue that fails


def test_a_full_or_draining_worker_refuses_new_viewers_only(uuid: str) -> None:
    with Server(MAX_CONNECTIONS=10, DRAIN_SECONDS=60) as server, ExitStack() as stack:
        viewers = [stack.enter_context(EventViewer(server.url, uuid)) for _ in range(9)]
        for viewer in viewers:
            viewer.event("joined")
        refused = refusal(server, uuid)
        assert (refused.status, refused.reason) == (503, "too_many_viewers")
        assert refused.headers["retry-after"] == "5"
        server.terminate()
        for viewer in viewers:
            assert viewer.event("bye") == {"reason": "draining", "seconds": 60}
        refused = refusal(server, uuid)
        assert (refused.status, refused.reason) == (503, "draining")
        assert refused.headers["retry-after"] == "1"
        post(server.address, f"/{uuid}")
        for viewer in viewers:
            assert viewer.event("request")["seq"] == 1
        server.terminate()  # a second signal ends it at once


def test_a_worker_that_stops_ends_its_streams(uuid: str) -> None:
    with Server() as server, EventViewer(server.url, uuid) as viewer:
        viewer.event("joined")
        server.terminate()
        assert [(each.name, each.payload["reason"]) for each in viewer] == [("bye", "draining")]
        assert server.wait() == 0


def test_a_viewer_joins_when_the_queue_is_available_again(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url, QUEUE_TIMEOUT=1) as server:
        server.until_ready()
        with EventViewer(server.url, uuid) as first:
            first.event("joined")
            post(server.address, f"/{uuid}")
            first.requests(1)
            redis.freeze()
            assert first.event("status")["queue"] == "down"
            with EventViewer(server.url, uuid) as waiting:
                begin = waiting.next()
                assert (begin.name, begin.payload["queue"]) == ("status", "down")
                redis.thaw()
                assert first.event("status")["queue"] == "up"
                assert waiting.event("joined")["seq"] == 1
                # `joined` comes again, and its id is not an earlier one.
                again = first.event("joined")
                assert (again["seq"], again["missed"]) == (1, 0)
                post(server.address, f"/{uuid}")
                for viewer in (first, waiting):
                    assert viewer.event("request")["seq"] == 2
