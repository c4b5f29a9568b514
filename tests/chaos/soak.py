"""Run a deployment for an hour under load, with a rolling restart every ten minutes.

`python -m tests.chaos.soak --minutes 60 --rate 100`. Prints the memory of each process once a
minute, and at the end the row for the table of docs/chaos.md. Fails if a viewer did not
receive or count every accepted request, or if the memory of a process keeps growing.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.cluster import Cluster, Row
from tests.chaos.conftest import head, line_of

KINDS = ("Inbox", "stream.js", "python-socketio", "socket.io-client")
MEBIBYTE = 2**20
WARM_UP = 0.2
"""The part of a process' life after which its memory should no longer grow."""
MAX_GROWTH = 32 * MEBIBYTE


@dataclass
class Options:
    """Duration and load of a run."""

    minutes: float = 60.0
    restart_minutes: float = 10.0
    report_seconds: float = 60.0
    rate: float = 100.0
    """Posts per second."""
    workers: int = 2
    raw: int = 4
    """Viewers that speak Socket.IO themselves."""
    each: int = 2
    """Viewers of each of the other kinds."""
    recovery: float = 0.0


@dataclass
class Life:
    """The memory of one process from its start to its end, in bytes."""

    name: str
    sizes: list[int] = field(default_factory=list)

    @property
    def growth(self) -> int:
        """Return how much the memory grew after the warm-up."""
        warm = self.sizes[int(len(self.sizes) * WARM_UP) :]
        return max(0, warm[-1] - warm[0]) if warm else 0

    def __str__(self) -> str:
        first, last = (size / MEBIBYTE for size in (self.sizes[0], self.sizes[-1]))
        return f"{self.name} {first:.0f} to {last:.0f} MiB"


class Soak:
    """One run. `lives` has the memory of every process, also of those that were replaced."""

    def __init__(self, options: Options, report: Callable[[str], object] = print) -> None:
        self._options = options
        self._report = report
        self.rows: list[Row] = []
        self.lives: list[Life] = []
        self._current: dict[str, Life] = {}

    def run(self) -> None:
        """Run to the end. Raises `AssertionError` if a guarantee was broken."""
        options = self._options
        settings = {"workers": options.workers, "RECOVERY_SECONDS": options.recovery}
        with Cluster(self.rows, **settings) as cluster:  # type: ignore[arg-type]  # two kinds
            cluster.watch(options.raw)
            cluster.watch_with(dict.fromkeys(KINDS, options.each))
            with cluster.load.running(senders=8, per_second=options.rate):
                restarts = self._run(cluster)
            minutes = f"{options.minutes:g} minutes at {options.rate:g} posts a second"
            self._audit(cluster, f"{minutes}, {restarts} rolling restarts")
        for life in self.lives:
            assert life.growth < MAX_GROWTH, life

    def _run(self, cluster: Cluster) -> int:
        """Report and restart until the time is over. Return the number of rolling restarts."""
        options, restarts = self._options, 0
        begin = time.monotonic()
        restart_seconds = options.restart_minutes * 60
        while (seconds := time.monotonic() - begin) < options.minutes * 60:
            if seconds >= (restarts + 1) * restart_seconds:
                restarts += 1
                for number, worker in enumerate(cluster.workers, 1):
                    cluster.restart(worker)
                    self._current.pop(f"worker {number}", None)
            self._measure(cluster, seconds)
            threading.Event().wait(options.report_seconds)
        return restarts

    def _measure(self, cluster: Cluster, seconds: float) -> None:
        sizes = {f"worker {n}": each.memory() for n, each in enumerate(cluster.workers, 1)}
        sizes["Redis"] = int(cluster.redis.client.info("memory")["used_memory_rss"])
        for name, size in sizes.items():
            if name not in self._current:
                self._current[name] = Life(name)
                self.lives.append(self._current[name])
            self._current[name].sizes.append(size)
        memory = ", ".join(f"{name} {size / MEBIBYTE:.0f} MiB" for name, size in sizes.items())
        gaps = sorted(watcher.missed for watcher in cluster.watchers)
        self._report(
            f"{seconds / 60:5.1f} min: {memory}; {dict(cluster.load.outcomes)}; viewers missed "
            f"{gaps[0]} to {gaps[-1]}"
        )

    def _audit(self, cluster: Cluster, event: str) -> None:
        try:
            cluster.audit(event, note="; ".join(map(str, self.lives)))
        finally:
            for line in (*head(), *map(line_of, self.rows)):
                self._report(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in vars(Options()).items():
        option = "--" + name.replace("_", "-")
        parser.add_argument(option, type=type(default), default=default)
    Soak(Options(**vars(parser.parse_args()))).run()


if __name__ == "__main__":
    main()
