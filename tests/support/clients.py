"""Run the snippets of docs/protocol.md in clients that share no code with this project."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server
from tests.support.sender import post


class Client(Protocol):
    """A program that runs a snippet and prints lines."""

    def line(self) -> str:
        """Return the next line that it prints."""


def check_client_across_a_restart(
    client: Client, here: Server, elsewhere: Server, uuid: str
) -> None:
    """Restart the client's worker while another worker receives requests, and check the output."""
    assert client.line() == "live, missed 0"
    post(here.address, f"/{uuid}/orders?a=1")
    assert client.line() == f"POST /{uuid}/orders"
    here.end()
    for _ in range(3):
        post(elsewhere.address, f"/{uuid}/during-restart")
    here.start()
    assert client.line() == "live, missed 3"
    post(elsewhere.address, f"/{uuid}/after")
    assert client.line() == f"POST /{uuid}/after"


class Process:
    """A client in a separate process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        self._process = process
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))

    def line(self) -> str:
        return self._lines.get(timeout=PATIENCE_SECONDS)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout
        self._process.stdout.close()


@contextmanager
def running(command: Sequence[str], source: str) -> Iterator[Process]:
    """Run a program that reads its source from standard input."""
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        process.stdin.write(source)
        process.stdin.close()
        client = Process(process)
        try:
            yield client
        finally:
            client.end()


NODE = ("node", "--input-type=module", "-")
PYTHON = (sys.executable, "-")
