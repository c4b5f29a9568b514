"""One connection over a real socket, with a small application for each test."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.exceptions import ServiceUnavailable

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.sender import Sender
from webhook_logger.errors import Reason
from webhook_logger.serving import connection, wire
from webhook_logger.serving.limits import ConnectionLimits
from webhook_logger.serving.slots import ConnectionSlots

PATIENT = ConnectionLimits(
    keep_alive_seconds=PATIENCE_SECONDS,
    head_seconds=PATIENCE_SECONDS,
    body_seconds=PATIENCE_SECONDS,
)
"""Limits that never expire: a test shortens only the one that it waits for."""
GET = b"GET /here HTTP/1.1\r\nHost: h\r\n\r\n"  # a path outside of the contract


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Respond with the body of the request."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


def ignore(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Respond without reading the body."""
    start_response("200 OK", [])
    return [b"ignored"]


def empty(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response(environ["QUERY_STRING"].replace("+", " "), [])
    return [b"must not be sent"]


def fail(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    raise RuntimeError("a detail")


def open_websocket(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    environ["eventlet.input"].take_connection()
    raise ServiceUnavailable("not reached")


class Pair(Sender):
    """The sender's end of a connection. A thread serves the other end."""

    def __init__(
        self,
        application: connection.Application,
        slots: int = 10,
        sent: bytes = b"",
        **short: float,
    ) -> None:
        """Connect. `sent`: bytes that arrive before it is served. `short`: changes to `PATIENT`."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            super().__init__(listener.getsockname())
            served, _ = listener.accept()
        self.refused: list[tuple[str, Reason]] = []
        """The reported refusals."""
        self.connection = connection.HttpConnection(
            *(served, ("127.0.0.1", 5), application, ConnectionSlots(slots), socket.socket.close),
            limits=replace(PATIENT, **short),
            refused=lambda line, reason: self.refused.append((line, reason)),
        )
        self.send(sent)
        self._thread = threading.Thread(target=self._serve, args=(served,))
        self._thread.start()

    def _serve(self, served: socket.socket) -> None:
        with served:
            self.connection.serve()

    def is_served_after(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return self._thread.is_alive()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()


def test_a_head_that_arrives_too_slowly_gets_408() -> None:
    with Pair(echo, head_seconds=0.3) as sender:
        sender.send(b"GET / HTTP/1.1\r\n")
        assert sender.rest().startswith(b"HTTP/1.1 408 Request Timeout\r\n")


REPORTED = {
    b"GET /a HTTP/1.1\r\nHost: h": ("GET /a HTTP/1.1\r", Reason.REQUEST_TIMEOUT),
    b"GET /a": ("GET /a", Reason.REQUEST_TIMEOUT),
    b"\r\nGET /\xff b HTTP/1.1\r\nHost: h\r\n\r\n": (
        "GET /\xff b HTTP/1.1\r",
        Reason.REQUEST_LINE_MALFORMED,
    ),
    b"GET /a HTTP/1.1\r\n\r\n": ("GET /a HTTP/1.1\r", Reason.HOST_MALFORMED),
    b"GET /a\n": ("GET /a", Reason.BARE_LINE_FEED),
    b"GET /" + b"a" * 9000: ("GET /" + "a" * 507, Reason.TARGET_TOO_LONG),
    b"GET http://h/fail HTTP/1.1\r\nHost: h\r\n\r\n": ("/fail", Reason.INTERNAL_ERROR),
}


@pytest.mark.parametrize("raw", REPORTED)
def test_a_refused_request_is_reported_with_the_beginning_of_its_line(raw: bytes) -> None:
    is_late = REPORTED[raw][1] is Reason.REQUEST_TIMEOUT
    with Pair(fail, sent=raw, head_seconds=0.3 if is_late else PATIENCE_SECONDS) as sender:
        if REPORTED[raw][1] is Reason.INTERNAL_ERROR:
            sender.response()
        else:
            sender.rest()
        assert sender.refused == [REPORTED[raw]]


def test_served_and_abandoned_requests_are_not_reported() -> None:
    for raw in (GET, b"GET / HTTP/1.1\r\nHost", b""):
        with Pair(echo) as sender:
            sender.send(raw)
            sender.close_half()
            sender.rest()
        assert sender.refused == []


def test_a_body_that_arrives_too_slowly_gets_408() -> None:
    with Pair(echo, body_seconds=0.3) as sender:
        sender.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel")
        assert sender.rest().startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_the_timeout_is_for_the_whole_head_and_not_for_each_byte() -> None:
    with Pair(echo, head_seconds=0.3) as sender:
        stopped = threading.Event()
        dripping = threading.Thread(target=drip, args=(sender, stopped))
        dripping.start()
        assert sender.rest().startswith(b"HTTP/1.1 408 ")
        stopped.set()
        dripping.join()


def drip(sender: Sender, stopped: threading.Event) -> None:
    try:
        while not stopped.wait(0.05):
            sender.send(b"G")
    except OSError:
        pass  # refused, as expected


def test_a_connection_that_stays_idle_is_closed_without_a_response() -> None:
    with Pair(echo, sent=GET, keep_alive_seconds=0.3) as sender:
        assert sender.response().status == 200
        assert sender.is_closed()


def respond_large(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"x" * LARGE_BYTES]


LARGE_BYTES = 2**25


def test_the_send_timeout_is_for_the_whole_response(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "SEND_SECONDS", 0.3)
    with Pair(respond_large) as sender:
        sender.send(GET)
        taken = 0
        while sender.is_served_after(0.05):  # the sender reads a little again and again
            taken += len(sender.socket.recv(2**16))
        assert taken + len(sender.rest()) < LARGE_BYTES


def test_an_unread_body_is_not_parsed_as_the_next_request() -> None:
    with Pair(ignore) as sender:
        sender.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 26\r\n\r\n" + GET)
        response = sender.rest()
        assert response.count(b"HTTP/1.1 200 OK") == 1
        assert b"Connection: close" in response


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_response_with_a_bodyless_status_has_no_body(status: str) -> None:
    with Pair(empty) as sender:
        sender.send(GET.replace(b"/here", f"/here?{status.replace(' ', '+')}".encode()))
        sender.close_half()
        response = sender.rest()
        assert response.startswith(f"HTTP/1.1 {status}\r\n".encode())
        assert response.endswith(b"\r\n\r\n")
        assert b"Content-Length" not in response


def test_a_head_request_gets_the_length_without_a_body() -> None:
    with Pair(ignore) as sender:
        sender.send(GET.replace(b"GET", b"HEAD"))
        sender.close_half()
        response = sender.rest()
        assert b"\r\nContent-Length: 7\r\n" in response
        assert response.endswith(b"\r\n\r\n")


def test_a_failure_is_logged_and_its_details_are_not_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with Pair(fail) as sender:
        sender.send(GET)
        response = sender.response()
    assert response.status == 500
    assert b"a detail" not in response.body
    assert "a detail" in caplog.text


def test_viewers_cannot_take_the_last_slots() -> None:
    with Pair(open_websocket, slots=1) as sender:
        sender.send(GET.replace(b"Host: h", b"Host: h\r\nSec-WebSocket-Version: 13"))
        response = sender.response()
    assert response.status == 503
    assert int(response.headers["retry-after"]) > 0


def test_a_closed_idle_connection_serves_no_more_requests() -> None:
    """Check that a request which has already arrived is not published."""
    with Pair(echo) as sender:
        sender.send(GET)
        assert sender.response().status == 200
        eventually(lambda: sender.connection.is_idle)
        sender.connection.close_if_idle()
        with suppress(OSError):
            sender.send(GET)
        assert sender.rest() == b""


def test_closing_idle_connections_does_not_end_a_request_in_flight() -> None:
    begun, closed = threading.Event(), threading.Event()

    def wait(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        begun.set()
        closed.wait()
        return echo(environ, start_response)

    with Pair(wait) as sender:
        sender.send(GET)
        begun.wait()
        sender.connection.close_if_idle()
        closed.set()
        assert sender.response().status == 200


def test_the_connection_of_a_viewer_does_not_keep_its_request() -> None:
    """It stays open for long."""
    kept: list[object] = []

    def take_connection(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        kept.append(environ["headers_raw"])
        environ["eventlet.input"].take_connection()
        return []

    with Pair(take_connection) as sender:
        sender.send(GET)
        assert not sender.is_served_after(PATIENCE_SECONDS)
        assert sender.connection.viewer
        assert gc.get_referrers(kept[0]) == [kept]
