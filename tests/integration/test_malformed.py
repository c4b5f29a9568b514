"""Malformed requests are refused, and the bytes after them are not read as a request (RFC 9112)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import pytest

from tests.integration.malformed import FAMILIES, MALFORMED, REFUSED, UUID, WHOLE
from tests.integration.malformed.raw import CHUNKED, head
from tests.integration.test_fidelity import body_of
from tests.support.processes import Server
from tests.support.sender import Sender, post
from tests.support.viewers import Viewer

SMUGGLED = f"POST /{UUID}/smuggled HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n".encode()
LAST = head("Connection: close", line=f"POST /{UUID}/last HTTP/1.1")
RESPONSES = re.compile(rb"HTTP/1\.1 (?!100 )(\d{3}) ")


@pytest.fixture(scope="module")
def viewer(memory_server: Server) -> Iterator[Viewer]:
    with Viewer(memory_server.url, uuid=UUID) as viewer:
        viewer.event("joined")
        yield viewer


def check_refused(server: Server, viewer: Viewer, raw: bytes, status: int) -> None:
    """Check that the bytes and a good request after them get one response and are not delivered."""
    with Sender(server.address) as sender:
        with suppress(ConnectionError):  # it may close while we still send
            sender.send(raw + SMUGGLED)
        response = sender.rest()
    assert RESPONSES.findall(response) == [b"%d" % status], response
    assert b"\r\nConnection: close\r\n" in response
    assert b'{"error": {"code": %d, ' % status in response
    post(server.address, f"/{UUID}/check")
    assert viewer.event("request")["path"] == f"/{UUID}/check"
    assert "Traceback" not in server.log


def test_the_table_has_200_cases_with_unique_names() -> None:
    raws = [*MALFORMED.values(), *(raw for _, raw in REFUSED.values())]
    raws += [raw for raw, _ in WHOLE.values()]
    assert len(set(raws)) >= 200
    assert len(MALFORMED) == sum(map(len, FAMILIES.values()))


@pytest.mark.parametrize("family", FAMILIES)
def test_malformed_requests_are_refused(
    memory_server: Server, viewer: Viewer, subtests: pytest.Subtests, family: str
) -> None:
    for name, raw in FAMILIES[family].items():
        with subtests.test(name):
            check_refused(memory_server, viewer, raw, 400)


def test_oversize_and_unsupported_requests_are_refused(
    memory_server: Server, viewer: Viewer, subtests: pytest.Subtests
) -> None:
    for name, (status, raw) in REFUSED.items():
        with subtests.test(name):
            check_refused(memory_server, viewer, raw, status)


def test_a_request_that_resembles_several_is_one_request(
    memory_server: Server, viewer: Viewer, subtests: pytest.Subtests
) -> None:
    for name, (raw, body) in WHOLE.items():
        with subtests.test(name), Sender(memory_server.address) as sender:
            sender.send(raw + LAST)
            response = sender.rest()
            assert RESPONSES.findall(response) == [b"200", b"200"], response
            assert body_of(viewer.event("request")) == body
            assert viewer.event("request")["path"] == f"/{UUID}/last"


def test_a_good_request_before_a_malformed_one_is_delivered(
    memory_server: Server, viewer: Viewer
) -> None:
    good = head("Content-Length: 4") + b"good"
    with Sender(memory_server.address) as sender:
        sender.send(good + MALFORMED["two differing lengths"] + SMUGGLED)
        responses = sender.rest()
    assert (responses.count(b"HTTP/1.1 200 "), responses.count(b"HTTP/1.1 400 ")) == (1, 1)
    assert viewer.event("request")["body"]["content"] == "good"


def test_requests_after_a_refused_one_are_not_delivered(
    memory_server: Server, viewer: Viewer
) -> None:
    check_refused(memory_server, viewer, MALFORMED["a length and a coding"] + SMUGGLED * 1000, 400)


def test_an_idle_new_connection_stays_open(memory_server: Server) -> None:
    with Sender(memory_server.address) as silent:
        for _ in range(100):
            post(memory_server.address, f"/{uuid4()}")
        silent.send(head(line=f"POST /{uuid4()} HTTP/1.1"))
        assert silent.response().status == 200


def test_a_connection_reset_by_the_sender_is_not_logged() -> None:
    with Server() as server:
        with Sender(server.address) as sender:
            sender.send(head("Content-Length: 5") + b"ab")
            sender.reset()
        server.end()
        assert re.fullmatch(".* INFO .* SIGTERM: .*\n", server.log)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_an_error_for_a_callback_has_the_headers_of_callbacks(
    memory_server: Server, accept: str
) -> None:
    raw = head(CHUNKED, f"Accept: {accept}") + b"zz\r\n"
    with Sender(memory_server.address) as sender:
        sender.send(raw)
        response = sender.response()
    assert (response.status, response.headers["content-type"]) == (400, "application/json")
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["content-security-policy"] == "sandbox"
    assert response.headers["cache-control"] == "no-store"
    assert "webhook-viewers" not in response.headers
