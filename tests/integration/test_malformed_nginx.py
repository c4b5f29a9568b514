"""The same table through the balancer that is shipped, which reads requests in its own way.

What it refuses is refused; what it lets through is what it took for one request, with the id that
it gave. A second one within it would have no id of nginx, and later responses would be others'.
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
"""Requests behind each that nginx passed on: it keeps connections to the workers, and one of these
gets that one.
"""
NGINX = b"<center>nginx</center>"
"""On the pages of nginx' own errors. It reads a request to its end before it passes it on, so that
such a response tells that no worker got anything.
"""

TWO_TO_NGINX = {
    "TERM.EXT, a chunk's line ends in LF",
    "EXT.TERM, a chunk's extension has LF",
}
"""nginx takes LF for the end of a chunk's line, and so for two requests, with an id each."""

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
    """All that a sender of these bytes gets until the connection is closed."""
    received = b""
    with Sender(nginx.address) as sender, suppress(ConnectionError):
        sender.send(raw + LAST)
        while data := sender.socket.recv(65536):
            received += data
    return received


def check_what_follows(nginx: Nginx) -> None:
    """Each later request gets its own response."""
    for number in itertools.islice(numbers, FOLLOWING):
        code = 400 + number % 100
        eventually(lambda: got_response(nginx, code))  # noqa: B023


def got_response(nginx: Nginx, code: int) -> bool:
    """Whether a request got its own response; False where nginx' patience ended before all was
    sent, as on a busy machine.
    """
    with suppress(ConnectionError):
        assert post(nginx.address, f"/{UUID}/status/{code}").status == code
        return True
    return False


def seen_until(viewer: Viewer, count: int) -> list[Wire]:
    """What was delivered before so many of the requests that follow, in their order."""
    seen: list[Wire] = []
    while count:
        request = viewer.event("request")
        if re.fullmatch(rf"/{UUID}/status/\d+", request["path"]):
            count -= 1
        else:
            seen.append(request)
    return seen


@pytest.mark.parametrize("table", TABLES)
def test_what_nginx_lets_through_is_one_request_and_connections_stay_in_step(
    nginx: Nginx, viewer: Viewer, subtests: pytest.Subtests, table: str
) -> None:
    for name, raw in TABLES[table].items():
        with subtests.test(name):
            response = response_to(nginx, raw)
            statuses = RESPONSES.findall(response)
            assert not FAULTS & set(statuses)
            if not statuses or len(statuses) > response.count(NGINX):
                check_what_was_passed_on(nginx, viewer, name)
    check_what_was_passed_on(nginx, viewer, "")


def check_what_was_passed_on(nginx: Nginx, viewer: Viewer, name: str) -> None:
    """Send requests behind it, and look at all that was delivered before them."""
    check_what_follows(nginx)
    seen = seen_until(viewer, FOLLOWING)
    assert len({request["id"] for request in seen}) == len(seen)
    assert all(re.fullmatch("[0-9a-f]{32}", request["id"]) for request in seen)
    assert sum(request["path"].endswith("/last") for request in seen) <= 1
    hidden = [request for request in seen if "/hidden/" in request["path"]]
    assert not hidden or name in TWO_TO_NGINX
