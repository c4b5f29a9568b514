"""Load the server's stream.js in Node."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.node_stream import KINDS, NodeStream
from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.proxy import SwallowingProxy
from tests.support.sender import post

ASIDES = ("requestResponded", "replyChanged")


@pytest.fixture(scope="module")
def module(memory_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("module") / "stream.mjs"
    with urlopen(f"{memory_server.url}/static/stream.js") as response:
        path.write_bytes(response.read())
    return path


Open = Callable[..., NodeStream]


@pytest.fixture
def open_stream(module: Path) -> Iterator[Open]:
    """Open streams in Node, and end them after the test."""
    opened = []

    def open_one(position: str, *options: str) -> NodeStream:
        opened.append(NodeStream(module, position, *options))
        return opened[-1]

    yield open_one
    for node in opened:
        node.end()


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_in_node_receives_requests_as_sent(
    memory_server: Server, uuid: str, open_stream: Open, kind: str
) -> None:
    node = open_stream(f"{memory_server.url}/{uuid}", *KINDS[kind])
    joined = node.until("joined")
    assert (joined["uuid"], joined["missed"], joined["viewers"]) == (uuid, 0, 1)
    response = post(memory_server.address, f"/{uuid}/orders?a=1", b"\0", "X-Dup: 1", "X-Dup: 2")
    assert response.headers["webhook-viewers"] == "1"
    name, request = node.event(*ASIDES)
    assert (name, request["path"]) == ("requestArrived", f"/{uuid}/orders")
    assert request["body"] == {"size": 1, "encoding": "base64", "content": "AA==", "complete": True}
    assert [line for line in request["headers"] if line[0] == "X-Dup"] == [
        ["X-Dup", "1"],
        ["X-Dup", "2"],
    ]
    node.close()


def test_a_stream_polls_if_websockets_get_no_response(
    memory_server: Server, uuid: str, open_stream: Open
) -> None:
    with SwallowingProxy(memory_server.address) as proxy:
        node = open_stream(f"{proxy.url}/{uuid}", *KINDS["WebSocket"])
        assert node.until("joined")["viewers"] == 1
        assert post(memory_server.address, f"/{uuid}").status == 200
        assert node.until("requestArrived")["seq"] == 1
        node.close()
        assert proxy.swallowed


def test_a_closed_stream_resumes_from_its_position(
    memory_server: Server, uuid: str, open_stream: Open
) -> None:
    node = open_stream(f"{memory_server.url}/view/{uuid.upper()}")
    node.until("joined")
    assert post(memory_server.address, f"/{uuid}").status == 200
    seen = node.until("requestArrived")
    position = node.close()
    assert position == {
        "server": memory_server.url,
        "uuid": uuid,
        "epoch": seen["epoch"],
        "seq": seen["seq"],
    }
    sent = []

    def is_no_viewer() -> bool:
        sent.append(post(memory_server.address, f"/{uuid}"))
        return sent[-1].headers["webhook-viewers"] == "0"

    eventually(is_no_viewer)  # the server may notice the close late
    again = open_stream(json.dumps(position))
    assert again.until("joined")["missed"] == len(sent)
    again.close()


def test_a_stream_reconnects_under_a_prefix(uuid: str, open_stream: Open) -> None:
    with Server(URL_PREFIX="/team/hooks") as server:
        node = open_stream(f"{server.url}/team/hooks/{uuid}")
        node.until("joined")
        server.end()
        link = node.until("linkChanged")
        assert link["state"] == "reconnecting"
        assert link["message"] == "The server is restarting. The client reconnects by itself."
        server.start()
        assert node.until("joined")["missed"] is None, (
            "without a queue, a restart begins a new epoch"
        )
        assert post(server.address, f"/team/hooks/{uuid}").headers["webhook-viewers"] == "1"
        assert node.until("requestArrived")["seq"] == 1
        assert node.close()["server"] == f"{server.url}/team/hooks"


def test_a_stream_with_a_malformed_uuid_is_refused_and_ends(
    memory_server: Server, open_stream: Open
) -> None:
    node = open_stream(json.dumps({"server": memory_server.url, "uuid": "no-uuid"}))
    link = node.until("linkChanged")
    assert link["state"] == "refused"
    assert link["reason"] == "uuid_malformed"
    node.close()
