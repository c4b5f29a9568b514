"""Run the snippets and shell commands of docs/protocol.md as a reader copies them.

tests/browser/test_clients.py runs the snippets for browsers.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.clients import NODE, PYTHON, check_client_across_a_restart, running
from tests.support.contract.protocol import REQUEST_ID, snippet
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import Redis, Server
from tests.support.responders import Responder
from tests.support.sender import post

SNIPPETS = {
    "socket.io-client in Node": (NODE, "js stream", 'import { io } from "socket.io-client";\n'),
    "fetch in Node": (NODE, "js fetch", ""),
    "python-socketio": (PYTHON, "python stream", ""),
}


@pytest.fixture
def here(redis: Redis) -> Iterator[Server]:
    """A worker that restarts."""
    with Server(REDIS_URL=redis.url) as server:
        yield server.until_ready()


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_documented_client_reconnects_and_counts_missed_requests(
    here: Server, two_workers: tuple[Server, Server], uuid: str, name: str
) -> None:
    command, info, before = SNIPPETS[name]
    with running(command, before + snippet(info, here.url, uuid)) as client:
        check_client_across_a_restart(client, here, two_workers[0], uuid)


WRONG_ADDRESS = """
import {{ io }} from "socket.io-client";
const socket = io("{url}/{uuid}", {{ transports: ["websocket"] }});
socket.on("connect_error", (error) => {{
  console.log(error.data.reason);
  socket.close();
}});
"""


def test_a_url_with_a_path_is_refused_with_a_reason(memory_server: Server, uuid: str) -> None:
    with running(NODE, WRONG_ADDRESS.format(url=memory_server.url, uuid=uuid)) as client:
        assert client.line() == "namespace_unknown"


def run(command: str) -> str:
    """Run a shell command and return its output."""
    curl = f"curl -sS --max-time {PATIENCE_SECONDS}"
    shell = ("sh", "-c", command.replace("curl", curl, 1))
    return subprocess.run(shell, check=True, capture_output=True, text=True).stdout


def test_a_reply_is_set_by_curl(memory_server: Server, uuid: str) -> None:
    assert '"status":503' in run(snippet("sh reply", memory_server.url, uuid))
    responses = [post(memory_server.address, f"/{uuid}") for _ in range(4)]
    assert [response.status for response in responses] == [503, 503, 503, 200]
    assert responses[0].headers["retry-after"] == "5"


def test_rules_sequences_and_templates_are_set_by_curl(memory_server: Server, uuid: str) -> None:
    challenge = b'{"type": "url_verification", "challenge": "3eZbrw1a", "id": 7}'

    def responses(info: str, *paths: str) -> list[tuple[int, bytes]]:
        run(snippet(info, memory_server.url, uuid))
        every = [post(memory_server.address, f"/{uuid}{path}", challenge) for path in paths]
        return [(response.status, response.body) for response in every]

    assert responses("sh rules", "", "/orders/1") == [(200, b"3eZbrw1a")] * 2
    assert post(memory_server.address, f"/{uuid}/orders/1").status == 503
    assert post(memory_server.address, f"/{uuid}/other").status == 404
    in_turn = responses("sh sequence", "", "", "", "")
    assert [status for status, _ in in_turn] == [503, 429, 200, 200]
    [(status, body)] = responses("sh template", "")
    assert (status, json.loads(body)["id"]) == (200, 7)


def test_a_request_gets_a_response_from_curl(memory_server: Server, uuid: str) -> None:
    with Responder(memory_server, uuid) as responder, ThreadPoolExecutor() as pool:
        waiting = pool.submit(post, memory_server.address, f"/{uuid}/orders")
        command = snippet("sh respond", memory_server.url, uuid)
        assert run(command.replace(REQUEST_ID, responder.request()["id"])) == ""
        response = waiting.result()
    assert (response.status, response.body) == (201, b"made")
    assert response.headers["content-type"] == "text/plain"
