"""Test the Python examples, run as their readers run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import ROOT, Server
from tests.support.receiver import Receiver
from tests.support.sender import post
from webhook_logger.client import Inbox

EXAMPLES = ROOT / "examples"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def test_the_notifier_posts_a_message_for_each_request(memory_server: Server, uuid: str) -> None:
    inbox = Inbox(f"{memory_server.url}/{uuid}", timeout=PATIENCE_SECONDS)
    with Receiver() as chat, inbox as other_viewer:
        command = [sys.executable, EXAMPLES / "slack_notifier.py", other_viewer.url]
        environment = {**ENVIRONMENT, "NOTIFY_URL": f"{chat.url}/services/T0"}
        with subprocess.Popen(command, env=environment) as notifier:
            path = urlsplit(other_viewer.url).path
            try:
                # The notifier has joined when the callback has two viewers.
                eventually(lambda: _viewers(memory_server, path) == 2)
                post(memory_server.address, f"{path}/orders?a=%3C&b", b"{}")
                message = _text(chat)
                while "orders" not in message:
                    message = _text(chat)
                assert message == "POST /orders (2 bytes) from 127.0.0.1"
            finally:
                notifier.send_signal(signal.SIGINT)
        assert notifier.returncode == 0


def test_the_notifier_continues_after_an_invalid_response(memory_server: Server, uuid: str) -> None:
    callback = f"/{uuid}"
    with Receiver(b"nonsense\r\n") as chat:
        command = [sys.executable, EXAMPLES / "slack_notifier.py", memory_server.url + callback]
        environment = {**ENVIRONMENT, "NOTIFY_URL": chat.url}
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as notifier:
            try:
                eventually(lambda: _viewers(memory_server, callback) == 1)
                post(memory_server.address, f"{callback}/last")
                while "/last" not in _text(chat, "/"):
                    assert notifier.poll() is None
            finally:
                notifier.send_signal(signal.SIGINT)
        assert notifier.returncode == 0


def test_an_example_without_arguments_prints_its_usage() -> None:
    environment = {**ENVIRONMENT, "GITHUB_SECRET": "hush"}
    for name in ("slack_notifier.py", "github-receiver/receiver.py"):
        done = subprocess.run(
            [sys.executable, EXAMPLES / name],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert f"python {Path(name).name} " in done.stderr
        assert "Traceback" not in done.stderr


def _viewers(server: Server, path: str) -> int:
    return int(post(server.address, path).headers["webhook-viewers"])


def _text(chat: Receiver, path: str = "/services/T0") -> str:
    head, _, body = chat.received().partition(b"\r\n\r\n")
    assert head.startswith(f"POST {path} HTTP/1.1".encode())
    return str(json.loads(body)["text"])


def test_the_example_tests_pass_with_their_own_and_with_a_given_server(
    memory_server: Server, tmp_path: Path
) -> None:
    for file in filter(Path.is_file, (EXAMPLES / "pytest_orders").iterdir()):
        source = file.read_text().replace("timeout=5", f"timeout={PATIENCE_SECONDS}")
        (tmp_path / file.name).write_text(source)
    for options in ((), ("--webhook-server", memory_server.url)):
        command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error")
        # Without other plugins of pytest.
        done = subprocess.run(
            [*command, "-p", "webhook_logger.pytest_plugin", *options],
            cwd=tmp_path,
            env={**ENVIRONMENT, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "4 passed" in done.stdout, done.stdout + done.stderr
