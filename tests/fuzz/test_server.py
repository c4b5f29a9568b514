"""A running server delivers exactly the requests that it acknowledged to their senders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import strategies as st

from tests.fuzz.cases import fuzz
from tests.fuzz.requests import SPLITS, chunked_bodies, heads, in_pieces
from tests.support.processes import Server
from tests.support.sender import Sender
from tests.support.viewers import PacketViewer

UUID = str(uuid4())
PATH = f"/{UUID}".encode()
LAST = b"POST %b/last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" % PATH
STATUSES = re.compile(rb"HTTP/1\.1 (\d{3}) ")
SERVER_FAULTS = {b"500", b"502", b"503", b"504"}
"""Without 501 and 505, which mean that the sender used an unsupported coding or version."""
PUBLISHED = re.compile(rb"\r\nWebhook-Viewers: 1\r\n")

REQUESTS = st.lists(
    st.tuples(heads(PATH), st.binary(max_size=8) | chunked_bodies()).map(b"".join), max_size=3
).map(b"".join)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def viewer(server: Server) -> Iterator[PacketViewer]:
    with PacketViewer(server.url, {"uuid": UUID}) as viewer:
        viewer.event("joined")
        yield viewer


def responses(server: Server, pieces: list[bytes]) -> bytes:
    """Send the pieces, close the sending direction and return everything received."""
    with Sender(server.address) as sender:
        for piece in pieces:
            sender.send(piece)
        sender.close_half()
        return sender.rest()


def delivered(server: Server, viewer: PacketViewer) -> int:
    """Count the requests that the viewer received before a new one."""
    assert STATUSES.findall(responses(server, [LAST])) == [b"200"]
    count = 0
    while not viewer.requests(1)[0]["path"].endswith("/last"):
        count += 1
    return count


@fuzz(raw=REQUESTS | st.binary(), splits=SPLITS)
def test_acknowledged_requests_are_delivered_and_no_request_causes_a_server_error(
    server: Server, viewer: PacketViewer, raw: bytes, splits: list[int]
) -> None:
    received = responses(server, in_pieces(raw.replace(b"/last", b"/x"), splits))
    assert not [status for status in STATUSES.findall(received) if status in SERVER_FAULTS]
    assert delivered(server, viewer) == len(PUBLISHED.findall(received))
    assert "Traceback" not in server.log
