"""Pytest fixtures: an inbox for each test, on a configured server or on one for the session.

Pytest loads this plugin if the client is installed. docs/pytest.md lists the settings for the
server. Without them, the plugin starts a server for the session, if the server is installed. With
pytest-xdist, each worker process has its own session.

Every pytest run loads this module, even in projects that never use it. So it is outside the client,
and imports the client only when a fixture is used.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import IO, TYPE_CHECKING, NoReturn, TypeVar

import pytest

if TYPE_CHECKING:
    import pluggy

    from webhook_logger.client import AsyncInbox, Inbox
    from webhook_logger.client.settings import ConfiguredServer

_COMMAND = (sys.executable, "-m", "webhook_logger", "serve", "--until-eof")
_HELP = "Install webhook-logger with its extra `server`, or set --webhook-server URL."
_SKIPPED = "The remaining tests that need a webhook logger are skipped."
_END_SECONDS = 10
_LOG_CHARACTERS = 2000
_inboxes_key = pytest.StashKey["list[Inbox | AsyncInbox]"]()
_headers_key = pytest.StashKey["dict[str, str]"]()
_unavailable_key = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("webhook-logger")
    text = (
        "URL of the webhook logger for `webhook_inbox`. By default, the server of your settings, "
        "else one that the plugin starts."
    )
    group.addoption("--webhook-server", metavar="URL", help=text)
    group.addoption(
        "--webhook-header",
        action="append",
        metavar="'NAME: VALUE'",
        help="A header for that server, such as Authorization for a log-in; repeatable.",
    )
    parser.addini("webhook_server", text)


@pytest.fixture(scope="session")
def webhook_server(pytestconfig: pytest.Config) -> Iterator[str]:
    """Return the base URL of the webhook logger that tests use, without credentials."""
    from webhook_logger.client import ClientError, Inbox  # noqa: PLC0415  # see above

    configured, why = None, ""
    try:
        configured = _configured(pytestconfig)
        if configured:
            Inbox(configured.url, headers=configured.headers).open().close()
    except ClientError as error:
        why = str(error)
    if why:
        _give_up(pytestconfig, why)
    if configured:
        pytestconfig.stash[_headers_key] = configured.headers
        yield configured.url
    else:
        with _server(pytestconfig) as url:
            yield url


def _configured(config: pytest.Config) -> ConfiguredServer | None:
    """Return the server of the options, the environment or a file; None if none names one."""
    from webhook_logger.client import settings  # noqa: PLC0415
    from webhook_logger.client.credentials import merged, parse_headers  # noqa: PLC0415

    url = config.getoption("webhook_server")
    if not any(map(os.environ.get, (settings.URL_VARIABLE, settings.PROFILE_VARIABLE))):
        url = url or config.getini("webhook_server") or None
    server = settings.server(url)
    own = parse_headers(config.getoption("webhook_header") or ())
    if server is None or not own:
        return server
    lines = merged(tuple(server.headers.items()), tuple(own.items()))
    return settings.ConfiguredServer(server.url, dict(lines))


@pytest.fixture
def webhook_inbox(webhook_server: str, request: pytest.FixtureRequest) -> Iterator[Inbox]:
    """Return an inbox with a new callback, which has joined before the test starts."""
    from webhook_logger.client import Inbox  # noqa: PLC0415

    headers = request.config.stash.get(_headers_key, {})
    with _open(request, lambda: Inbox(webhook_server, headers=headers)) as inbox:
        yield inbox


@pytest.fixture
def async_webhook_inbox(
    webhook_server: str, request: pytest.FixtureRequest
) -> Iterator[AsyncInbox]:
    """Return an `AsyncInbox` with a new callback, which has joined before the test starts.

    This fixture is not a coroutine, so it works with each plugin for asyncio, and without one.
    """
    from webhook_logger.client.aio import FixtureInbox  # noqa: PLC0415

    headers = request.config.stash.get(_headers_key, {})
    with _open(request, lambda: FixtureInbox(webhook_server, headers=headers)) as inbox:
        yield inbox


_AnyInbox = TypeVar("_AnyInbox", "Inbox", "AsyncInbox")


@contextmanager
def _open(
    request: pytest.FixtureRequest, connect: Callable[[], AbstractContextManager[_AnyInbox]]
) -> Iterator[_AnyInbox]:
    """Open an inbox for one test. If that fails, fail the test, and skip later ones."""
    from webhook_logger.client import ClientError  # noqa: PLC0415

    with ExitStack() as stack:
        why = ""
        try:
            inbox = stack.enter_context(connect())
        except ClientError as error:
            why = str(error)
        if why:
            _give_up(request.config, why)
        request.node.stash.setdefault(_inboxes_key, []).append(inbox)
        yield inbox


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
    pytest.fail(f"{why}\n{_SKIPPED}", pytrace=False)


@pytest.hookimpl(hookwrapper=True)  # the older style, which works since pytest 7.0
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pluggy.Result[pytest.TestReport], None]:
    """Add a summary of the inboxes to the report of a failed test, unless its error has it."""
    outcome = yield
    report = outcome.get_result()
    if report.failed and call.when == "call":
        for inbox in item.stash.get(_inboxes_key, []):
            summary = inbox.digest()
            if summary[0] not in report.longreprtext:
                report.sections.append((f"webhook inbox {inbox.url}", "\n".join(summary)))


@contextmanager
def _server(config: pytest.Config) -> Iterator[str]:
    """Run a server for this session, on a free port and without Redis.

    It ends with this process, however that ends. Ctrl-C does not reach it before the fixtures have
    ended.
    """
    settings = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    settings |= {"HOST": "127.0.0.1", "PORT": "0"}
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(  # noqa: S603  # a constant command
            _COMMAND,
            env=settings,
            stdin=pipe,
            stdout=pipe,
            stderr=log,
            text=True,
            start_new_session=True,
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
    """Stop the server at once. No test uses it any more."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
