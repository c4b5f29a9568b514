"""Behind nginx, requests are captured as sent and a worker that ends causes no errors."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from uuid import uuid4

import pytest
import socketio

from tests.integration.fidelity_table import ROWS
from tests.integration.test_fidelity import Stage, body_of
from tests.support.event_viewer import EventViewer
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.polling import PollingViewer, UpgradingViewer
from tests.support.processes import HAS_IPV6, ROOT, Nginx, Redis, Server, status_of
from tests.support.responders import Responder, give
from tests.support.sender import Sender, post, send
from tests.support.viewers import ASIDES, PacketViewer, Viewer

# Requests that nginx refuses, with the status; docs/nginx.md lists them, too.
REFUSED = {
    "the method TRACE": 405,
    "the method CONNECT": 405,
    "the method foo": 400,
    "the method !#$%&'*+-.^_`|~09aZ": 400,
    "an escaped NUL": 400,
    "malformed escapes": 400,
    "an empty Host": 400,
    "a Host with an empty label": 400,
}
# Lines about the connection or the framing, which nginx replaces.
OWN = {"host", "connection", "upgrade", "te", "expect", "content-length", "transfer-encoding"}


def workers(redis: Redis, count: int) -> list[Server]:
    return [Server(REDIS_URL=redis.url, BALANCER_HEADERS="webhook-logger") for _ in range(count)]


@pytest.fixture(scope="module")
def two(redis: Redis) -> Iterator[list[Server]]:
    a, b = workers(redis, 2)
    with a, b:
        yield [a.until_ready(), b.until_ready()]


@pytest.fixture(scope="module")
def balanced(two: list[Server]) -> Iterator[Nginx]:
    with Nginx(*two) as nginx:
        yield nginx


@pytest.fixture(scope="module")
def stage(balanced: Nginx) -> Iterator[Stage]:
    stage = Stage(balanced)
    with stage.viewer:
        yield stage


def test_a_request_is_captured_as_sent_behind_nginx(
    stage: Stage, subtests: pytest.Subtests
) -> None:
    for row in (row for row in ROWS if row.name not in REFUSED):
        with subtests.test(row.name):
            status, seen = stage.capture(row.raw)
            assert status == row.status
            assert (seen["method"], seen["path"]) == (row.method, stage.fill(row.path))
            assert seen["query_string"] == row.query_string
            assert body_of(seen) == row.body
            if row.headers is not None:
                shown = [line for line in seen["headers"] if line[0].lower() not in OWN]
                assert shown == [list(line) for line in row.headers if line[0].lower() not in OWN]
            assert seen["remote_addr"] == "127.0.0.1"


def test_nginx_refuses_some_requests_itself(stage: Stage, subtests: pytest.Subtests) -> None:
    assert set(REFUSED) <= {row.name for row in ROWS}
    for row in (row for row in ROWS if row.name in REFUSED):
        with subtests.test(row.name):
            raw = stage.fill(row.raw.decode("latin-1")).encode("latin-1")
            assert send(stage.server.address, raw).status == REFUSED[row.name]


def test_the_balancers_header_lines_are_trusted_and_not_captured(stage: Stage) -> None:
    lines = ("Webhook-Logger-Client: 1.2.3.4", "webhook-logger-scheme: gopher")
    more = ("Webhook-Logger-Request-Id: mine", "X-Forwarded-For: 5.6.7.8")
    post(stage.server.address, f"/{stage.uuid}", b"", *lines, *more)
    seen = stage.viewer.event("request")
    assert (seen["remote_addr"], seen["scheme"]) == ("127.0.0.1", "http")
    assert len(seen["id"]) == 32, "nginx's request id"
    names = [name.lower() for name, _ in seen["headers"]]
    assert not [name for name in names if name.startswith("webhook-logger")]
    assert ["X-Forwarded-For", "5.6.7.8"] in seen["headers"]


def test_without_the_setting_the_balancers_header_lines_are_captured(memory_server: Server) -> None:
    uuid = str(uuid4())
    with Viewer(memory_server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        post(memory_server.address, f"/{uuid}", b"", "Webhook-Logger-Client: 1.2.3.4")
        seen = viewer.event("request")
        assert seen["remote_addr"] == "127.0.0.1"
        assert ["Webhook-Logger-Client", "1.2.3.4"] in seen["headers"]


@pytest.mark.parametrize("kind", [PacketViewer, PollingViewer])
def test_nginx_connects_new_viewers_to_a_worker_that_is_not_draining(
    redis: Redis, kind: type[PacketViewer]
) -> None:
    leaving, other = workers(redis, 2)
    leaving.settings["DRAIN_SECONDS"] = 60
    with leaving, other, Nginx(leaving.until_ready(), other.until_ready()) as nginx:
        leaving.terminate()
        eventually(lambda: status_of(leaving.url + "/readyz") == 503)
        uuid = str(uuid4())
        # From several addresses, of which nginx assigns some to the draining worker.
        for number in range(1, 9):
            with kind(nginx.url, {"uuid": uuid}, f"127.0.0.{number}") as viewer:
                viewer.event("joined")
                viewer.write(f'420["leave",{{"uuid":"{uuid}"}}]')
                assert viewer.packet()[0] == "430"
        assert leaving.metrics()["viewers"] == 0
        leaving.terminate()


def test_a_viewer_on_long_polling_stays_with_its_worker(balanced: Nginx) -> None:
    uuid = str(uuid4())
    client = socketio.SimpleClient()
    client.connect(
        balanced.url, auth={"uuid": uuid}, transports=["polling"], wait_timeout=PATIENCE_SECONDS
    )
    try:
        assert client.receive(timeout=PATIENCE_SECONDS)[0] == "joined"
        for _ in range(5):
            assert post(balanced.address, f"/{uuid}").status == 200
            while (name := client.receive(timeout=PATIENCE_SECONDS)[0]) in ASIDES:
                pass
            assert name == "request"
    finally:
        client.disconnect()


def test_viewers_of_one_address_are_distributed_over_all_workers(
    balanced: Nginx, two: list[Server], stage: Stage
) -> None:
    # The workers may notice late that viewers of other tests have disconnected.
    eventually(lambda: sum(worker.metrics()["viewers"] for worker in two) == len([stage.viewer]))
    before = [worker.metrics()["viewers"] for worker in two]
    with ExitStack() as stack:
        for _ in range(30):
            viewer = PacketViewer(balanced.url, {"uuid": str(uuid4())})
            stack.enter_context(viewer).event("joined")
        after = [worker.metrics()["viewers"] for worker in two]
    more = [number - less for number, less in zip(after, before, strict=True)]
    assert sum(more) == 30
    assert min(more) > 0


def test_a_viewer_that_upgrades_to_websocket_stays_with_its_worker(
    balanced: Nginx,
) -> None:
    for number in range(2, 12):
        viewer = UpgradingViewer(balanced.url, {"uuid": str(uuid4())}, f"127.0.0.{number}")
        with viewer:
            viewer.event("joined")


@pytest.mark.skipif(not HAS_IPV6, reason="this machine has no IPv6")
def test_the_address_of_an_ipv6_sender_is_captured(balanced: Nginx, uuid: str) -> None:
    with PacketViewer(balanced.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        assert post(("::1", balanced.port), f"/{uuid}").status == 200
        assert viewer.requests(1)[0]["remote_addr"] == "::1"


def limit(zone: str) -> int:
    """Return the number of requests that nginx.conf allows; docs/nginx.md states it, too."""
    conf = (ROOT / "deploy/nginx/nginx.conf").read_text()
    found = re.search(rf"limit_conn {zone} ([0-9]+);", conf)
    assert found
    return int(found[1])


class SlowBody(Sender):
    """A request with an unfinished body that nginx has started to read, unless it refused it."""

    def __init__(self, nginx: Nginx, uuid: str, framing: str, source: str) -> None:
        super().__init__(nginx.address, source)
        lines = (f"POST /{uuid} HTTP/1.1", "Host: h", framing, "Expect: 100-continue", "", "")
        self.send("\r\n".join(lines).encode())
        self.is_accepted = self.socket.recv(16, socket.MSG_PEEK).startswith(b"HTTP/1.1 100")

    def refusal(self) -> str:
        """Return the reason of the refusal, which allows the sender to retry."""
        response = self.response()
        assert (response.status, response.headers.get("retry-after")) == (429, "1")
        return str(json.loads(response.body)["error"]["reason"])


ADDRESSES = [f"127.0.0.{number}" for number in range(20, 40)]


@pytest.mark.parametrize(
    ("framing", "zone"),
    [
        ("Transfer-Encoding: chunked", "unbounded"),
        ("Content-Length: 0002000000", "unbounded"),
        ("Content-Length: 0001999999", "large"),
        ("Content-Length: 100000", "large"),
    ],
)
def test_large_bodies_are_limited_per_address_and_in_total(
    two: list[Server], uuid: str, framing: str, zone: str
) -> None:
    per_address, total = limit(f"{zone}_of"), limit(zone)
    table = (ROOT / "docs/nginx.md").read_text()
    assert f"| {per_address} per address; {total} in total |" in table
    with Nginx(*two) as nginx, ExitStack() as stack:

        def begin(source: str) -> SlowBody:
            return stack.enter_context(SlowBody(nginx, uuid, framing, source))

        senders = [begin(ADDRESSES[0]) for _ in range(per_address)]
        assert all(sender.is_accepted for sender in senders)
        assert begin(ADDRESSES[0]).refusal() == "too_many_from_address"
        # Small bodies of that address and large ones of another address are not limited.
        small = stack.enter_context(Sender(nginx.address, ADDRESSES[0]))
        head = f"POST /{uuid} HTTP/1.1\r\nHost: h\r\nContent-Length: 99999\r\n\r\n"
        small.send(head.encode() + b"x" * 99_999)
        assert small.response().status == 200
        senders += [
            begin(ADDRESSES[1 + number // per_address]) for number in range(total - per_address)
        ]
        assert all(sender.is_accepted for sender in senders)
        assert begin(ADDRESSES[-1]).refusal() == "too_many_from_address"
        assert post(nginx.address, f"/{uuid}").status == 200
        senders[0].reset()
        eventually(lambda: begin(ADDRESSES[-1]).is_accepted)


def test_senders_see_no_error_when_a_worker_is_killed_under_load(redis: Redis) -> None:
    uuid = str(uuid4())
    a, b = workers(redis, 2)
    with a, b, Nginx(a.until_ready(), b.until_ready()) as nginx:
        with PacketViewer(b.url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            posted = threading.Event()

            def send_all(n: int) -> int:
                if n == 100:
                    posted.set()
                return post(nginx.address, f"/{uuid}/{n}").status

            with ThreadPoolExecutor(8) as senders:
                responses = senders.map(send_all, range(400))
                posted.wait(PATIENCE_SECONDS)
                a.end(kill=True)
                assert set(responses) == {200}
            end = int(last_seq(b, uuid))
            seen = viewer.requests(end)
            # A request in flight may be delivered twice, with the same id; no request is lost.
            assert len({request["id"] for request in seen}) == 400
            assert len({request["path"] for request in seen}) == 400


def last_seq(server: Server, uuid: str) -> int:
    with Viewer(server.url, uuid=uuid) as last:
        return int(last.event("joined")["seq"])


def test_an_error_status_of_a_callback_causes_no_retry(stage: Stage) -> None:
    raw = f"POST /{stage.uuid} HTTP/1.1\r\nHost: h\r\nContent-Length: {2**20 + 1}\r\n\r\n".encode()
    assert send(stage.server.address, raw + b"x" * (2**20 + 1)).status == 413
    first = stage.viewer.event("request")
    post(stage.server.address, f"/{stage.uuid}")
    assert stage.viewer.event("request")["seq"] == first["seq"] + 1


def test_a_body_in_tiny_chunks_that_exceeds_all_buffers_gets_a_response(
    stage: Stage,
) -> None:
    chunks = b"1\r\nx\r\n" * 1_580_000  # 9.5 MB for 1.58 MB
    head = f"POST /{stage.uuid} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert send(stage.server.address, head.encode() + chunks + b"0\r\n\r\n").status == 413
    assert stage.viewer.event("request")["body"]["complete"] is False


def test_a_truncated_request_is_not_delivered(stage: Stage) -> None:
    whole = b"POST /{u} HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na"
    half = f"POST /{stage.uuid} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab"
    before = stage.capture(whole)[1]["seq"]
    with Sender(stage.server.address) as sender:
        sender.send(half.encode())
    assert stage.capture(whole)[1]["seq"] == before + 1


MEBIBYTE = 2**20
# Requests over nginx's limits, which nginx refuses, and over the workers' lower limits.
OVERSIZE = {
    "a request line of 80,000 bytes": (414, False, "x" * 80_000, ()),
    "a header line of 80,000 bytes": (400, False, "", ("A: " + "b" * 80_000,)),
    "header lines of 320,000 bytes": (400, False, "", ("A: " + "b" * 64_000,) * 5),
    "a body of 9 MiB": (413, False, "", (f"Content-Length: {9 * MEBIBYTE}",)),
    "a target of 9,000 bytes": (414, True, "x" * 9000, ()),
    "a header line of 70,000 bytes": (431, True, "", ("A: " + "b" * 70_000,)),
}


@pytest.mark.parametrize("name", OVERSIZE)
def test_requests_over_a_limit_of_nginx_or_a_worker_are_refused(
    balanced: Nginx, uuid: str, name: str
) -> None:
    status, is_by_worker, rest, lines = OVERSIZE[name]
    head = (f"POST /{uuid}/{rest} HTTP/1.1", "Host: h", *lines, "", "")
    with Sender(balanced.address) as sender:
        with suppress(ConnectionError):  # nginx may close while we still send
            sender.send("\r\n".join(head).encode())
        response = sender.response()
    assert response.status == status
    assert (response.headers["content-type"] == "application/json") == is_by_worker


def test_requests_pending_at_a_killed_worker_get_a_response_from_another(
    redis: Redis, uuid: str
) -> None:
    here, there = workers(redis, 2)
    with here, there, Nginx(here.until_ready(), there.until_ready()) as nginx:
        with Responder(here, uuid) as responder, ThreadPoolExecutor(4) as pool:
            pending = [pool.submit(post, nginx.address, f"/{uuid}/{n}") for n in range(4)]
            requests = responder.requests(4)
            there.end(kill=True)
            for request in requests:
                path = request["path"].encode()
                eventually(lambda: give(here, request, path).status == 204)  # noqa: B023
            assert [one.result().body.decode() for one in pending] == [
                f"/{uuid}/{n}" for n in range(4)
            ]


def test_events_over_http_arrive_one_by_one_and_skip_a_worker_that_stops(redis: Redis) -> None:
    uuid = str(uuid4())
    leaving, other = workers(redis, 2)
    leaving.settings["DRAIN_SECONDS"] = 60
    with leaving, other, Nginx(leaving, other) as nginx:
        leaving.until_ready()
        other.until_ready()
        with ExitStack() as stack:
            viewers = [stack.enter_context(EventViewer(nginx.url, uuid)) for _ in range(4)]
            for viewer in viewers:
                viewer.event("joined")
            leaving.terminate()
            eventually(lambda: status_of(leaving.url + "/readyz") == 503)
            for _ in range(4):
                stack.enter_context(EventViewer(nginx.url, uuid)).event("joined")
            for number in range(3):
                post(nginx.address, f"/{uuid}/{number}")
                for viewer in viewers:
                    assert viewer.event("request")["subpath"] == f"/{number}"
            # Each worker learns from the queue how many viewers the other one has.
            eventually(lambda: post(nginx.address, f"/{uuid}").headers["webhook-viewers"] == "8")
        # nginx reports at once that they have left.
        eventually(lambda: post(other.address, f"/{uuid}").headers["webhook-viewers"] == "0")
        leaving.terminate()
