"""The plugin in complete runs of pytest, each in its own process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.test_inbox import until_unreachable
from tests.support.processes import ROOT, Server

pytest_plugins = "pytester"

PLUGIN = ("-p", "webhook_logger.pytest_plugin", "-p", "no:cacheprovider", "-W", "error")

SENDS = """
import urllib.request

def send(url, body=b"{}", method="POST"):
    request = urllib.request.Request(url, body, method=method)
    urllib.request.urlopen(request).close()
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> object:
    """Run a test file with the plugin and some options."""
    # The tests are in a temporary folder without the package.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONDEVMODE", "1")
    monkeypatch.setenv(
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"
    )  # ours is loaded by name; others take seconds

    def run(source: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(SENDS + source)
        return pytester.runpytest_subprocess(*PLUGIN, *options)

    return run


def test_each_test_has_its_own_inbox(run: object, memory_server: Server) -> None:
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
    )
    result.assert_outcomes(passed=2)
    assert result.stderr.str() == ""


def test_credentials_reach_the_server(run: object, memory_server: Server) -> None:
    """The worker refuses a header that the client sets itself before it connects."""
    test = "def test_it(webhook_inbox): pass"
    options = ("--webhook-server", memory_server.url, "--webhook-header")
    run(test, *options, "X-Login: 1").assert_outcomes(passed=1)
    refused = run(test, *options, "Host: 1")
    refused.assert_outcomes(errors=1)
    refused.stdout.fnmatch_lines(["*Host is set by the client itself.*"])


def test_a_failed_test_shows_the_requests_that_arrived(run: object, memory_server: Server) -> None:
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


def test_without_a_url_the_plugin_runs_a_server(run: object) -> None:
    result = run(
        """
from pathlib import Path

def test_it(webhook_inbox, webhook_server, monkeypatch):
    send(webhook_inbox.url)
    assert webhook_inbox.wait(timeout=60).method == "POST"
    Path("url").write_text(webhook_server)
"""
    )
    result.assert_outcomes(passed=1)
    url = Path("url").read_text()
    until_unreachable(url, "refused")


def test_a_server_that_does_not_start_is_an_error(
    run: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_BODY_BYTES", "many")
    result = run("def test_it(webhook_inbox): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["The webhook logger did not start. *--webhook-server URL.", "*MAX_BODY_BYTES*"]
    )


def test_an_unreachable_server_is_reported_once(run: object) -> None:
    tests = """
def test_one(webhook_inbox): pass
def test_two(webhook_inbox): pass
def test_three(webhook_inbox): pass
def test_without_the_fixture(): pass
"""
    result = run(tests, "--webhook-server", "http://127.0.0.1:1", "-rN")
    result.assert_outcomes(errors=1, skipped=2, passed=1)
    message = "No webhook logger at http://127.0.0.1:1 within"
    assert result.stdout.str().count(message) == 1
    assert "Traceback" not in result.stdout.str()


def test_the_plugin_does_not_import_the_client_before_its_use() -> None:
    code = "import sys, webhook_logger.pytest_plugin; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"socketio", "webhook_logger.client"} & set(run.stdout.split())
