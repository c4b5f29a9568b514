"""The plugin in complete runs of pytest: most in this process, which is fast."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest

from tests.client.test_inbox import until_unreachable
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server
from tests.test_docs import snippets

pytest_plugins = "pytester"

PLUGIN = ("-p", "webhook_logger.pytest_plugin", "-p", "no:cacheprovider", "-W", "error")
IMPORTED = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Another test of this process may have imported the plugin."""

SENDS = """
import urllib.request

def send(url, body=b"{}", method="POST"):
    request = urllib.request.Request(url, body, method=method)
    urllib.request.urlopen(request).close()
"""


class Run(Protocol):
    """Run a test file with the plugin and some options.

    `alone`: in its own process, as tests with `asyncio.run` need. Playwright keeps an event loop
    running in a process that has used a browser.
    """

    def __call__(self, source: str, *options: str, alone: bool = False) -> pytest.RunResult: ...


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    # The tests are in a temporary folder without the package.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # In continuous integration, pytest shows whole messages in its summary.
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"
    )  # ours is loaded by name; others take seconds

    def run(source: str, *options: str, alone: bool = False) -> pytest.RunResult:
        pytester.makepyfile(SENDS + source)
        if alone:
            return pytester.runpytest_subprocess(*PLUGIN, *options)
        return pytester.runpytest_inprocess(*PLUGIN, *IMPORTED, *options)

    return run


def test_each_test_has_its_own_inbox(
    run: Run, memory_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDEVMODE", "1")
    result = run(
        """
seen = []

def test_one(webhook_inbox):
    send(webhook_inbox.url + "/orders", b'{"type": "order.created"}')
    request = webhook_inbox.wait(timeout=60, where=lambda r: r.method == "POST")
    assert request.json()["type"] == "order.created"
    seen.append(webhook_inbox.uuid)

def test_other(webhook_inbox, webhook_server):
    assert webhook_inbox.url.startswith(webhook_server + "/")
    assert webhook_inbox.uuid not in seen
""",
        "--webhook-server",
        memory_server.url,
        alone=True,
    )
    result.assert_outcomes(passed=2)
    assert result.stderr.str() == ""


ASYNC = """
import asyncio
import pytest

pytestmark = pytest.mark.anyio

@pytest.fixture
def anyio_backend():
    return "asyncio"

async def use(inbox):
    await inbox.reply(status=204).times(1)
    await asyncio.to_thread(send, inbox.url + "/a")
    await inbox.assert_received(subpath="/a", timeout=60)

async def test_with_a_plugin(async_webhook_inbox):
    await use(async_webhook_inbox)
    async with async_webhook_inbox as inbox:
        await use(inbox)

def test_without_a_plugin(async_webhook_inbox, webhook_inbox):
    assert async_webhook_inbox.uuid != webhook_inbox.uuid
    asyncio.run(use(async_webhook_inbox))
    asyncio.run(use(async_webhook_inbox))

def test_unused(async_webhook_inbox):
    assert async_webhook_inbox.connection.state == "live"
"""


def test_the_fixture_for_asyncio_needs_no_running_loop(run: Run, memory_server: Server) -> None:
    options = ("--webhook-server", memory_server.url, "-p", "anyio.pytest_plugin")
    run(ASYNC, *options, alone=True).assert_outcomes(passed=3)


USES = """
def test_it(webhook_server, webhook_inbox, pytestconfig):
    assert webhook_inbox.url.startswith(webhook_server + "/")
    (pytestconfig.rootpath / "used").write_text(webhook_server)
"""


SHOP = """
import asyncio
import urllib.error
import urllib.request

import pytest

anyio_backend = pytest.fixture(lambda: "asyncio")

def create_order(webhook):
    for _ in range(3):
        try:
            return urllib.request.urlopen(webhook, b'{"id": 1, "type": "order.created"}').close()
        except urllib.error.HTTPError as error:
            error.close()

async def async_create_order(webhook):
    await asyncio.to_thread(create_order, webhook)
"""


def test_the_tests_in_the_manual_pass(run: Run, memory_server: Server) -> None:
    tests = [text for text in snippets(ROOT / "docs/pytest.md", "python") if "def test_" in text]
    source = "\n".join((SHOP, *tests)).replace("timeout=5", f"timeout={PATIENCE_SECONDS}")
    source = source.replace("async def test_an_order", "@pytest.mark.anyio\nasync def test_another")
    options = ("--webhook-server", memory_server.url, "-p", "anyio.pytest_plugin")
    run(source, *options, alone=True).assert_outcomes(passed=3)


def test_the_server_is_configured(
    run: Run, memory_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the option, the environment or pytest's configuration, in this order."""
    url, wrong = memory_server.url, "nonsense://"

    def used(*options: str) -> str:
        run(USES, *options).assert_outcomes(passed=1)
        return Path("used").read_text()

    ini = ("-o", f"webhook_server={url.replace('//', '//user:hush@')}")
    assert used(*ini) == url
    monkeypatch.setenv("WEBHOOK_LOGGER_URL", f"{url}/3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11")
    assert used("-o", f"webhook_server={wrong}") == url
    monkeypatch.setenv("WEBHOOK_LOGGER_URL", wrong)
    assert used("--webhook-server", url) == url


def test_a_wrong_setting_is_reported_once(run: Run, memory_server: Server) -> None:
    """The worker refuses a header that the client sets itself before it connects."""
    tests = """
def test_one(webhook_inbox): pass
def test_two(async_webhook_inbox): pass
def test_three(webhook_server): pass
def test_without_the_fixture(): pass
"""
    options = ("--webhook-server", memory_server.url, "-rN", "--webhook-header")
    run(tests, *options, "X-Login: 1").assert_outcomes(passed=4)
    refused = run(tests, *options, "Host: 1")
    refused.assert_outcomes(errors=1, skipped=2, passed=1)
    assert refused.stdout.str().count("Host is set by the client itself.") == 1
    assert "Traceback" not in refused.stdout.str()


def test_a_failed_test_shows_the_requests_that_arrived(run: Run, memory_server: Server) -> None:
    result = run(
        """
def test_it(webhook_inbox):
    webhook_inbox.reply(status=201)
    send(webhook_inbox.url + "/orders")
    webhook_inbox.wait(timeout=60)
    send(webhook_inbox.url + "/invoices", method="PUT")
    webhook_inbox.wait(timeout=60)
    assert not "as it should be"
""",
        f"--webhook-server={memory_server.url}",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            f"*webhook inbox {memory_server.url}/*",
            "2 requests arrived:",
            "  1 POST /orders, 2 bytes",
            "  2 PUT /invoices, 2 bytes",
        ]
    )


def test_a_traceback_ends_in_the_test(run: Run, memory_server: Server) -> None:
    result = run(
        """
import asyncio

def test_wait(webhook_inbox):
    send(webhook_inbox.url)
    webhook_inbox.wait(timeout=60)
    webhook_inbox.wait(timeout=0.01)

def test_assert(webhook_inbox):
    webhook_inbox.assert_received(method="PUT", timeout=0.01)

async def wait(inbox):
    await inbox.assert_received(method="PUT", timeout=0.01)

def test_async(async_webhook_inbox):
    asyncio.run(wait(async_webhook_inbox))

def test_wrong_arguments(webhook_inbox):
    webhook_inbox.assert_received(methd="PUT")

def test_reply(webhook_inbox):
    webhook_inbox.reply(503).times(2).then(99)

def test_json(webhook_inbox):
    send(webhook_inbox.url, b"<order/>")
    webhook_inbox.assert_received(where=lambda request: request.json()["type"], timeout=60)
""",
        f"--webhook-server={memory_server.url}",
        alone=True,
    )
    result.assert_outcomes(failed=6)
    output = result.stdout.str()
    assert str(ROOT) not in output
    result.stdout.fnmatch_lines(
        [
            ">       webhook_inbox.wait(timeout=0.01)",
            "E       *NothingArrived: No matching request arrived within 0.01 seconds.",
            "E       1 request arrived:",
            "E         1 POST /, 2 bytes",
            '>       webhook_inbox.assert_received(method="PUT", timeout=0.01)',
            "E       AssertionError: No matching request arrived within 0.01 seconds.",
            "E       Expected: method='PUT'",
            "E       0 requests arrived.",
            '>       await inbox.assert_received(method="PUT", timeout=0.01)',
        ]
    )
    assert output.count("1 request arrived:") == 2
    assert output.count("webhook inbox") == 3  # the message of the others has the requests


def test_each_worker_of_xdist_runs_a_server_that_ends_with_it(run: Run) -> None:
    result = run(
        """
import os
import signal
from pathlib import Path

def use(inbox, server):
    send(inbox.url)
    inbox.assert_received(timeout=60)
    Path(f"server-{os.getpid()}").write_text(server)

def test_one(webhook_inbox, webhook_server): use(webhook_inbox, webhook_server)
def test_two(webhook_inbox, webhook_server): use(webhook_inbox, webhook_server)
def test_three(webhook_inbox, webhook_server): use(webhook_inbox, webhook_server)
def test_killed(webhook_inbox, webhook_server):
    use(webhook_inbox, webhook_server)
    os.kill(os.getpid(), signal.SIGKILL)
""",
        *("-p", "xdist.plugin", "-n", "2", "--dist", "load"),
        alone=True,
    )
    result.assert_outcomes(passed=3, failed=1)
    urls = [file.read_text() for file in Path.cwd().glob("server-*")]
    assert 1 <= len(urls) == len(set(urls))
    for url in urls:
        until_unreachable(url, "refused")


def test_a_server_that_does_not_start_is_an_error(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_BODY_BYTES", "many")
    result = run("def test_it(webhook_inbox): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["The webhook logger did not start. *--webhook-server URL.", "*MAX_BODY_BYTES*"]
    )


def test_the_plugin_does_not_import_the_client_before_its_use() -> None:
    code = "import sys, webhook_logger.pytest_plugin; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"socketio", "webhook_logger.client"} & set(run.stdout.split())
