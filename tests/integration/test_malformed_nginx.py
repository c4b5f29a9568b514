"""Send the table of malformed requests through nginx, which parses them in its own way.

nginx refuses a request, or passes it on as one request with an id. If a worker found a second
request in it, that would have no id from nginx, and later responses would go to the wrong senders.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.integration.malformed import FAMILIES, REFUSED, UUID, WHOLE
from tests.integration.test_malformed import LAST, RESPONSES
from tests.support.patience import eventually
from tests.support.processes import Nginx, Redis, Server
from tests.support.sender import Sender, post
from tests.support.viewers import Viewer, Wire

TABLES = {
    **FAMILIES,
    "too large or unknown": {name: raw for name, (_, raw) in REFUSED.items()},
    "whole": {name: raw for name, (raw, _) in WHOLE.items()},
}
PATIENCE = "300ms"
FAULTS = {b"500", b"502", b"503", b"504"}
FOLLOWING = 3
"""Requests sent after each one that nginx passed on, so that one of them uses its connection."""
NGINX = b"<center>nginx</center>"
"""The mark of nginx's own error pages.

nginx reads a whole request before it passes it on, so that no worker received a request with such a
response.
"""

TWO_REQUESTS_IN_NGINX = {
    "TERM.EXT, a chunk's line ends in LF",
    "EXT.TERM, a chunk's extension has LF",
}
"""nginx accepts LF as the end of a chunk's line, so these are two requests, each with an id."""

numbers = itertools.count()


@pytest.fixture(scope="module")
def nginx(redis: Redis) -> Iterator[Nginx]:
    settings = {"REDIS_URL": redis.url, "BALANCER_HEADERS": "webhook-logger"}
    with Server(**settings) as a, Server(**settings) as b:
        with Nginx(a.until_ready(), b.until_ready(), patience=PATIENCE) as nginx:
            yield nginx


@pytest.fixture(scope="module")
def viewer(nginx: Nginx) -> Iterator[Viewer]:
    with Viewer(nginx.url, uuid=UUID) as viewer:
        viewer.event("joined")
        yield viewer


def response_to(nginx: Nginx, raw: bytes) -> bytes:
    """Send the bytes and return everything received until the connection is closed."""
    received = b""
    with Sender(nginx.address) as sender, suppress(ConnectionError):
        sender.send(raw + LAST)
        while data := sender.socket.recv(65536):
            received += data
    return received


def check_next_requests(nginx: Nginx) -> None:
    """Check that each further request gets its own response."""
    for number in itertools.islice(numbers, FOLLOWING):
        code = 400 + number % 100
        eventually(lambda: gets_own_response(nginx, code))  # noqa: B023


def gets_own_response(nginx: Nginx, code: int) -> bool:
    """Return whether a request got its own response.

    False means that nginx timed out before the whole request was sent, as on a busy machine.
    """
    with suppress(ConnectionError):
        assert post(nginx.address, f"/{UUID}/status/{code}").status == code
        return True
    return False


def delivered_before(viewer: Viewer, count: int) -> list[Wire]:
    """Return the requests that were delivered before `count` of the further requests."""
    seen: list[Wire] = []
    while count:
        request = viewer.event("request")
        if re.fullmatch(rf"/{UUID}/status/\d+", request["path"]):
            count -= 1
        else:
            seen.append(request)
    return seen


@pytest.mark.parametrize("table", TABLES)
def test_nginx_passes_on_one_request_and_connections_stay_in_step(
    nginx: Nginx, viewer: Viewer, subtests: pytest.Subtests, table: str
) -> None:
    for name, raw in TABLES[table].items():
        with subtests.test(name):
            response = response_to(nginx, raw)
            statuses = RESPONSES.findall(response)
            assert not FAULTS & set(statuses)
            if not statuses or len(statuses) > response.count(NGINX):
                check_passed_on(nginx, viewer, name)
    check_passed_on(nginx, viewer, "")


def check_passed_on(nginx: Nginx, viewer: Viewer, name: str) -> None:
    """Send further requests, and check the requests that were delivered before them."""
    check_next_requests(nginx)
    seen = delivered_before(viewer, FOLLOWING)
    assert len({request["id"] for request in seen}) == len(seen)
    assert all(re.fullmatch("[0-9a-f]{32}", request["id"]) for request in seen)
    assert sum(request["path"].endswith("/last") for request in seen) <= 1
    hidden = [request for request in seen if "/hidden/" in request["path"]]
    assert not hidden or name in TWO_REQUESTS_IN_NGINX
