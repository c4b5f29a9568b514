"""Follows docs/first-test.md: its files, and the result of the tests after each step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.clients import NODE
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server
from tests.test_docs import snippets

PAGE = ROOT / "docs/first-test.md"
STUB, FIRST_TEST, SENDS, RETRY_TEST, RETRIES, LAST_TEST = snippets(PAGE, "python")
NOTHING, WRONG_TOTAL = snippets(PAGE, "")
EXAMPLES = ROOT / "examples"


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


class Shop:
    """The reader's folder."""

    def __init__(self, folder: Path, server: Server) -> None:
        self._folder, self._server = folder, server
        (folder / "pytest.ini").write_text("[pytest]\n")

    def run(self, orders: str, *tests: str, timeout: float = PATIENCE_SECONDS) -> str:
        """Return what pytest prints for these files."""
        source = "\n\n".join(tests).replace("timeout=5", f"timeout={timeout}")
        (self._folder / "orders.py").write_text(orders)
        (self._folder / "test_orders.py").write_text(source)
        # Without other plugins of pytest, and on a server that runs already.
        command = (sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-W", "error")
        done = subprocess.run(
            [*command, "-p", "webhook_logger.pytest_plugin", "--webhook-server", self._server.url],
            cwd=self._folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.replace(f"{timeout} seconds", "5 seconds")


def test_each_step_ends_as_the_tutorial_says(memory_server: Server, tmp_path: Path) -> None:
    shop = Shop(tmp_path, memory_server)
    output = shop.run(STUB, FIRST_TEST, timeout=0.1)
    assert set(lines(NOTHING)) <= set(lines(output)), output
    wrong = SENDS.replace(": total}", ": float(total)}")
    for timeout in (0.5, PATIENCE_SECONDS):  # on a busy machine, it arrives later
        if "1 request arrived" in (output := shop.run(wrong, FIRST_TEST, timeout=timeout)):
            break
    assert WRONG_TOTAL in output, output
    # One run for two steps: the first test passes, and the second one fails.
    output = shop.run(SENDS, FIRST_TEST, RETRY_TEST)
    assert "HTTPError: HTTP Error 500: Internal Server Error" in output
    assert "1 failed, 1 passed" in output
    imports = "import urllib.error\nimport pytest"
    assert "3 passed" in shop.run(RETRIES, imports, FIRST_TEST, RETRY_TEST, LAST_TEST)


def test_the_finished_files_are_the_examples() -> None:
    assert (EXAMPLES / "pytest_orders/orders.py").read_text() == RETRIES
    finished = (EXAMPLES / "pytest_orders/test_orders.py").read_text()
    for test in (FIRST_TEST.partition("\ndef ")[2], RETRY_TEST, LAST_TEST):
        assert test in finished
    shop, tests = snippets(PAGE, "js")
    assert (EXAMPLES / "node_orders/orders.mjs").read_text() == shop
    assert (EXAMPLES / "node_orders/orders.test.mjs").read_text() == tests


def test_the_tests_in_javascript_pass(memory_server: Server, tmp_path: Path) -> None:
    for file in (EXAMPLES / "node_orders").iterdir():
        source = file.read_text().replace("5000", str(PATIENCE_SECONDS * 1000))
        (tmp_path / file.name).write_text(source)
    package = tmp_path / "node_modules/webhook-logger"
    package.mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"type": "module", "exports": "./index.js"}))
    (package / "index.js").write_text(f"export * from '{ROOT}/static/js/inbox/index.js';")
    done = subprocess.run(
        [NODE[0], "--test", "--test-reporter", "tap"],
        cwd=tmp_path,
        env={**os.environ, "WEBHOOK_LOGGER_URL": memory_server.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "# pass 3\n" in done.stdout, done.stdout + done.stderr
