"""What is forwarded arrives byte by byte as it was sent to the callback."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import pytest

from tests.integration.fidelity_table import ROWS, Row
from tests.support.endpoint import Endpoint, ok
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import Server, free_port
from tests.support.receiver import OK
from tests.support.sender import send
from tests.support.viewers import Viewer
from webhook_logger.captured import CapturedRequest
from webhook_logger.client.relay import forward
from webhook_logger.client.relay.forward import Forwarder, ForwardOutcome, Manner
from webhook_logger.client.relay.relayed import Relayed, relayed
from webhook_logger.client.relay.target import Target

OF_THE_CONNECTION = (
    *("host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"),
    *("expect", "http2-settings", "proxy-connection", "content-length"),
)


class Bench:
    """A forwarder, and what came of each request."""

    def __init__(self, *urls: str, **manner: object) -> None:
        self._outcomes: queue.Queue[tuple[object, ForwardOutcome]] = queue.Queue()
        self.forwarder = Forwarder[object](
            [Target.at(url) for url in urls],
            Manner(**manner),  # type: ignore[arg-type]
            lambda about, outcome: self._outcomes.put((about, outcome)),
        )

    def send(self, request: Relayed, about: object = None) -> None:
        self.forwarder.forward(request, about)

    def outcome(self) -> ForwardOutcome:
        """The next one."""
        return self._outcomes.get(timeout=PATIENCE_SECONDS)[1]

    def abouts(self) -> list[object]:
        """What all outcomes so far were about, in their order."""
        return [self._outcomes.get_nowait()[0] for _ in range(self._outcomes.qsize())]


def request(body: bytes = b"", below: str = "/a", method: str = "POST") -> Relayed:
    return Relayed(method, below, "", (("Content-Length", str(len(body))),), body)


class Stage:
    """From a raw socket through a callback to a raw socket."""

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
        """What must arrive, read from what was sent."""
        path, query = self.fill(row.path), self.fill(row.query_string)
        below = path.partition(self.uuid[1:])[2] or path.partition(self.uuid.upper())[2]
        target = f"/hooks{below}?key=1" + (query and f"&{query}")
        # No URL has bytes from 0x80 up: they go on as escapes.
        target = "".join(each if each < "\x80" else f"%{ord(each):02X}" for each in target)
        head = row.raw.decode("latin-1").lstrip("\r\n").partition("\r\n\r\n")[0]
        lines = list(self._lines(head.split("\r\n")[1:], row))
        first = f"{row.method} {target} HTTP/1.1"
        text = "\r\n".join((first, f"Host: {self.endpoint.authority}", *lines))
        return text.encode("latin-1") + b"\r\n\r\n" + row.body

    def _lines(self, sent: list[str], row: Row) -> Iterator[str]:
        told = False
        for line in sent:
            name, _, value = line.partition(":")
            value = value.strip(" \t")
            if name.lower() == "content-length" or name.lower() == "transfer-encoding":
                told = True
                yield f"Content-Length: {len(row.body)}"
            elif name.lower() not in (*OF_THE_CONNECTION, "x-hop"):
                yield f"{name}: {value}"
        if not told and row.method not in ("GET", "HEAD", "DELETE", "OPTIONS", "TRACE"):
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
def test_it_arrives_as_it_was_sent(stage: Stage, row: Row) -> None:
    stage.bench.send(relayed(stage.captured(row)))
    outcome = stage.bench.outcome()
    assert outcome.response, outcome.error
    assert stage.endpoint.received() == stage.expected(row)


def test_a_redirect_is_a_response_and_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    with Endpoint(lambda _: moved) as endpoint:
        bench = Bench(endpoint.url)
        bench.send(request())
        response = bench.outcome().response
        assert response
        assert (response.status, response.headers[0]) == (302, ("Location", "/elsewhere"))
        endpoint.received()
        assert endpoint.waiting == 0


def test_a_target_that_is_not_there_and_one_that_breaks_off_are_told() -> None:
    bench = Bench(f"http://127.0.0.1:{free_port()}")
    bench.send(request())
    outcome = bench.outcome()
    assert not outcome.response
    assert "Connection refused" in outcome.error
    with Endpoint(lambda _: b"") as endpoint:
        bench = Bench(endpoint.url)
        bench.send(request())
        assert "did not respond" in bench.outcome().error


def test_a_target_that_does_not_respond_in_time_is_told() -> None:
    responded = threading.Event()

    def respond(received: bytes) -> bytes:
        responded.wait(PATIENCE_SECONDS)
        return OK

    with Endpoint(respond) as endpoint:
        bench = Bench(endpoint.url, timeout=0.2)
        bench.send(request())
        assert "within 0.2 seconds" in bench.outcome().error
        responded.set()


def test_nothing_is_tried_again_unless_asked_for() -> None:
    with Endpoint(lambda _: b"") as endpoint:
        bench = Bench(endpoint.url)
        bench.send(request())
        assert bench.outcome().tries == 1
        endpoint.received()
        assert endpoint.waiting == 0


@pytest.mark.parametrize("status", [429, 500, 503])
def test_it_is_tried_again_as_often_as_asked_for(status: int) -> None:
    responses = [b"", b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status, OK]
    with Endpoint(lambda _: responses.pop(0)) as endpoint:
        bench = Bench(endpoint.url, retries=5)
        bench.send(request(b"x"))
        outcome = bench.outcome()
        assert outcome.response
        assert (outcome.response.status, outcome.tries) == (200, 3)
        assert len({endpoint.received() for _ in range(3)}) == 1


def test_a_response_of_400_is_not_tried_again() -> None:
    with Endpoint(lambda _: b"HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n") as endpoint:
        bench = Bench(endpoint.url, retries=5)
        bench.send(request())
        assert bench.outcome().tries == 1


def test_what_http_cannot_carry_is_told_and_not_tried_again() -> None:
    with Endpoint() as endpoint:
        bench = Bench(endpoint.url, retries=5)
        bench.send(Relayed("POST", "", "", (("X", "a\r\nb"),), b""))
        outcome = bench.outcome()
        assert (outcome.response, outcome.tries) == (None, 1)
        assert "can't carry" in outcome.error


def test_requests_are_on_their_way_at_the_same_time() -> None:
    together = threading.Barrier(4, timeout=PATIENCE_SECONDS)

    def respond(received: bytes) -> bytes:
        together.wait()
        return OK

    with Endpoint(respond) as endpoint:
        bench = Bench(endpoint.url, concurrency=4)
        for _ in range(4):
            bench.send(request())
        assert all(bench.outcome().response for _ in range(4))


def test_in_order_is_one_after_the_other_on_one_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forward, "KEEP_SECONDS", 60)  # also where this machine is busy
    with Endpoint() as endpoint:
        bench = Bench(endpoint.url, in_order=True)
        for number in range(200):
            bench.send(request(b"%d" % number), number)
        bench.forwarder.finish()
        bodies = [endpoint.received().partition(b"\r\n\r\n")[2] for _ in range(200)]
        assert bodies == [b"%d" % number for number in range(200)]
        assert bench.abouts() == list(range(200))
        assert endpoint.connections == 1


def test_a_slow_target_does_not_hold_up_another() -> None:
    go = threading.Event()

    def slow(received: bytes) -> bytes:
        go.wait(PATIENCE_SECONDS)
        return ok(received)

    with Endpoint(slow) as one, Endpoint() as other:
        bench = Bench(one.url, other.url, in_order=True)
        for _ in range(50):
            bench.send(request())
        for _ in range(50):
            assert bench.outcome().target.url == other.url
        assert bench.forwarder.left == 50
        go.set()
        bench.forwarder.finish()
        assert bench.forwarder.left == 0
