"""Requests are captured exactly as sent, from a raw socket to a real Socket.IO client."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.fidelity_table import ROWS, head, with_chunks, with_length
from tests.support.processes import Server
from tests.support.sender import Response, Sender, post, send
from tests.support.viewers import Viewer, Wire


class Stage:
    """A server, a callback, and one viewer of it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.uuid = str(uuid4())
        self.viewer = Viewer(server.url, uuid=self.uuid)
        self.viewer.event("joined")

    def fill(self, text: str) -> str:
        escaped = f"%{ord(self.uuid[0]):x}{self.uuid[1:]}"
        for name, value in (("{u}", self.uuid), ("{U}", self.uuid.upper()), ("{e}", escaped)):
            text = text.replace(name, value)
        return text

    def capture(self, raw: bytes) -> tuple[int, Wire]:
        """Send the bytes. Return the status of the response and the captured request."""
        return self.send(raw).status, self.viewer.event("request")

    def send(self, raw: bytes) -> Response:
        """Send the bytes and return the response."""
        return send(self.server.address, self.fill(raw.decode("latin-1")).encode("latin-1"))


@pytest.fixture(scope="module", params=["memory", "redis"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "redis":
        server = request.getfixturevalue("two_workers")[0]
    else:
        server = request.getfixturevalue("memory_server")
    stage = Stage(server)
    with stage.viewer:
        yield stage


def body_of(request: Wire) -> bytes:
    content = request["body"]["content"]
    return (
        base64.b64decode(content) if request["body"]["encoding"] == "base64" else content.encode()
    )


def test_a_request_is_captured_as_sent(stage: Stage, subtests: pytest.Subtests) -> None:
    for row in ROWS:
        with subtests.test(row.name):
            status, seen = stage.capture(row.raw)
            assert status == row.status
            assert seen["method"] == row.method
            assert seen["path"] == stage.fill(row.path)
            assert seen["subpath"] == row.path[len("/{u}") :]
            assert seen["query_string"] == row.query_string
            assert (seen["host"], seen["scheme"], seen["http_version"]) == (
                row.host,
                "http",
                row.http_version,
            )
            if row.headers is not None:
                assert seen["headers"] == [list(line) for line in row.headers]
            assert seen.get("trailers") == ([list(line) for line in row.trailers] or None)
            assert body_of(seen) == row.body
            size = len(row.body) if row.size is None else row.size
            assert seen["body"]["size"] == size
            assert (seen["body"]["encoding"], seen["body"]["complete"]) == (
                row.encoding,
                row.complete,
            )


def test_the_table_has_at_least_60_rows() -> None:
    assert len(ROWS) >= 60


def test_a_captured_request_has_the_documented_fields_in_order(stage: Stage) -> None:
    fields = [
        *("uuid", "epoch", "seq", "id", "received_at", "method", "scheme", "host", "path"),
        *("subpath", "query_string", "http_version", "remote_addr", "headers", "trailers", "body"),
    ]
    _, with_trailers = stage.capture(with_chunks(b"hi", last=b"0\r\nA: b\r\n\r\n"))
    assert list(with_trailers) == fields
    _, seen = stage.capture(with_length(b"hi"))
    assert list(seen) == [name for name in fields if name != "trailers"]
    assert list(seen["body"]) == ["size", "encoding", "content", "complete"]
    assert seen["uuid"] == stage.uuid
    assert seen["remote_addr"] == "127.0.0.1"
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", seen["id"]
    )
    received_at = datetime.strptime(seen["received_at"], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert seen["received_at"].endswith("Z")
    age = datetime.now(timezone.utc) - received_at
    assert timedelta(0) <= age < timedelta(minutes=1)


def test_pipelined_requests_are_captured_separately(stage: Stage) -> None:
    requests = [
        head(f"PUT /{stage.uuid}/{n} HTTP/1.1", "Content-Length: 1") + b"%d" % n for n in range(5)
    ]
    with Sender(stage.server.address) as sender:
        sender.send(b"".join(requests))
        assert [status_of_response(sender) for _ in requests] == [200] * 5
    seen = [stage.viewer.event("request") for _ in requests]
    assert sorted(r["path"][-2:] + body_of(r).decode() for r in seen) == [
        f"/{n}{n}" for n in range(5)
    ]


def status_of_response(sender: Sender) -> int:
    """Read one response byte by byte, so that the next one stays in the socket."""
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        received += sender.socket.recv(1)
    return int(received.split(b" ")[1])


def test_a_request_that_arrives_in_single_bytes_is_captured(stage: Stage) -> None:
    raw = stage.fill(with_chunks(b"hello", b"you", lines=("X-A: b",)).decode()).encode()
    with Sender(stage.server.address) as sender:
        for byte in raw:
            sender.send(bytes((byte,)))
        assert sender.response().status == 200
    assert body_of(stage.viewer.event("request")) == b"helloyou"


def test_a_sender_with_an_expectation_receives_100_continue(stage: Stage) -> None:
    raw = head(f"POST /{stage.uuid} HTTP/1.1", "Content-Length: 2", "Expect: 100-continue")
    with Sender(stage.server.address) as sender:
        sender.send(raw)
        assert sender.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sender.send(b"hi")
        assert sender.response().status == 200
    assert body_of(stage.viewer.event("request")) == b"hi"


def test_a_sender_with_an_expectation_and_a_large_body_receives_413(stage: Stage) -> None:
    raw = head(f"POST /{stage.uuid} HTTP/1.1", f"Content-Length: {2**30}", "Expect: 100-continue")
    with Sender(stage.server.address) as sender:
        sender.send(raw)
        assert sender.response().status == 413
    assert stage.viewer.event("request")["body"] == {
        "size": 2**30,
        "encoding": "utf-8",
        "content": "",
        "complete": False,
    }


@pytest.mark.parametrize(
    "truncated",
    [
        b"POST /{u} HTTP/1.1\r\nHo",
        b"POST /{u} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n",
        b"POST /{u} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhell",
        b"POST /{u} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"POST /{u} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"POST /{u} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
    ],
)
@pytest.mark.parametrize("end", ["half-close", "close"])
def test_a_truncated_request_is_not_delivered(stage: Stage, truncated: bytes, end: str) -> None:
    before = stage.capture(with_length(b"before"))[1]["seq"]
    with Sender(stage.server.address) as sender:
        sender.send(truncated.replace(b"{u}", stage.uuid.encode()))
        if end == "half-close":
            sender.close_half()
            sender.rest()  # until the server closes
    after = stage.capture(with_length(b"after"))[1]
    assert (after["seq"], body_of(after)) == (before + 1, b"after")


def test_a_sender_of_a_large_body_reads_its_response(stage: Stage) -> None:
    body = b"x" * (4 * 2**20)
    assert post(stage.server.address, f"/{stage.uuid}", body).status == 413
    assert stage.viewer.event("request")["body"]["size"] == len(body)


TOKEN = st.text(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1
)
VALUE = st.text([chr(n) for n in (9, *range(32, 127), *range(128, 256))]).map(
    lambda v: v.strip(" \t")
)
FRAMING = {"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"}
LINES = st.lists(st.tuples(TOKEN.filter(lambda n: n.lower() not in FRAMING), VALUE), max_size=20)
VISIBLE = st.text([chr(n) for n in (*range(0x21, 0x7F), *range(0x80, 0x100))])

generated = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@generated
@given(method=TOKEN, lines=LINES)
def test_any_method_and_header_lines_are_captured_as_sent(
    stage: Stage, method: str, lines: list[tuple[str, str]]
) -> None:
    status, seen = stage.capture(
        head(f"{method} /{stage.uuid} HTTP/1.1", *(f"{n}:{v}" for n, v in lines))
    )
    assert (status, seen["method"]) == (200, method)
    assert seen["headers"] == [["Host", "h"], *map(list, lines)]


@generated
@given(rest=VISIBLE.map(lambda text: text.replace("?", "")), query=VISIBLE)
def test_any_path_and_query_are_captured_as_sent(stage: Stage, rest: str, query: str) -> None:
    status, seen = stage.capture(head(f"GET /{stage.uuid}/{rest}?{query} HTTP/1.1"))
    assert status == 200
    assert (seen["path"], seen["query_string"]) == (f"/{stage.uuid}/{rest}", query)


@generated
@given(chunks=st.lists(st.binary(min_size=1), max_size=8), chunked=st.booleans())
def test_any_body_is_captured_as_sent(stage: Stage, chunks: list[bytes], chunked: bool) -> None:
    body = b"".join(chunks)
    raw = with_chunks(*chunks) if chunked else with_length(body)
    with Sender(stage.server.address) as sender:
        sender.send(raw.replace(b"{u}", stage.uuid.encode(), 1))
        assert sender.response().status == 200
    assert body_of(stage.viewer.event("request")) == body
