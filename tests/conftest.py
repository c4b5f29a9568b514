"""Servers that tests share, because starting one takes longer than most tests."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from tests.support.command import USER_FILES
from tests.support.processes import Redis, Server
from tests.support.threads import after_module

# A process that a shell starts with `&` ignores SIGINT, and so do its children. Tests send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadline: on a busy machine any case may take long.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


SLOW_FILES = (
    "test_oldest_versions.py",
    "test_wheel.py",
    "browser/test_handover.py",
    "chaos/test_recovery_limits.py",
    "client/commands/test_listen_forward.py",
    "client/commands/test_listen_view.py",
    "integration/test_leaving.py",
    "integration/test_queue_faults.py",
)
"""Files with few tests that take long. Last, one of them would run alone."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow files, then with those that have the most tests, as pytest-xdist does."""
    folder = Path(__file__).parent
    slow = {folder / name for name in SLOW_FILES}
    counts = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, -counts[item.path]))


LONG_RESPONSE = {"RESPONSE_TIMEOUT": 30}
"""The maximum, because on a busy machine a responder may take longer than the default."""


@pytest.fixture(scope="session", autouse=True)
def _no_files_of_the_developer() -> Iterator[None]:
    """Hide the developer's own profiles, and the callbacks that their commands remember."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, USER_FILES.name)
        for name in ("WEBHOOK_LOGGER_URL", "WEBHOOK_LOGGER_PROFILE", "WEBHOOK_LOGGER_HEADERS"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="module", autouse=True)
def _close_after_module() -> Iterator[None]:
    yield
    after_module.close()


@pytest.fixture(scope="session")
def memory_server() -> Iterator[Server]:
    """One worker without a queue."""
    with Server(**LONG_RESPONSE) as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    with Redis() as redis:
        yield redis


@pytest.fixture(scope="session")
def two_workers(redis: Redis) -> Iterator[tuple[Server, Server]]:
    """Two workers that share one Redis."""
    settings = {"REDIS_URL": redis.url, **LONG_RESPONSE}
    with Server(**settings) as a, Server(**settings) as b:
        yield a.until_ready(), b.until_ready()


@pytest.fixture(params=["memory", "redis"])
def server(request: pytest.FixtureRequest) -> Server:
    """A server without a queue, then, in a second run of the test, one with a queue."""
    if request.param == "memory":
        return request.getfixturevalue("memory_server")
    return request.getfixturevalue("two_workers")[0]


@pytest.fixture
def uuid() -> str:
    """The UUID of a callback that no other test uses."""
    return str(uuid4())
