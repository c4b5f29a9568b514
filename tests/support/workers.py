"""A server with several workers, and their processes."""

from __future__ import annotations

import json
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import PATIENT_WORKER, Server


def supervised(command: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command of a supervisor that starts its workers with this command."""
    start = "from webhook_logger.supervisor.start import supervise"
    return (sys.executable, "-c", f"{start}; supervise({list(command)})")


class Workers(Server):
    """A server with two workers, whose viewers have time to move even on a busy machine."""

    def __init__(
        self, command: tuple[str, ...] = supervised(PATIENT_WORKER), **settings: object
    ) -> None:
        super().__init__(command, **{"WORKERS": 2, **settings})

    @property
    def children(self) -> dict[int, str]:
        """Return the names of the programs that the supervisor has started, by process id."""
        names: dict[int, str] = {}
        with suppress(FileNotFoundError):
            for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
                with suppress(FileNotFoundError):
                    names[int(child)] = Path(f"/proc/{child}/comm").read_text().strip()
        return names

    @property
    def workers(self) -> list[int]:
        """Return the process ids of the workers, in the order of their start."""
        return sorted(pid for pid, name in self.children.items() if name.startswith("python"))

    @property
    def redis(self) -> list[int]:
        """Return the process id of the private Redis, if it runs."""
        return [pid for pid, name in self.children.items() if name.startswith("redis")]

    def ready(self) -> int:
        """Return the number of workers that `/readyz` reports as ready."""
        with (
            suppress(OSError),
            urllib.request.urlopen(self.url + "/readyz", timeout=PATIENCE_SECONDS) as response,
        ):
            return int(json.load(response)["workers"]["ready"])
        return 0

    def until_all_ready(self) -> Workers:
        """Wait until both workers are ready, and no others run."""
        eventually(lambda: (self.ready(), len(self.workers)) == (2, 2))
        return self


def is_running(pid: int) -> bool:
    """Return whether a process runs, of any parent."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
