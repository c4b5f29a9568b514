"""Test examples/github-receiver with `listen --forward --respond`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.support.command import Command, invoke
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server

SECRET = "It's a Secret to Everybody"
PING = '{"zen": "Keep it logically awesome."}'


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    """Start the example as a process, and yield its URL."""
    process = subprocess.Popen(
        [sys.executable, "examples/github-receiver/receiver.py", "0"],
        cwd=ROOT,
        env={**os.environ, "GITHUB_SECRET": SECRET, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    yield process.stdout.readline().removeprefix("Listening on ").strip()
    process.terminate()
    process.communicate(timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("secret", "code", "status", "text"),
    [(SECRET, 0, "202", "ping accepted"), ("wrong", 1, "401", "")],
)
def test_the_sender_gets_the_response_of_the_receiver(
    memory_server: Server, uuid: str, receiver: str, secret: str, code: int, status: str, text: str
) -> None:
    url = f"{memory_server.url}/{uuid}"
    limits = ("--count", "1", "--forward-timeout", str(PATIENCE_SECONDS))
    with Command("listen", url, "--forward", receiver, "--respond", *limits) as listen:
        listen.notes.until("Senders receive the target's responses.")
        signed = ("--sign", "github", "-H", "X-GitHub-Event: ping", "--json", PING)
        sent = invoke("send", url, *signed, WEBHOOK_SECRET=secret)
        assert listen.wait() == 0
    assert sent.returncode == code
    assert sent.stdout.startswith(f"{status}  Webhook-Viewers: 1  ")
    assert text in sent.stdout
    assert f"  {status}  " in listen.out.all


@pytest.mark.parametrize("length", ["many", "-1", str(25 * 2**20 + 1)])
def test_an_invalid_length_is_refused(receiver: str, length: str) -> None:
    connection = HTTPConnection(receiver.removeprefix("http://"), timeout=PATIENCE_SECONDS)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    with closing(connection), connection.getresponse() as response:
        assert response.status == 413
