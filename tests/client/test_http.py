"""The HTTP client sends requests exactly as given."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpcore
import pytest

from tests.support.endpoint import Endpoint
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import free_port
from tests.support.receiver import OK, Dripping, Receiver
from webhook_logger.client.errors import Invalid, TooLarge, TooSlow, Unreachable
from webhook_logger.client.http import Http, parse


def test_a_request_is_sent_byte_by_byte() -> None:
    lines = [("X-Dup", "1"), ("x-dup", "2"), ("X_Latin", "caf\xe9"), ("Content-Length", "4")]
    with Receiver() as receiver, Http() as http:
        http.send("PURGE", f"{receiver.url}/a//b/%C3%a9/../c?x=1&&y#z", lines, b"\x00\xffab")
        expected = (
            "PURGE /a//b/%C3%a9/../c?x=1&&y HTTP/1.1\r\n"
            f"Host: {receiver.authority}\r\nX-Dup: 1\r\nx-dup: 2\r\nX_Latin: caf\xe9\r\n"
            "Content-Length: 4\r\n\r\n\x00\xffab"
        )
        assert receiver.received() == expected.encode("latin-1")


def test_a_given_host_is_kept_and_a_length_is_added() -> None:
    with Receiver() as receiver, Http() as http:
        http.send("POST", receiver.url, [("host", "example.com")], b"abc")
        head = b"POST / HTTP/1.1\r\nhost: example.com\r\nContent-Length: 3\r\n\r\nabc"
        assert receiver.received() == head


@pytest.mark.parametrize(
    ("method", "expected"), [("GET", False), ("DELETE", False), ("POST", True)]
)
def test_content_length_0_is_sent_with_methods_that_expect_a_body(
    method: str, expected: bool
) -> None:
    with Receiver() as receiver, Http() as http:
        http.send(method, receiver.url)
        assert (b"Content-Length: 0" in receiver.received()) is expected


def test_a_response_is_returned_unchanged() -> None:
    response = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        b"HTTP/1.1 302 Found\r\nLocation: /x\r\nX-Dup: 1\r\nx-dup: \xe9\r\n"
        b"Content-Length: 2\r\nContent-Encoding: gzip\r\n\r\n\x00\x01"
    )
    with Receiver(response) as receiver, Http() as http:
        got = http.send("GET", receiver.url)
    assert (got.status, got.body) == (302, b"\x00\x01")
    assert got.headers[1:3] == (("X-Dup", "1"), ("x-dup", "\xe9"))


@pytest.mark.parametrize(
    "url",
    [
        "hooks.example.com",
        "ftp://a/",
        "http://",
        "http:///x",
        "http://a:b/",
        "http://a:99999/",
        "http://user:secret@a/",
        "http://user@a/",
        "http://user@a:1",
        "http://a b/",
        "http://a\\b/",
        "http://a/ b",
        "http://a/\r\nX: y",
        "http://a/\xe9",
        "http://a..b/",
    ],
)
def test_an_invalid_url_is_an_error(url: str) -> None:
    with pytest.raises(Invalid):
        parse(url)


def test_an_ipv6_host_keeps_its_brackets() -> None:
    assert parse("http://[::1]:80/").host == b"::1"


@pytest.mark.parametrize("line", [("X: y", "z"), ("X", "a\r\nB: c"), ("X", "€")])
def test_a_header_that_http_cannot_carry_is_an_error(line: tuple[str, str]) -> None:
    with Receiver() as receiver, Http() as http, pytest.raises(Invalid, match="cannot carry"):
        http.send("GET", receiver.url, [line])


def test_a_refused_connection_is_an_error() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with Http() as http, pytest.raises(Unreachable, match=r": Connection refused\.$"):
        http.send("GET", url)


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (b"SSH-2.0\r\n\r\n", "illegal status line: b'SSH-2.0'."),
        (b"HTTP/1.1 200 OK\r\nX\x1b: 1\r\n\r\n", r"illegal header line: b'X\x1b: 1'."),
        (b"HTTP/1.1 101 A\r\nUpgrade: b\r\n\r\n", "it switched to another protocol."),
    ],
)
def test_an_invalid_response_is_an_error(response: bytes, why: str) -> None:
    with Receiver(response) as receiver, Http() as http, pytest.raises(Unreachable) as raised:
        http.send("GET", receiver.url)
    assert str(raised.value).endswith(f" did not respond: {why}")


def test_a_truncated_response_is_an_error() -> None:
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
    with Receiver(response) as receiver, Http() as http, pytest.raises(Unreachable):
        http.send("GET", receiver.url)


def test_a_missing_response_is_an_error() -> None:
    with Receiver(b"") as receiver, Http() as http, pytest.raises(TooSlow, match=r"0\.2 seconds"):
        http.send("GET", receiver.url, timeout=0.2)


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"],
    ids=["status", "headers", "body"],
)
def test_a_response_that_arrives_byte_by_byte_times_out(start: bytes) -> None:
    with Dripping(start) as receiver, Http() as http, pytest.raises(TooSlow, match=r"0\.3 sec"):
        http.send("POST", receiver.url, timeout=0.3)


@pytest.mark.parametrize("length", ["2", "4"])
def test_a_wrong_content_length_is_an_error(length: str) -> None:
    with Receiver() as receiver, Http() as http, pytest.raises(Invalid, match="Content-Length"):
        http.send("POST", receiver.url, [("Content-Length", length)], b"abc")


def test_a_response_that_is_too_large_is_an_error() -> None:
    with Receiver(OK) as receiver, Http(max_bytes=1) as http, pytest.raises(TooLarge):
        http.send("GET", receiver.url)


def test_a_target_replaces_that_of_the_url_and_may_contain_a_hash() -> None:
    with Receiver() as receiver, Http() as http:
        http.send("GET", f"{receiver.url}/own?own", target="/a#b?c#d")
        assert receiver.received().startswith(b"GET /a#b?c#d HTTP/1.1\r\n")
        with pytest.raises(Invalid):
            http.send("GET", receiver.url, target="/a b")


def closes_after_one_response() -> Endpoint:
    """Return an endpoint that closes the connection at the second request."""
    responses = [OK, b""]
    return Endpoint(lambda _: responses.pop(0) if responses else OK)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_idempotent_request_is_resent_if_a_kept_connection_was_closed(method: str) -> None:
    with closes_after_one_response() as endpoint, Http() as http:
        assert [http.send(method, endpoint.url).status for _ in range(2)] == [200, 200]
        assert (endpoint.waiting, endpoint.connections) == (3, 2)


def test_a_request_that_may_have_been_processed_is_not_resent() -> None:
    with closes_after_one_response() as endpoint, Http() as http:
        http.send("POST", endpoint.url)
        with pytest.raises(Unreachable, match="it may have received the request"):
            http.send("POST", endpoint.url)
        assert endpoint.waiting == 2


def test_a_request_on_a_new_connection_is_not_resent() -> None:
    with Endpoint(lambda _: b"") as endpoint, Http() as http:
        with pytest.raises(Unreachable, match="it may have received the request"):
            http.send("GET", endpoint.url)
        assert endpoint.waiting == 1


def test_a_partially_sent_request_is_resent() -> None:
    body = bytes(32 * 2**20)  # more than socket buffers hold
    with socket.create_server(("127.0.0.1", 0)) as listener, Http() as http:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        responded = threading.Event()

        def serve() -> None:
            first, _ = listener.accept()
            with first:
                first.recv(65_536)
                first.sendall(OK)
                first.recv(1)
                first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            second, _ = listener.accept()
            with second:
                left = len(body)
                while left > 0:
                    left -= len(second.recv(2**20))
                second.sendall(OK)
                responded.wait(PATIENCE_SECONDS)

        with ThreadPoolExecutor(1) as server:
            served = server.submit(serve)
            http.send("POST", url)
            assert http.send("POST", url, body=body).status == 200
            responded.set()
            served.result()


class ExclusivePool(httpcore.ConnectionPool):
    """Fails when two requests use it at the same time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._in_use = threading.Lock()

    @contextmanager
    def stream(self, *args: Any, **options: Any) -> Iterator[httpcore.Response]:
        assert self._in_use.acquire(blocking=False), "two requests share a pool"
        try:
            with super().stream(*args, **options) as response:
                yield response
        finally:
            self._in_use.release()


def test_concurrent_requests_share_no_pool_and_later_ones_reuse_its_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(httpcore, "ConnectionPool", ExclusivePool)
    together = threading.Barrier(8)

    def respond(request: bytes) -> bytes:
        if b"together" in request:
            together.wait(PATIENCE_SECONDS)
        return OK

    with Endpoint(respond) as endpoint, Http() as http, ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            list(threads.map(lambda _: http.send("POST", f"{endpoint.url}/together"), range(8)))
        for _ in range(20):
            http.send("POST", endpoint.url)
        assert endpoint.connections == 8


def test_a_connection_in_use_is_closed_when_its_request_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as threads:
        http = Http(timeout=PATIENCE_SECONDS)
        sent = threads.submit(http.send, "GET", f"http://127.0.0.1:{listener.getsockname()[1]}")
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(PATIENCE_SECONDS)
            connection.recv(2**16)
            http.close()
            connection.sendall(OK)
            assert sent.result().status == 200
            assert connection.recv(1) == b""
