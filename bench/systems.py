"""The systems that are measured: this server in several forms, and its peers."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable


@dataclass(frozen=True)
class System:
    """A command that starts a server, its paths, and how its viewers connect.

    `{port}`, `{redis}` and `{uuid}` are placeholders in the command, the settings and the paths.
    """

    name: str
    command: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)
    scenarios: str = "abcdefghi"
    """The letters of the scenarios that make sense for the system."""
    compare_with: str = "webhook-logger"
    """The system whose figures the table divides by the figures of this one."""
    folder: str = str(ROOT)
    """The folder in which the command runs."""
    needs: tuple[str, ...] = ()
    """Files in the folder without which the system cannot run, as glob patterns."""
    callback: str = "/{uuid}"
    """The path of a callback."""
    viewer: str = "socketio"
    """`socketio`, `websocket` or `sse`."""
    stream: str = "/socket.io/?EIO=4&transport=websocket"
    """The path of a viewer's stream."""
    join: str = ""
    """For `socketio`: the event that joins a callback. Empty when `auth` joins it."""

    def missing(self) -> str:
        """Return the first program or file that the system needs and that is missing, or ""."""
        if not shutil.which(self.command[0]):
            return self.command[0]
        return next((path for path in self.needs if not any(Path(self.folder).glob(path))), "")


OURS = System(
    "webhook-logger",
    (PYTHON, "wsgi.py"),
    {"PORT": "{port}", "REDIS_URL": "{redis}", "LOG_LEVEL": "ERROR"},
    scenarios="abcdefghijk",
)
MEMORY = System(
    "webhook-logger, in memory",
    (PYTHON, "wsgi.py"),
    {"PORT": "{port}", "LOG_LEVEL": "ERROR"},
    scenarios="abcdefgik",
)


def build(kind: str, folder: str, needs: tuple[str, ...] = ()) -> tuple[System, System]:
    """Return this server from another folder, with Redis and in memory."""
    folder = str(Path(folder).resolve())
    shared = replace(OURS, name=f"{OURS.name}, {kind}", folder=folder, needs=needs)
    memory = replace(MEMORY, name=f"{OURS.name}, {kind}, in memory", folder=folder, needs=needs)
    return shared, replace(memory, compare_with=MEMORY.name)


COMPILED, COMPILED_MEMORY = build("compiled", str(ROOT / "build/compiled"), ("**/*.so",))
EARLIER, _ = build("earlier", "")
"""Replaced by the checkout that `--against` names."""

RECOVERY = {"RECOVERY_SECONDS": "60"}
RECOVERING = replace(
    OURS,
    name="webhook-logger, recovery",
    settings=OURS.settings | RECOVERY,
    scenarios="abc",
)
RECOVERING_MEMORY = replace(
    MEMORY,
    name="webhook-logger, in memory, recovery",
    settings=MEMORY.settings | RECOVERY,
    scenarios="abc",
    compare_with=MEMORY.name,
)
NODE = System(
    "Node, Redis adapter",
    ("node", "bench/peers/node_recipe.js", "{port}"),
    {"REDIS_URL": "{redis}"},
    scenarios="abcdefghik",
    needs=("node_modules/socket.io", "node_modules/@socket.io/redis-adapter", "node_modules/redis"),
    join="join",
)
NODE_MEMORY = replace(
    NODE, name="Node", settings={}, scenarios="abcdefgik", compare_with=MEMORY.name
)
PLAIN = System(
    "plain recipe",
    (PYTHON, "-m", "bench.peers.plain_recipe", "{port}"),
    {"REDIS_URL": "{redis}"},
    join="join",
)
CHANNELS = System(
    "Channels recipe",
    (PYTHON, "-m", "bench.peers.channels_recipe", "{port}"),
    {"REDIS_URL": "{redis}", "CAPACITY": "20000"},
    scenarios="abcdefgi",
    viewer="websocket",
    stream="/ws/{uuid}",
)
BARE = System("bare eventlet.wsgi", (PYTHON, "-m", "bench.peers.bare", "{port}"), scenarios="a")

WITH_REDIS = (OURS, COMPILED, NODE, RECOVERING, PLAIN, CHANNELS)
IN_MEMORY = (MEMORY, COMPILED_MEMORY, NODE_MEMORY, RECOVERING_MEMORY, BARE)


def known(compiled: str = "", earlier: str = "", more: str = "") -> list[System]:
    """Return all systems, in the order in which each round measures them.

    `compiled` is a folder with a compiled copy of this project, instead of the default one.
    `earlier` is a folder with an earlier checkout. `more` is a JSON file: a list of objects with
    the fields of `System`.
    """
    shared, memory = list(WITH_REDIS), list(IN_MEMORY)
    if compiled:
        shared[1], memory[1] = build("compiled", compiled, COMPILED.needs)
    if earlier:
        for systems, system in zip((shared, memory), build("earlier", earlier), strict=True):
            systems.insert(2, system)
    return [*shared, *memory, *(from_file(more) if more else [])]


def from_file(path: str) -> list[System]:
    """Read systems from a JSON file: a list of objects with the fields of `System`."""
    return [
        System(**{**row, "command": tuple(row["command"])})
        for row in json.loads(Path(path).read_text())
    ]
