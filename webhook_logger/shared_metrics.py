"""The metrics of all workers of one supervisor, as one exposition.

Each worker keeps the values that it last showed in a file of a common folder. So a worker that has
ended, even by `kill -9`, still counts with these values, and a counter never goes backwards: for
Prometheus, a smaller value would be a restart, and all of it new. The files are in memory or in the
folder for temporary files, and contain only numbers.

The supervisor names the file of a worker that has ended `<number>.ended`.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import add
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from webhook_logger.metrics import Metrics, combinations

ADDITIVE = ("counter", "histogram")
"""The types whose values stay when a worker ends."""
COMBINE: dict[str, Callable[[float, float], float]] = {"sum": add, "min": min, "max": max}

Key = tuple[str, tuple[tuple[str, str], ...]]
"""The name and the labels of a sample."""


class SharedMetrics:
    """The files of all workers, as one worker sees them."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self._own = folder / f"{number}.metrics"
        self._total = folder / "total"

    def store(self, metrics: Metrics) -> None:
        """Keep the values of this worker."""
        _replace(self._own, metrics.text())

    def text(self) -> str:
        """Return the combined metrics in the exposition format, version 0.0.4."""
        with self._locked():
            ended = list(self._folder.glob("*.ended"))
            if ended:
                texts = [path.read_text() for path in (*self._folder.glob("total"), *ended)]
                _replace(self._total, _exposition(_additive(combine(texts))))
                for path in ended:
                    path.unlink()
            files = (*self._folder.glob("total"), *self._folder.glob("*.metrics"))
            return _exposition(combine([path.read_text() for path in files]))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep out other workers, which add the same ended workers. It takes milliseconds."""
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class _Combined(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def combine(expositions: list[str]) -> list[Metric]:
    """Return the families of all workers, combined as `metrics.py` says; others are added up."""
    families: dict[str, Metric] = {}
    values: dict[str, dict[Key, float]] = {}
    for text in expositions:
        for family in text_string_to_metric_families(text):
            families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
            known = values.setdefault(family.name, {})
            two = COMBINE[combinations().get(family.name, "sum")]
            for sample in family.samples:
                key = (sample.name, tuple(sample.labels.items()))
                known[key] = two(known[key], sample.value) if key in known else sample.value
    for name, samples in values.items():
        for (sample_name, labels), value in samples.items():
            families[name].add_sample(sample_name, dict(labels), value)
    return list(families.values())


def _additive(families: list[Metric]) -> list[Metric]:
    return [family for family in families if family.type in ADDITIVE]


def _exposition(families: list[Metric]) -> str:
    registry = CollectorRegistry()
    registry.register(_Combined(families))
    return generate_latest(registry).decode()


def _replace(path: Path, text: str) -> None:
    """Write the file at once, so that no reader sees a part of it."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)
