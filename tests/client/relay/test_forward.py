"""Forwarded requests arrive at the target byte by byte as the sender sent them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.integration.fidelity_table import ROWS, Row
from tests.support.endpoint import Endpoint, ok
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Server, free_port
from tests.support.receiver import OK
from tests.support.sender import send
from tests.support.viewers import Viewer
from webhook_logger.captured import CapturedRequest
from webhook_logger.client.relay import forward
from webhook_logger.client.relay.forward import (
    Forwarder,
    ForwardOptions,
    ForwardOutcome,
    Observer,
)
from webhook_logger.client.relay.relayed import Relayed, relayed
from webhook_logger.client.relay.routes import Route, Routes
from webhook_logger.client.relay.target import Target

HOP_BY_HOP = (
    *("host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"),
    *("expect", "http2-settings", "proxy-connection", "content-length"),
)


class Bench(Observer[object]):
    """A forwarder and what it reports."""

    all: ClassVar[list[Forwarder[object]]] = []

    def __init__(self, *urls: str, **options: object) -> None:
        self._outcomes: queue.Queue[tuple[object, ForwardOutcome]] = queue.Queue()
        self.retries: queue.Queue[float] = queue.Queue()
        """The delays before retries."""
        self.backlogs: queue.Queue[int] = queue.Queue()
        self.forwarder = Forwarder[object](
            Routes.parse(urls),
            ForwardOptions(**options),  # type: ignore[arg-type]
            self,
        )
        self.all.append(self.forwarder)

    def outcome(self, context: object, outcome: ForwardOutcome) -> None:
        self._outcomes.put((context, outcome))

    def retry(self, context: object, outcome: ForwardOutcome, seconds: float) -> None:
        self.retries.put(seconds)

    def backlog(self, target: Target, count: int) -> None:
        self.backlogs.put(count)

    def send(self, request: Relayed, context: object = None) -> Route | None:
        return self.forwarder.forward(request, context)

    def next(self) -> ForwardOutcome:
        """Return the next outcome."""
        return self._outcomes.get(timeout=PATIENCE_SECONDS)[1]

    def contexts(self) -> list[object]:
        """Return the contexts of all outcomes so far, in order."""
        return [self._outcomes.get_nowait()[0] for _ in range(self._outcomes.qsize())]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close the forwarders of each test."""
    before = len(Bench.all)
    yield
    for forwarder in Bench.all[before:]:
        forwarder.close()


def request(body: bytes = b"", subpath: str = "/a", method: str = "POST") -> Relayed:
    return Relayed(method, subpath, "", (("Content-Length", str(len(body))),), body)


class Stage:
    """A path from a raw socket through a callback to another raw socket."""

    def __init__(self, server: Server, uuid: str, viewer: Viewer, endpoint: Endpoint) -> None:
        self.server, self.uuid, self.viewer, self.endpoint = server, uuid, viewer, endpoint
        self.bench = Bench(endpoint.url + "/hooks?key=1", in_order=True)

    def fill(self, text: str) -> str:
        escaped = f"%{ord(self.uuid[0]):x}{self.uuid[1:]}"
        for name, value in (("{u}", self.uuid), ("{U}", self.uuid.upper()), ("{e}", escaped)):
            text = text.replace(name, value)
        return text

    def captured(self, row: Row) -> CapturedRequest:
        send(self.server.address, self.fill(row.raw.decode("latin-1")).encode("latin-1"))
        return CapturedRequest.from_wire(self.viewer.event("request"))

    def expected(self, row: Row) -> bytes:
        """Return the bytes that must arrive for a sent request."""
        path, query = self.fill(row.path), self.fill(row.query_string)
        subpath = path.partition(self.uuid[1:])[2] or path.partition(self.uuid.upper())[2]
        target = f"/hooks{subpath}?key=1" + (query and f"&{query}")
        # Bytes from 0x80 up are percent-encoded, because a URL cannot contain them.
        target = "".join(each if each < "\x80" else f"%{ord(each):02X}" for each in target)
        head = row.raw.decode("latin-1").lstrip("\r\n").partition("\r\n\r\n")[0]
        lines = list(self._lines(head.split("\r\n")[1:], row))
        first = f"{row.method} {target} HTTP/1.1"
        text = "\r\n".join((first, f"Host: {self.endpoint.authority}", *lines))
        return text.encode("latin-1") + b"\r\n\r\n" + row.body

    def _lines(self, sent: list[str], row: Row) -> Iterator[str]:
        has_length = False
        for line in sent:
            name, _, value = line.partition(":")
            value = value.strip(" \t")
            if name.lower() == "content-length" or name.lower() == "transfer-encoding":
                has_length = True
                yield f"Content-Length: {len(row.body)}"
            elif name.lower() not in (*HOP_BY_HOP, "x-hop"):
                yield f"{name}: {value}"
        if not has_length and row.method not in ("GET", "HEAD", "DELETE", "OPTIONS", "TRACE"):
            yield "Content-Length: 0"


@pytest.fixture(scope="module")
def stage(memory_server: Server) -> Iterator[Stage]:
    uuid = "3f2b8c1e-7a64-4d7e-9a51-f0f0f0f0f0f0"
    with Endpoint() as endpoint, Viewer(memory_server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        yield Stage(memory_server, uuid, viewer, endpoint)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.complete], ids=[row.name for row in ROWS if row.complete]
)
def test_a_request_arrives_unchanged(stage: Stage, row: Row) -> None:
    stage.bench.send(relayed(stage.captured(row)))
    outcome = stage.bench.next()
    assert outcome.response, outcome.error
    assert stage.endpoint.received() == stage.expected(row)


def test_a_redirect_is_a_response_and_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    with Endpoint(lambda _: moved) as endpoint:
        bench = Bench(endpoint.url)
        bench.send(request())
        response = bench.next().response
        assert response
        assert (response.status, response.headers[0]) == (302, ("Location", "/elsewhere"))
        endpoint.received()
        assert endpoint.waiting == 0


def test_a_target_that_refuses_or_closes_connections_is_reported() -> None:
    bench = Bench(f"http://127.0.0.1:{free_port()}")
    bench.send(request())
    outcome = bench.next()
    assert not outcome.response
    assert "Connection refused" in outcome.error
    with Endpoint(lambda _: b"") as endpoint:
        bench = Bench(endpoint.url)
        bench.send(request())
        assert "did not respond" in bench.next().error


def test_a_target_that_does_not_respond_in_time_is_reported() -> None:
    responded = threading.Event()

    def respond(received: bytes) -> bytes:
        responded.wait(PATIENCE_SECONDS)
        return OK

    with Endpoint(respond) as endpoint:
        bench = Bench(endpoint.url, timeout=0.2)
        bench.send(request())
        assert "within 0.2 seconds" in bench.next().error
        responded.set()


def test_no_request_is_retried_by_default() -> None:
    with Endpoint(lambda _: b"") as endpoint:
        bench = Bench(endpoint.url)
        bench.send(request())
        assert bench.next().attempts == 1
        endpoint.received()
        assert endpoint.waiting == 0


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_request_is_retried_up_to_the_limit(status: int) -> None:
    responses = [b"", b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status, OK]
    with Endpoint(lambda _: responses.pop(0)) as endpoint:
        bench = Bench(endpoint.url, retries=5)
        bench.send(request(b"x"))
        outcome = bench.next()
        assert outcome.response
        assert (outcome.response.status, outcome.attempts) == (200, 3)
        assert len({endpoint.received() for _ in range(3)}) == 1


def test_a_response_of_400_is_not_retried() -> None:
    with Endpoint(lambda _: b"HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n") as endpoint:
        bench = Bench(endpoint.url, retries=5)
        bench.send(request())
        assert bench.next().attempts == 1


def test_a_request_that_http_cannot_carry_is_an_error_and_not_retried() -> None:
    with Endpoint() as endpoint:
        bench = Bench(endpoint.url, retries=5)
        bench.send(Relayed("POST", "", "", (("X", "a\r\nb"),), b""))
        outcome = bench.next()
        assert (outcome.response, outcome.attempts) == (None, 1)
        assert "cannot carry" in outcome.error


def test_requests_are_sent_concurrently() -> None:
    together = threading.Barrier(4, timeout=PATIENCE_SECONDS)

    def respond(received: bytes) -> bytes:
        together.wait()
        return OK

    with Endpoint(respond) as endpoint:
        bench = Bench(endpoint.url, concurrency=4)
        for _ in range(4):
            bench.send(request())
        assert all(bench.next().response for _ in range(4))


def test_in_order_sends_one_request_at_a_time_on_one_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forward, "KEEP_SECONDS", 60)  # even on a busy machine
    with Endpoint() as endpoint:
        bench = Bench(endpoint.url, in_order=True)
        for number in range(200):
            bench.send(request(b"%d" % number), number)
        bench.forwarder.finish()
        bodies = [endpoint.received().partition(b"\r\n\r\n")[2] for _ in range(200)]
        assert bodies == [b"%d" % number for number in range(200)]
        assert bench.contexts() == list(range(200))
        assert endpoint.connections == 1
        bench.forwarder.close()


def test_a_slow_target_does_not_delay_another() -> None:
    go = threading.Event()

    def slow(received: bytes) -> bytes:
        go.wait(PATIENCE_SECONDS)
        return ok(received)

    with Endpoint(slow) as one, Endpoint() as other:
        bench = Bench(one.url, other.url, in_order=True)
        for _ in range(50):
            bench.send(request())
        for _ in range(50):
            assert bench.next().target.url == other.url
        eventually(lambda: bench.forwarder.left == 50)  # the last outcome comes before its count
        go.set()
        bench.forwarder.finish()
        assert bench.forwarder.left == 0


def test_a_target_can_demand_a_longer_delay() -> None:
    responses = [b"HTTP/1.1 429 No\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n", OK]
    with Endpoint(lambda _: responses.pop(0)) as endpoint:
        bench = Bench(endpoint.url, retries=1)
        bench.send(request())
        assert bench.retries.get(timeout=PATIENCE_SECONDS) >= 3
        bench.forwarder.close()


def test_requests_that_wait_are_dropped_when_the_forwarder_is_closed() -> None:
    no = b"HTTP/1.1 503 No\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"
    with Endpoint(lambda _: no) as endpoint:
        bench = Bench(endpoint.url, retries=1, in_order=True)
        for _ in range(3):
            bench.send(request())
        bench.retries.get(timeout=PATIENCE_SECONDS)
        bench.forwarder.close()
        bench.forwarder.finish()
        assert bench.forwarder.left == 0
        assert bench.contexts() == []
        endpoint.received()
        assert endpoint.waiting == 0
        assert bench.forwarder.forward(request(), None)
        assert bench.forwarder.left == 0


def test_a_backlog_is_reported_once_before_requests_wait_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forward, "BACKLOG_SECONDS", 60)
    with Endpoint() as endpoint:
        bench = Bench(endpoint.url, rate=0.01)
        for _ in range(4):
            bench.send(request())
        assert bench.backlogs.get(timeout=PATIENCE_SECONDS) >= 1
        assert bench.next().response
        eventually(lambda: bench.forwarder.left == 3)
        assert (endpoint.waiting, bench.backlogs.empty()) == (1, True)
        bench.forwarder.close()


def test_each_request_goes_to_the_targets_of_its_route() -> None:
    with Endpoint() as one, Endpoint() as other:
        routes = (f"/a={one.url}/one", f"/a={other.url}/too", f"/b={other.url}")
        bench = Bench(*routes)
        assert bench.send(request(subpath="/a/x"))
        assert {bench.next().target.url for _ in range(2)} == {f"{one.url}/one", f"{other.url}/too"}
        assert bench.send(request(subpath="/b"))
        assert not bench.send(request(subpath="/c"))
        bench.forwarder.finish()
        assert one.received().startswith(b"POST /one/x ")
        assert other.received().startswith(b"POST /too/x ")
        assert other.received().startswith(b"POST / ")
        assert one.waiting == other.waiting == 0


def test_an_unused_target_has_no_threads() -> None:
    before = threading.active_count()
    forwarder = Bench(*(f"/{number}=:1/{number}" for number in range(1000))).forwarder
    assert threading.active_count() <= before  # others may end
    assert forwarder.left == 0
