"""The metrics of all workers of one supervisor, as one exposition.

Each worker keeps the values that it last showed in a file of a common folder. So a worker that has
ended, even by `kill -9`, still counts with these values, and a counter never goes backwards: for
Prometheus, a smaller value would be a restart, and all of it new. The files are in memory or in the
folder for temporary files, and contain only numbers.

The supervisor names the file of a worker that has ended `<number>.ended`.
"""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import add
from pathlib import Path
from typing import IO

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from webhook_logger.metrics import Metrics, combinations, exposition

ADDITIVE = ("counter", "histogram")
"""The types whose values stay when a worker ends."""
COMBINE: dict[str, Callable[[float, float], float]] = {"sum": add, "min": min, "max": max}

LOCK_SECONDS = 1.0
"""Time to wait for a worker that adds ended workers. It needs milliseconds, unless it hangs."""
POLL_SECONDS = 0.005

Labels = dict[str, str]
Family = tuple[str, str, str, list[tuple[str, Labels, float]]]
"""Name, meaning, type and samples of a family, as in a file."""


class SharedMetrics:
    """The files of all workers, as one worker sees them."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self._own = folder / f"{number}.metrics"
        self._total = folder / "total"

    def store(self, metrics: Metrics) -> None:
        """Keep the values of this worker."""
        _write(self._own, metrics.families())

    def text(self) -> str:
        """Return the combined metrics in the exposition format, version 0.0.4.

        Raises `OSError` if the folder cannot be used, or if another worker hangs meanwhile.
        """
        with self._locked():
            # First these: a worker that ends meanwhile is then among the ended ones.
            workers = {path.stem: _read(path) for path in self._folder.glob("*.metrics")}
            ended = list(self._folder.glob("*.ended"))
            if ended:
                _write(self._total, _additive(combine(_read(self._total), *map(_read, ended))))
                for path in ended:
                    workers.pop(path.stem, None)
                    path.unlink()
            return exposition(_Combined(combine(_read(self._total), *workers.values())))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep out other workers, which add the same ended workers. Raises `OSError`."""
        until = time.monotonic() + LOCK_SECONDS
        with (self._folder / "lock").open("w") as lock:
            while not _lock_now(lock):
                if time.monotonic() >= until:
                    raise TimeoutError("Another worker hangs, and has locked the metrics.")
                time.sleep(POLL_SECONDS)  # monkey-patched: the worker serves meanwhile
            yield


class _Combined(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def combine(*workers: list[Family]) -> list[Metric]:
    """Return the families of all workers, combined as `metrics.py` says."""
    families: dict[str, Metric] = {}
    values: dict[str, dict[tuple[str, ...], tuple[Labels, float]]] = {}
    rules = combinations()
    for name, text, kind, samples in (family for worker in workers for family in worker):
        families.setdefault(name, Metric(name, text, kind))
        known, two = values.setdefault(name, {}), COMBINE[rules.get(name, "sum")]
        for sample, labels, value in samples:
            key = (sample, *labels.values())
            known[key] = labels, two(known[key][1], value) if key in known else value
    for name, combined in values.items():
        for (sample, *_), (labels, value) in combined.items():
            families[name].add_sample(sample, labels, value)
    return list(families.values())


def _lock_now(lock: IO[str]) -> bool:
    """Lock the file, and return whether it was free."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _additive(families: list[Metric]) -> list[Metric]:
    return [family for family in families if family.type in ADDITIVE]


def _read(path: Path) -> list[Family]:
    """Return the families in a file, or none if there is no such file."""
    try:
        families: list[Family] = json.loads(path.read_text())
    except FileNotFoundError:
        return []
    return families


def _write(path: Path, families: Iterable[Metric]) -> None:
    """Write the file at once, so that no reader sees a part of it."""
    rows = [
        (each.name, each.documentation, each.type, [sample[:3] for sample in each.samples])
        for each in families
    ]
    new = path.with_suffix(".new")
    new.write_text(json.dumps(rows))
    new.replace(path)
