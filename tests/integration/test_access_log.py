"""The logs of the server and of nginx: a line for each request, and no part of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.support.patience import eventually
from tests.support.processes import Nginx, Server
from tests.support.sender import Sender, ask, post, send
from tests.support.viewers import PacketViewer
from webhook_logger import __version__
from webhook_logger.serving.access_log import digest_of

MARK = "mark3r"
"""In every part of the requests here that a log must not contain."""
LOGGED = {
    "ACCESS_LOG": "on",
    "LOG_FORMAT": "json",
    "LOG_LEVEL": "DEBUG",
    "BALANCER_HEADERS": "webhook-logger",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(**LOGGED) as server:
        yield server


@pytest.fixture(scope="module")
def nginx(server: Server) -> Iterator[Nginx]:
    with Nginx(server, logs_requests=True) as nginx:
        yield nginx


def lines(server: Server) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log.splitlines()]


def requests_of(server: Server, uuid: str) -> list[dict[str, Any]]:
    """Return the lines of the requests to a callback."""
    return [line for line in lines(server) if line.get("callback") == digest_of(uuid)]


def test_a_request_is_one_line_of_json(server: Server) -> None:
    uuid = str(uuid4())
    with PacketViewer(server.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        post(server.address, f"/{uuid}/orders?a=b", b"twelve bytes")
        eventually(lambda: requests_of(server, uuid))
        [line] = requests_of(server, uuid)
        captured = viewer.event("request")
    sent = line.pop("time"), line.pop("worker"), line.pop("seconds")
    assert sent[0].endswith("Z")
    assert sent[1].endswith(f"-{server.pid}")
    assert sent[2] > 0
    assert line.pop("bytes_in") > 12 < line.pop("bytes_out")
    assert line == {
        "level": "info",
        "logger": "webhook_logger.access",
        "message": "Request",
        "method": "POST",
        "path": "callback",
        "status": 200,
        "callback": digest_of(uuid),
        "request": captured["id"],
        "version": __version__,
    }
    eventually(lambda: lines(server)[-1].get("status") == 101)
    assert lines(server)[-1]["path"] == "/socket.io/"


def test_the_start_is_a_line_of_json(server: Server) -> None:
    assert lines(server)[0]["message"].startswith(f"Serving {server.url}, with delivery in this ")


def test_a_line_has_the_rule_of_the_path(server: Server) -> None:
    uuid = str(uuid4())
    paths = {
        "/": 302,
        f"/view/{uuid}": 200,
        f"/api/callbacks/{uuid}/reply": 200,
        "/readyz?x": 200,
        f"/{MARK}": 404,
        f"//{uuid}": 404,
    }
    before = len(lines(server))
    for path, status in paths.items():
        assert ask(server.address, "GET", path).status == status
    assert ask(server.address, "PATCH", f"/api/callbacks/{uuid}/reply").status == 405
    send(server.address, b"not HTTP\r\n\r\n")
    eventually(lambda: lines(server)[-1].get("path") == "malformed")
    shown = [(line["method"], line["path"], line["status"]) for line in lines(server)[before:]]
    assert shown == [
        ("GET", "/", 302),
        ("GET", "/view/<uuid>", 200),
        ("GET", "/api/callbacks/<uuid>/reply", 200),
        ("GET", "/readyz", 200),
        ("GET", "other", 404),
        ("GET", "other", 404),
        ("PATCH", "/api/callbacks/<uuid>/reply", 405),
        ("other", "malformed", 400),
    ]


def test_requests_on_one_connection_are_counted_apart(server: Server) -> None:
    uuid = str(uuid4())
    head = f"POST /{uuid} HTTP/1.1\r\nHost: h\r\nContent-Length: "
    both = [f"{head}{size}\r\n\r\n".encode() + b"x" * size for size in (10, 3000)]
    with Sender(server.address) as sender:
        sender.send(b"".join(both))
        eventually(lambda: len(requests_of(server, uuid)) == 2)
    assert [line["bytes_in"] for line in requests_of(server, uuid)] == list(map(len, both))


def test_no_log_contains_a_part_of_a_request(server: Server, nginx: Nginx) -> None:
    """With LOG_LEVEL=DEBUG, directly and through nginx, also for refused requests."""
    uuid = str(uuid4())
    for target in (server, nginx):
        with PacketViewer(target.url, {"uuid": uuid, MARK: MARK}) as viewer:
            viewer.event("joined")
            _send_marked(target, uuid)
            viewer.write("42" + json.dumps([MARK, {MARK: MARK}]))
            viewer.write("42" + json.dumps({MARK: MARK}))
            viewer.write(f"9{MARK}")
    eventually(lambda: len(requests_of(server, uuid)) == 6)
    eventually(lambda: nginx.access_log.count("\n") >= 8)
    for log in (server.log, nginx.access_log, nginx.error_log):
        for secret in (MARK, MARK.upper(), uuid, uuid.upper()):
            assert secret not in log
    ids = {line["request"] for line in requests_of(server, uuid) if "request" in line}
    assert ids & {json.loads(line)["request"] for line in nginx.access_log.splitlines()}


def _send_marked(target: Server | Nginx, uuid: str) -> None:
    reply = f"/api/callbacks/{uuid}/reply"
    polling = f"/socket.io/?EIO=4&transport=polling&sid={MARK}"
    for line, body in (
        (f"POST /{uuid}/{MARK}?{MARK}={MARK} HTTP/1.1", MARK),
        (f"POST /{uuid.upper()}/{MARK} HTTP/1.1", MARK * 200_000),
        (f"POST /{uuid}/status/503?{MARK} HTTP/1.1", MARK),
        (f"POST /{MARK}/{uuid} HTTP/1.1", MARK),
        (f"PUT {reply}?{MARK} HTTP/1.1", MARK),
        (f"GET /view/{uuid}?{MARK} HTTP/1.1", ""),
        (f"{MARK.upper()} /view/{uuid}?{MARK} HTTP/1.1", ""),
        (f"GET {polling} HTTP/1.1", ""),
        (f"GET /{uuid}/{MARK} HTTP/9.9", ""),
        (f"{MARK} {uuid}", ""),
    ):
        head = (line, "Host: h", f"X-{MARK}: {MARK}", f"Content-Length: {len(body)}")
        with Sender(target.address) as sender:
            sender.send("\r\n".join((*head, "Connection: close", "", body)).encode())
            sender.rest()
