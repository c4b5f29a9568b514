"""The server's stream.js in a process of Node."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.support.node import node
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT

# Node has a WebSocket since version 22. Without it, the stream uses long-polling.
KINDS = {
    "long-polling": ("--no-experimental-websocket",),
    "WebSocket": ("--experimental-websocket",),
}


class NodeStream:
    """A Node process with one open stream."""

    def __init__(self, module: Path, position: str, *options: str, **given: object) -> None:
        """`options` are those of Node, and `given` those of the stream."""
        self._process = subprocess.Popen(
            [node(), *options, "tests/js/stream-cli.js", str(module), position, json.dumps(given)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def event(self, *skipped: str) -> tuple[str, Any]:
        """Return the name and payload of the next event, skipping those names."""
        assert self._process.stdout is not None
        while True:
            name, payload = json.loads(self._process.stdout.readline())
            if name not in skipped:
                return name, payload

    def until(self, name: str) -> Any:
        """Return the payload of the next event with that name."""
        while (event := self.event())[0] != name:
            pass
        return event[1]

    def close(self) -> dict[str, Any]:
        """Close the stream, wait until the process exits, and return the position of the stream."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        position = self.until("closed")
        assert self._process.wait(PATIENCE_SECONDS) == 0
        return dict(position)

    def __enter__(self) -> NodeStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()
