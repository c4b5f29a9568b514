"""Clients that know nothing but docs/protocol.md: its own lines are run, as a reader copies them.

Those in a browser are in tests/browser/test_clients.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clients import NODE, PYTHON, running, watches_and_comes_back
from tests.support.contract.protocol import snippet
from tests.support.processes import Redis, Server

SNIPPETS = {
    "socket.io-client in Node": (NODE, "js stream", 'import { io } from "socket.io-client";\n'),
    "python-socketio": (PYTHON, "python stream", ""),
}


@pytest.fixture
def here(redis: Redis) -> Iterator[Server]:
    """A worker that restarts."""
    with Server(REDIS_URL=redis.url) as server:
        yield server.until_ready()


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_client_watches_and_learns_what_it_missed(
    here: Server, two_workers: tuple[Server, Server], uuid: str, name: str
) -> None:
    command, info, before = SNIPPETS[name]
    with running(command, before + snippet(info, here.url, uuid)) as client:
        watches_and_comes_back(client, here, two_workers[0], uuid)
