"""Behind HAProxy and Caddy with the shipped files, requests arrive and viewers receive them.

docs/deployment.md lists what each of them changes in a captured request.
"""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPResponse
from uuid import uuid4

import pytest

from tests.support.balancers import Balancer, Caddy, HAProxy, find
from tests.support.event_viewer import EventViewer
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Redis, Server, status_of
from webhook_logger.captured import CapturedRequest
from webhook_logger.client import Inbox

LINES = (
    "Host: localhost",
    "X-zeta: 1",
    "x-ALPHA: two",
    "X-zeta: 3",
    "Via: 1.1 sender",
    "X-Forwarded-For: 9.9.9.9",
    "Webhook-Logger-Client: 6.6.6.6",
    "Transfer-Encoding: chunked",
)
TARGET = "/a//b/../c%2F%7e/;p=1?x=%20&&y=+"
BODY = b"3\r\nabc\r\n0\r\nX-Sum: 42\r\n\r\n"
HAPROXY_LINES = [
    *([name.lower(), value] for name, value in (line.split(": ") for line in LINES[:6])),
    ["transfer-encoding", "chunked"],
]
"""HAProxy changes names to lower case, and nothing else."""
CADDY_LINES = [
    ["Host", "localhost"],
    ["Transfer-Encoding", "chunked"],
    ["Via", "1.1 sender"],
    ["X-Alpha", "two"],
    ["X-Zeta", "1"],
    ["X-Zeta", "3"],
]
"""Caddy sorts lines, changes the case of names and drops the sender's X-Forwarded-For."""


@pytest.fixture(scope="module")
def pair(redis: Redis) -> Iterator[tuple[Server, Server]]:
    settings = {"REDIS_URL": redis.url, "BALANCER_HEADERS": "webhook-logger"}
    with Server(**settings, DRAIN_SECONDS=60) as leaving, Server(**settings) as other:
        yield leaving.until_ready(), other.until_ready()
        leaving.terminate()
        leaving.terminate()


def send(balancer: Balancer, target: str) -> int:
    """Send a request with these lines, and return the status of the response."""
    head = "\r\n".join((f"POST {target} HTTP/1.1", *LINES, "", ""))
    with balancer.connect() as sock:
        sock.sendall(head.encode() + BODY)
        response = HTTPResponse(sock)
        response.begin()
        return response.status


def captured(balancer: Balancer) -> CapturedRequest:
    """Send a request to a new callback through the balancer, and return it as a viewer sees it."""
    with Inbox(balancer.url, tls=balancer.tls) as inbox:
        path = "/" + inbox.url.rpartition("/")[2]
        assert send(balancer, path + TARGET) == 200
        seen = inbox.wait(timeout=PATIENCE_SECONDS)
    assert f"{seen.path}?{seen.query_string}" == path + TARGET
    assert seen.body.content == b"abc"
    assert seen.remote_addr == "127.0.0.1"
    assert len(seen.id) == 36
    return seen


def check_events(balancer: Balancer) -> None:
    """Check that events over HTTP arrive one by one."""
    uuid = str(uuid4())
    with EventViewer(balancer.url, uuid, sock=balancer.connect()) as viewer:
        viewer.event("joined")
        for number in range(3):
            assert send(balancer, f"/{uuid}/{number}") == 200
            assert viewer.event("request")["subpath"] == f"/{number}"


@pytest.mark.skipif(not find("haproxy"), reason="needs HAProxy")
def test_haproxy_changes_only_the_case_of_names(pair: tuple[Server, Server]) -> None:
    leaving, other = pair
    with HAProxy(leaving, other) as balancer:
        seen = captured(balancer)
        assert [list(line) for line in seen.headers] == HAPROXY_LINES
        assert [list(line) for line in seen.trailers] == [["x-sum", "42"]]
        assert seen.scheme == "http"
        check_events(balancer)
        leaving.terminate()
        eventually(lambda: status_of(leaving.url + "/readyz") == 503)
        captured(balancer)
        check_events(balancer)
        assert leaving.metrics()["viewers"] == 0


@pytest.mark.skipif(not find("caddy"), reason="needs Caddy")
def test_caddy_serves_https_and_changes_what_the_docs_list(pair: tuple[Server, Server]) -> None:
    _, other = pair
    with Caddy(other) as balancer:
        seen = captured(balancer)
        # Newer versions add this line.
        lines = [list(line) for line in seen.headers if line != ("Via", "1.1 Caddy")]
        assert lines == CADDY_LINES
        assert not seen.trailers
        assert seen.scheme == "https"
        check_events(balancer)
        with balancer.connect() as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: another.example\r\n\r\n")
            response = HTTPResponse(sock)
            response.begin()
            assert response.status == 421
