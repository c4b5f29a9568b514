"""Test examples/sender.sh, which retries temporary failures only."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server, free_port
from tests.support.sender import ask
from tests.support.viewers import Viewer

BODY = '{"type": "order.created", "name": "Zoë"}'


def set_reply(server: Server, uuid: str, **reply: object) -> None:
    path, body = f"/api/callbacks/{uuid}/reply", json.dumps(reply).encode()
    assert ask(server.address, "PUT", path, body).status == 200


def run_sender(url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["examples/sender.sh", url, BODY],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def test_the_sender_waits_as_long_as_retry_after_says(memory_server: Server, uuid: str) -> None:
    set_reply(memory_server, uuid, status=503, headers=[["Retry-After", "2"]], times=2)
    with Viewer(memory_server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        done = run_sender(f"{memory_server.url}/{uuid}")
        bodies = [viewer.event("request")["body"]["content"] for _ in range(3)]
    assert (done.returncode, done.stdout) == (0, "200 after attempt 3\n")
    assert done.stderr == "503: trying again in 2 s\n" * 2
    assert bodies == [BODY] * 3


def test_the_pause_doubles_without_retry_after(memory_server: Server, uuid: str) -> None:
    set_reply(memory_server, uuid, status=500, times=2)
    done = run_sender(f"{memory_server.url}/{uuid}")
    assert (done.returncode, done.stderr) == (
        0,
        "500: trying again in 1 s\n500: trying again in 2 s\n",
    )


def test_the_sender_does_not_retry_other_errors(memory_server: Server, uuid: str) -> None:
    done = run_sender(f"{memory_server.url}/{uuid}/status/422")
    assert (done.returncode, done.stderr) == (1, "422: not trying again\n")


def test_a_terminated_sender_removes_its_temporary_file(tmp_path: Path) -> None:
    command = ["examples/sender.sh", f"http://127.0.0.1:{free_port()}", BODY]
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as sender:
        assert sender.stderr
        while "trying again" not in sender.stderr.readline():
            assert sender.poll() is None
        sender.terminate()
    assert sender.returncode == 1
    assert not list(tmp_path.iterdir())
