"""A running server: whatever arrives, what viewers see is what senders were told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import strategies as st

from tests.fuzz.cases import fuzz
from tests.fuzz.requests import CUTS, chunked_bodies, heads, in_pieces
from tests.support.processes import Server
from tests.support.sender import Sender
from tests.support.viewers import PacketViewer

UUID = str(uuid4())
PATH = f"/{UUID}".encode()
LAST = b"POST %b/last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" % PATH
STATUSES = re.compile(rb"HTTP/1\.1 (\d{3}) ")
OUR_FAULTS = {b"500", b"502", b"503", b"504"}
"""Not 501 and 505: a sender may ask for a coding or a version that the server does not have."""
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
    """All that comes back to a sender that ends then."""
    with Sender(server.address) as sender:
        for piece in pieces:
            sender.send(piece)
        sender.close_half()
        return sender.rest()


def delivered(server: Server, viewer: PacketViewer) -> int:
    """How many requests came to the viewer before one that comes now."""
    assert STATUSES.findall(responses(server, [LAST])) == [b"200"]
    count = 0
    while not viewer.requests(1)[0]["path"].endswith("/last"):
        count += 1
    return count


@fuzz(raw=REQUESTS | st.binary(), cuts=CUTS)
def test_senders_are_told_the_truth_and_never_of_an_error_of_ours(
    server: Server, viewer: PacketViewer, raw: bytes, cuts: list[int]
) -> None:
    received = responses(server, in_pieces(raw.replace(b"/last", b"/x"), cuts))
    assert not [status for status in STATUSES.findall(received) if status in OUR_FAULTS]
    assert delivered(server, viewer) == len(PUBLISHED.findall(received))
    assert "Traceback" not in server.log
