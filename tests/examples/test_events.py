"""Test examples/events.sh, which watches a callback with curl only."""

from __future__ import annotations

import json
import os
import signal
import subprocess

from tests.support.patience import eventually
from tests.support.processes import ROOT, Server
from tests.support.sender import post
from webhook_logger.callbacks import new_key, uuid_of_key


def test_it_prints_requests_and_continues_after_a_restart_of_the_server() -> None:
    key = new_key()
    uuid = uuid_of_key(key)
    with Server(RECOVERY_SECONDS=60) as server:
        command = ["examples/events.sh", f"{server.url}/api/callbacks/{uuid}/events"]
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "KEY": key},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as watching:
            assert watching.stdout

            def paths(count: int) -> list[str]:
                assert watching.stdout
                return [json.loads(watching.stdout.readline())["subpath"] for _ in range(count)]

            def viewers() -> str:
                return post(server.address, f"/{uuid}/first").headers["webhook-viewers"]

            eventually(lambda: viewers() == "1")
            post(server.address, f"/{uuid}/second")
            while paths(1) == ["/first"]:
                pass
            for child in children(watching.pid, "curl"):
                os.kill(child, signal.SIGTERM)  # as if the connection had ended
            eventually(lambda: server.metrics()["viewers"] == 0)
            for name in ("third", "fourth"):
                post(server.address, f"/{uuid}/{name}")
            assert paths(2) == ["/third", "/fourth"]
            os.killpg(watching.pid, signal.SIGTERM)


def children(session: int, name: str) -> list[int]:
    """Return the processes with this name in a session."""
    command = ["pgrep", "-s", str(session), "-x", name]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return [int(pid) for pid in run.stdout.split()]
