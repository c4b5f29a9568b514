"""Test the Node example, which uses Socket.IO's own client and the documented contract only."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.support.node import node
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Redis, Server
from tests.support.sender import post

Watch = Callable[[Server, str], "Script"]


class Script:
    """A running examples/watch.mjs."""

    def __init__(self, server: Server, uuid: str) -> None:
        self.process = subprocess.Popen(
            [node(), "examples/watch.mjs", server.url, uuid],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def line(self) -> str:
        """Return the next line of its output."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def until(self, prefix: str) -> str:
        """Return the next line that starts with `prefix`."""
        while not (line := self.line()).startswith(prefix):
            assert line, "the script has ended"
        return line

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def watch() -> Iterator[Watch]:
    scripts: list[Script] = []

    def start(server: Server, uuid: str) -> Script:
        scripts.append(Script(server, uuid))
        return scripts[-1]

    yield start
    for script in scripts:
        script.end()


def test_the_script_prints_each_request(memory_server: Server, uuid: str, watch: Watch) -> None:
    script = watch(memory_server, uuid)
    assert script.line() == f"live at {memory_server.url}/{uuid}, viewers: 1, missed: 0"
    for number in range(3):
        post(memory_server.address, f"/{uuid}/orders", b"\x1b[2J", f"X-Number: {number}")
    requests = [json.loads(script.line()) for _ in range(3)]
    assert [request["seq"] for request in requests] == [1, 2, 3]
    assert [dict(request["headers"])["X-Number"] for request in requests] == ["0", "1", "2"]
    assert requests[0]["body"]["encoding"] == "base64", "a control character is not text"


def test_the_output_is_ascii(memory_server: Server, uuid: str, watch: Watch) -> None:
    script = watch(memory_server, uuid)
    script.until("live at")
    post(memory_server.address, f"/{uuid}", "Zoë \u202e".encode(), "X-Clear: \x9b2J")
    line = script.line()
    assert line.isascii()
    request = json.loads(line)
    assert dict(request["headers"])["X-Clear"] == "\x9b2J"
    assert request["body"]["content"] == "Zoë \u202e"


def test_the_script_reconnects_and_prints_how_many_requests_it_missed(
    redis: Redis, uuid: str, watch: Watch
) -> None:
    with Server(REDIS_URL=redis.url) as a, Server(REDIS_URL=redis.url) as b:
        script = watch(a.until_ready(), uuid)
        assert script.line().endswith("missed: 0")
        a.end(kill=True)
        assert script.until("not live")
        for _ in range(3):
            assert post(b.until_ready().address, f"/{uuid}").status == 200
        a.start()
        assert script.until("live at").endswith("missed: 3")
        post(b.address, f"/{uuid}/after")
        assert json.loads(script.until("{"))["seq"] == 4


def test_a_permanent_error_ends_the_script(memory_server: Server, watch: Watch) -> None:
    script = watch(memory_server, "no-uuid")
    assert "uuid" in script.until("not connected")
    assert script.process.wait(PATIENCE_SECONDS) == 1
