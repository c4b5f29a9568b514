"""Pytest fixtures: an inbox for each test, on a given server or on one for the session.

Pytest loads this plugin if the client is installed. `--webhook-server URL` sets the server. Without
it, the plugin starts a server for the session, if the server is installed.

Every pytest run loads this module, even in projects that never use it. So it is outside the client,
and imports the client only when a fixture is used.
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
_HELP = "Install webhook-logger with its extra `server`, or set --webhook-server URL."
_END_SECONDS = 10
_LOG_CHARACTERS = 2000
_inbox_key = pytest.StashKey["Inbox"]()
_unavailable_key = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("webhook-logger")
    group.addoption(
        "--webhook-server",
        metavar="URL",
        help="URL of the webhook logger for `webhook_inbox`. By default, one is started.",
    )
    group.addoption(
        "--webhook-header",
        action="append",
        metavar="'NAME: VALUE'",
        help="A header for that server, such as a log-in's; repeatable.",
    )


@pytest.fixture(scope="session")
def webhook_server(pytestconfig: pytest.Config) -> Iterator[str]:
    """Return the base URL of the webhook logger that tests use."""
    url = pytestconfig.getoption("webhook_server")
    if url:
        yield url
    else:
        with _server(pytestconfig) as url:
            yield url


@pytest.fixture
def webhook_inbox(webhook_server: str, request: pytest.FixtureRequest) -> Iterator[Inbox]:
    """Return an inbox with a new callback, which has joined before the test starts."""
    from webhook_logger.client import ClientError, Inbox  # noqa: PLC0415  # see above

    inbox, why = None, ""
    try:
        inbox = Inbox(webhook_server, headers=_headers(request.config)).open()
    except ClientError as error:
        why = f"{error}\nThe remaining tests that need a webhook logger are skipped."
    if inbox is None:
        _give_up(request.config, why)
    with inbox:
        request.node.stash[_inbox_key] = inbox
        yield inbox


def _headers(config: pytest.Config) -> dict[str, str]:
    """Return the headers for the server: those of the options, or of the environment."""
    from webhook_logger.client.credentials import VARIABLE, parse_headers  # noqa: PLC0415

    lines = config.getoption("webhook_header") or os.environ.get(VARIABLE, "").splitlines()
    return parse_headers(filter(None, lines))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip tests that need the server after it could not be reached."""
    if item.config.stash.get(_unavailable_key, False) and "webhook_server" in _fixtures(item):
        pytest.skip(
            "No webhook logger is available. See the error of the first test that needs it."
        )


def _fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


def _give_up(config: pytest.Config, why: str) -> NoReturn:
    """Fail this test, and skip all later tests that need the server."""
    config.stash[_unavailable_key] = True
    pytest.fail(why, pytrace=False)


@pytest.hookimpl(hookwrapper=True)  # the older style, which works since pytest 7.0
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pluggy.Result[pytest.TestReport], None]:
    """Add a summary of the inbox to the report of a failed test."""
    outcome = yield
    report = outcome.get_result()
    inbox = item.stash.get(_inbox_key, None)
    if inbox and report.failed and call.when == "call":
        report.sections.append((f"webhook inbox {inbox.url}", "\n".join(inbox.digest())))


@contextmanager
def _server(config: pytest.Config) -> Iterator[str]:
    """Run a server for this session, on a free port and without Redis."""
    settings = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    settings |= {"HOST": "127.0.0.1", "PORT": "0"}
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(  # noqa: S603  # a constant command
            _COMMAND, env=settings, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            yield _url_of(process, log, config)
        finally:
            _end(process)


def _url_of(process: subprocess.Popen[str], log: IO[str], config: pytest.Config) -> str:
    """Return the URL that the server prints once it listens."""
    assert process.stdout is not None  # noqa: S101  # stdout=PIPE
    _, scheme, rest = process.stdout.readline().partition("http://")
    if scheme:
        return f"{scheme}{rest.split()[0]}".rstrip("/")
    process.wait()
    log.seek(0)
    output = log.read()[-_LOG_CHARACTERS:].strip()
    _give_up(config, f"The webhook logger did not start. {_HELP}\n{output}")


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
