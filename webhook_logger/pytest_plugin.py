"""Fixtures for pytest: an inbox for each test, on a given server or on one that is started.

Installed with the client, pytest finds this by itself. `--webhook-server URL` names the server;
without it one is started on this machine, for the session, where the server half is installed.

It stands outside the client because every run of pytest loads it, of projects that never use it
too: the client is imported when a fixture is asked for.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    import pluggy

    from webhook_logger.client import Inbox

_COMMAND = (sys.executable, "-m", "webhook_logger", "serve")
_HELP = "Install webhook-logger with its extra `server`, or name one with --webhook-server URL."
_END_SECONDS = 10
_LOG_CHARACTERS = 2000
_inbox_key = pytest.StashKey["Inbox"]()
_gone_key = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("webhook-logger").addoption(
        "--webhook-server",
        metavar="URL",
        help="The webhook logger that `webhook_inbox` uses; without it, one is started.",
    )


@pytest.fixture(scope="session")
def webhook_server(pytestconfig: pytest.Config) -> Iterator[str]:
    """The base URL of the webhook logger that tests use."""
    url = pytestconfig.getoption("webhook_server")
    if url:
        yield url
    else:
        with _server(pytestconfig) as url:
            yield url


@pytest.fixture
def webhook_inbox(webhook_server: str, request: pytest.FixtureRequest) -> Iterator[Inbox]:
    """An inbox with a callback of its own, joined before the test starts."""
    from webhook_logger.client import ClientError, Inbox  # noqa: PLC0415  # see above

    inbox, why = None, ""
    try:
        inbox = Inbox(webhook_server).open()
    except ClientError as error:
        why = f"{error}\nTests that need it are skipped from here on."
    if inbox is None:
        _give_up(request.config, why)
    with inbox:
        request.node.stash[_inbox_key] = inbox
        yield inbox


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Once the server was not there, no further test waits for it."""
    if item.config.stash.get(_gone_key, False) and "webhook_server" in _fixtures(item):
        pytest.skip("There is no webhook logger: see the error of the first test that needs it.")


def _fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


def _give_up(config: pytest.Config, why: str) -> NoReturn:
    """Fail this test, and skip all others that need the server."""
    config.stash[_gone_key] = True
    pytest.fail(why, pytrace=False)


@pytest.hookimpl(hookwrapper=True)  # the older way, which every pytest since 7.0 knows
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pluggy.Result[pytest.TestReport], None]:
    """What arrived is shown with a test that failed."""
    outcome = yield
    report = outcome.get_result()
    inbox = item.stash.get(_inbox_key, None)
    if inbox and report.failed and call.when == "call":
        report.sections.append((f"webhook inbox {inbox.url}", "\n".join(inbox.digest())))


@contextmanager
def _server(config: pytest.Config) -> Iterator[str]:
    """A server for this session alone: on a free port, in its own memory, ended by its pid."""
    settings = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    settings |= {"HOST": "127.0.0.1", "PORT": "0"}
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(  # noqa: S603  # nothing in it comes from elsewhere
            _COMMAND, env=settings, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            yield _url_of(process, log, config)
        finally:
            _end(process)


def _url_of(process: subprocess.Popen[str], log: IO[str], config: pytest.Config) -> str:
    """The URL in the line that it says once it listens."""
    assert process.stdout is not None  # noqa: S101  # it was asked for
    _, scheme, rest = process.stdout.readline().partition("http://")
    if scheme:
        return f"{scheme}{rest.split()[0]}".rstrip("/")
    process.wait()
    log.seek(0)
    said = log.read()[-_LOG_CHARACTERS:].strip()
    _give_up(config, f"No webhook logger could be started. {_HELP}\n{said}")


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
