"""Workers in pairs, for what must be the same on whichever of them."""

from __future__ import annotations

import pytest

from tests.support.processes import Server


@pytest.fixture(scope="session", params=["memory_server", "redis"])
def workers(request: pytest.FixtureRequest) -> tuple[Server, Server]:
    """Where users are, and where requests go: two on one queue, or the same one twice."""
    if request.param != "redis":
        server = request.getfixturevalue(request.param)
        return server, server
    workers: tuple[Server, Server] = request.getfixturevalue("two_workers")
    return workers
