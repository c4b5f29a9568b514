"""Print the table of docs/chaos.md at the end of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.cluster import Cluster, Row
from tests.chaos.hostile import FIGURES
from tests.chaos.tally import Tally

ROWS: list[Row] = []

HEAD = (
    "| event | recovery | accepted | refused | unknown | last seq | viewers | delivered to each "
    "| counted as missed | recovered | duplicates "
    "| longest interruption | slowest response | note |"
)


@pytest.fixture(scope="module")
def _cluster() -> Iterator[Cluster]:
    with Cluster(ROWS) as cluster:
        yield cluster


@pytest.fixture
def cluster(_cluster: Cluster) -> Cluster:
    """Return three workers without a rate limit, recovered from the previous test."""
    _cluster.begin()
    return _cluster


@pytest.fixture
def cluster_with() -> Callable[..., Cluster]:
    """Return a function that creates a cluster with other settings."""
    return lambda **settings: Cluster(ROWS, **settings)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS:
        for line in ("", *head(), *map(line_of, ROWS)):
            terminalreporter.write_line(line)
    for line in FIGURES:
        terminalreporter.write_line(line)


def head() -> tuple[str, str]:
    """Return the first lines of the table."""
    return HEAD, "|" + "---|" * HEAD.count(" |")


def line_of(row: Row) -> str:
    watchers, outcomes = row.watchers, row.load.outcomes
    refused = outcomes["refused"] + outcomes["not connected"] + outcomes["status 429"]
    cells = [
        row.event,
        f"{row.recovery:.0f} s" if row.recovery else "off",
        f"{row.load.accepted:,}",
        f"{refused:,}",
        f"{row.load.unknown:,}",
        "counted again" if row.last_seq is None else f"{row.last_seq:,}",
        len(watchers),
        spread([watcher.delivered for watcher in watchers]),
        missed_by_kind(watchers),
        spread([watcher.recovered for watcher in watchers]),
        spread([watcher.duplicates for watcher in watchers]),
        f"{max(watcher.longest_interruption for watcher in watchers):.1f} s",
        f"{row.load.slowest:.2f} s",
        row.note,
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def spread(numbers: list[int]) -> str:
    lowest, highest = min(numbers), max(numbers)
    return f"{lowest:,}" if lowest == highest else f"{lowest:,} to {highest:,}"


def missed_by_kind(watchers: list[Tally]) -> str:
    """Return the numbers of missed requests, and those of each kind if they differ."""
    kinds: dict[str, list[int]] = {}
    for watcher in watchers:
        kinds.setdefault(watcher.kind, []).append(watcher.missed)
    texts = {kind: spread(missed) for kind, missed in kinds.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return ", ".join(f"{kind} {text}" for kind, text in texts.items())
