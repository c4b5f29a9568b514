"""Viewers of other processes: each process has some viewers of one kind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from tests.chaos.tally import Tally
from tests.support.node import node
from tests.support.processes import ROOT

IN_NODE = ("socket.io-client", "stream.js")


class Clients:
    """A process with `count` viewers of one kind. `viewers_cli` lists the kinds."""

    def __init__(self, kind: str, url: str, uuid: str, count: int) -> None:
        self.tallies = [Tally(kind, str(number)) for number in range(count)]
        self._process = subprocess.Popen(
            [*_program(kind), kind, url, uuid, str(count)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            number, name, payload = json.loads(line)
            self.tallies[number].handle(name, payload)

    def freeze(self) -> None:
        """Stop the process and its children without closing a connection, as a sleeping laptop."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def stop(self) -> None:
        self._send(signal.SIGKILL)
        self._process.wait()
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _send(self, number: signal.Signals) -> None:
        for pid in reversed(_with_descendants(self._process.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def _program(kind: str) -> list[str]:
    if kind not in IN_NODE:
        return [sys.executable, "-m", "tests.chaos.viewers_cli"]
    return [node(), "--experimental-websocket", "tests/js/viewers-cli.js"]


def _with_descendants(pid: int) -> list[int]:
    """Return the process and its descendants, each after its parent."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(") ")[2].split()
        except OSError:
            continue  # it has ended
        parents[int(stat.parent.name)] = int(fields[1])
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found
