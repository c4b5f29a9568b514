"""A running server still serves other viewers when one viewer sends arbitrary packets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

import pytest
import websocket
from hypothesis import strategies as st

from tests.fuzz.cases import fuzz
from tests.fuzz.values import JOINS, JSON
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Server
from tests.support.sender import post
from tests.support.viewers import PacketViewer

UUID = str(uuid4())
POLLING = "/socket.io/?EIO=4&transport=polling"

EVENTS = st.sampled_from(["join", "leave", "connect", "disconnect", "message", "request", ""])
TYPES = st.sampled_from([*"1234569", *(f"4{kind}" for kind in range(8))])
ATTACHMENTS = st.sampled_from(["", "1-", "2-", "99999999-", "-", "51-"])
NAMESPACES = st.sampled_from(["", "/,", "/other,", "/?a=b,", "/" + "x" * 100])
IDS = st.sampled_from(["", "1", "0", "9" * 30])
DATA = (
    st.tuples(EVENTS, JOINS | JSON).map(list).map(json.dumps)
    | st.tuples(EVENTS, JSON, JSON).map(list).map(json.dumps)
    | JSON.map(json.dumps)
    | st.sampled_from(['["join",{"_placeholder":true,"num":0}]', "[" * 500, '["join"', "{}", ""])
)
TEXTS = st.tuples(TYPES, ATTACHMENTS, NAMESPACES, IDS, DATA).map("".join) | st.text(max_size=30)
PING = websocket.ABNF.create_frame("", websocket.ABNF.OPCODE_PING).format()
PACKETS = TEXTS | st.binary(max_size=30)
PAYLOADS = st.lists(TEXTS, max_size=20).map("\x1e".join)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def viewer(server: Server) -> Iterator[PacketViewer]:
    with PacketViewer(server.url, {"uuid": UUID}) as viewer:
        viewer.event("joined")
        yield viewer


def is_served(server: Server, viewer: PacketViewer) -> bool:
    assert "Traceback" not in server.log
    assert post(server.address, f"/{UUID}").headers["webhook-viewers"] == "1"
    return bool(viewer.requests(1)[0]["seq"])


def send_all(viewer: PacketViewer, packets: list[str | bytes]) -> None:
    """Send the packets, and wait until the server has read them or closed the connection."""
    for packet in packets:
        viewer.write(packet)
    # The pong is not a text frame, so that `read` raises an error.
    viewer.write_raw(PING)
    while True:
        viewer.read()


@fuzz(packets=st.lists(PACKETS, max_size=6), auth=JOINS | JSON)
def test_other_viewers_are_served_when_one_sends_any_packets(
    server: Server, viewer: PacketViewer, packets: list[str | bytes], auth: Any
) -> None:
    with suppress(OSError, websocket.WebSocketException):
        with PacketViewer(server.url, auth) as hostile:
            send_all(hostile, packets)
    assert is_served(server, viewer)


@fuzz(payload=PAYLOADS.map(str.encode) | st.binary(max_size=60))
def test_any_bytes_posted_to_a_polling_connection_are_accepted_or_refused(
    server: Server, viewer: PacketViewer, payload: bytes
) -> None:
    connection = HTTPConnection(*server.address, timeout=PATIENCE_SECONDS)
    connection.request("GET", POLLING)
    opened = json.loads(connection.getresponse().read()[1:])
    connection.request("POST", f"{POLLING}&sid={opened['sid']}", payload)
    response = connection.getresponse()
    response.read()
    connection.close()
    assert response.status in (200, 400)
    assert is_served(server, viewer)


def test_no_viewer_or_room_remains(server: Server, viewer: PacketViewer) -> None:
    viewer.end()
    eventually(lambda: server.metrics()["viewers"] == server.metrics()["rooms"] == 0)
