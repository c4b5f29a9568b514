"""Servers that tests share: starting one takes longer than most tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from tests.support.processes import Redis, Server

# A shell's `&` lets a run ignore Ctrl-C, and all that it starts, which tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A machine may be busy; how long a case takes says nothing.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture(scope="session")
def memory_server() -> Iterator[Server]:
    """One process without a queue."""
    with Server() as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    with Redis() as redis:
        yield redis


@pytest.fixture(scope="session")
def two_workers(redis: Redis) -> Iterator[tuple[Server, Server]]:
    """Two processes on one Redis."""
    with Server(REDIS_URL=redis.url) as a, Server(REDIS_URL=redis.url) as b:
        yield a.until_ready(), b.until_ready()


@pytest.fixture(params=["memory", "redis"])
def server(request: pytest.FixtureRequest) -> Server:
    """A server without a queue and, in a second run of the test, one with."""
    if request.param == "memory":
        return request.getfixturevalue("memory_server")
    return request.getfixturevalue("two_workers")[0]


@pytest.fixture
def uuid() -> str:
    """A callback that no other test knows."""
    return str(uuid4())
