"""Pairs of workers, for behaviour that must not depend on the worker."""

from __future__ import annotations

import pytest

from tests.support.processes import Server


@pytest.fixture(scope="session", params=["memory_server", "redis"])
def workers(request: pytest.FixtureRequest) -> tuple[Server, Server]:
    """The worker of the viewers and that of the senders: two with a queue, or one twice."""
    if request.param != "redis":
        server = request.getfixturevalue(request.param)
        return server, server
    workers: tuple[Server, Server] = request.getfixturevalue("two_workers")
    return workers
