"""Handshakes: the server responds as providers expect, while the callback has a viewer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.test_replies import FIXED, PREFLIGHT, ask, put
from tests.providers.vectors import Vector, content_of, files, lines, read
from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.responders import Responder, decline, give
from tests.support.sender import Response, post, send
from tests.support.viewers import PacketViewer

HANDSHAKES = [
    vector
    for file in files()
    for vector in read(file)
    if "handshake" in vector and vector["request"].get("complete", True)
]
OPEN = next(each for each in HANDSHAKES if each["handshake"] and "secret" not in each["handshake"])
DEFAULT = {"status": 200}


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def ask_as(vector: Vector, server: Server, uuid: str) -> Response:
    """Send the request of a vector to a callback."""
    given = vector["request"]
    body = content_of(given.get("body", ""))
    query = given.get("query_string", "")
    target = f"/{uuid}{given.get('path', '')}" + (f"?{query}" if query else "")
    host = given.get("host", "hooks.example.com")
    named = [line for line in lines(given.get("headers", {})) if line[0].lower() not in OWN]
    head = [
        f"{given.get('method', 'POST')} {target} HTTP/1.1",
        *(f"{name}: {value}" for name, value in (("Host", host), *named)),
        f"Content-Length: {len(body)}",
    ]
    return send(server.address, "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)


OWN = ("host", "content-length", "transfer-encoding")


def source(viewer: PacketViewer) -> str:
    """Return what the next response comes from."""
    return str(viewer.event("responded")["by"])


def watch(here: Server, there: Server, uuid: str, **more: Any) -> Responder:
    """Join on one worker, and wait until the other one counts the viewer."""
    viewer = Responder(here, uuid, **more)
    eventually(lambda: post(there.address, f"/{uuid}").headers["webhook-viewers"] == "1")
    return viewer


def test_every_documented_handshake_gets_its_response(
    workers: tuple[Server, Server], uuid: str, subtests: Any
) -> None:
    here, there = workers
    with watch(here, there, uuid, respond=False) as viewer:
        post(there.address, f"/{uuid}/status/299")
        while viewer.event("responded")["status"] != 299:
            pass
        for vector in HANDSHAKES:
            with subtests.test(about=vector["about"]):
                response = ask_as(vector, there, uuid)
                expected = vector["handshake"] or DEFAULT
                is_made = expected is not DEFAULT and "secret" not in expected
                assert source(viewer) == ("handshake" if is_made else "default")
                check(response, expected if is_made else DEFAULT, vector)


def check(response: Response, expected: dict[str, Any], vector: Vector) -> None:
    body = content_of(expected.get("body", ""))
    assert response.status == expected["status"]
    assert response.body == (b"" if vector["request"].get("method") == "HEAD" else body)
    assert response.headers["webhook-viewers"] == "1"
    length = response.headers.get("content-length", "0")
    assert length == str(len(body)) or expected["status"] == 204
    assert FIXED.items() <= {**response.headers, "access-control-allow-origin": "*"}.items()
    for name, value in lines(expected.get("headers", {})):
        assert response.headers[name.lower()] == value


def test_a_handshake_gets_the_default_response_without_a_viewer(
    workers: tuple[Server, Server], uuid: str
) -> None:
    response = ask_as(OPEN, workers[0], uuid)
    assert (response.status, response.body) == (200, b"")
    assert response.headers["webhook-viewers"] == "0"


def test_other_responses_take_precedence_over_that_of_a_handshake(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with watch(here, there, uuid, respond=False) as viewer:
        before = there.metrics()["handshake_responses_total"]
        put(here, uuid, status=418, times=1)
        assert ask_as(OPEN, there, uuid).status == 418
        assert ask_as(OPEN, there, uuid).body == content_of(OPEN["handshake"]["body"])
        assert there.metrics()["handshake_responses_total"] == before + 1
        assert viewer.join(uuid, respond=True)["ok"]
        waiting = pool.submit(ask_as, OPEN, there, uuid)
        while give(there, viewer.request(), b"live").status != 204:
            pass
        assert waiting.result().body == b"live"
        declined = pool.submit(ask_as, OPEN, there, uuid)
        decline(there, viewer.request())
        assert declined.result().body == b"", "the responder decides, not the registry"
        in_path = {**OPEN, "request": {**OPEN["request"], "path": "/status/202"}}
        assert ask_as(in_path, there, uuid).status == 202


def test_a_preflight_is_not_a_handshake(workers: tuple[Server, Server], uuid: str) -> None:
    here, there = workers
    asking = "WebHook-Request-Origin: events.example.com"
    with watch(here, there, uuid, respond=False):
        response = ask(there, "OPTIONS", f"/{uuid}", asking, *PREFLIGHT)
        assert response.headers["access-control-allow-methods"] == "PUT"
        assert "webhook-allowed-origin" not in response.headers


def test_a_server_can_switch_handshakes_off(uuid: str) -> None:
    with Server(HANDSHAKES="off") as server, Responder(server, uuid, respond=False) as viewer:
        assert ask_as(OPEN, server, uuid).body == b""
        assert source(viewer) == "default"
