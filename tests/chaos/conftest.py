"""The table of figures at the end of a run, as docs/reliability.md shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.cluster import Cluster, Row
from tests.chaos.hostile import FIGURES

ROWS: list[Row] = []

HEAD = (
    "| event | accepted | refused | unknown | last seq | viewers | delivered to each "
    "| counted as missed | duplicates | longest interruption | slowest response | note |"
)


@pytest.fixture(scope="module")
def _cluster() -> Iterator[Cluster]:
    with Cluster(ROWS) as cluster:
        yield cluster


@pytest.fixture
def cluster(_cluster: Cluster) -> Cluster:
    """Three workers without a rate limit, which recover from one failure before the next."""
    _cluster.begin()
    return _cluster


@pytest.fixture
def cluster_with() -> Callable[..., Cluster]:
    """The same with other settings."""
    return lambda **settings: Cluster(ROWS, **settings)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS:
        terminalreporter.write_line("")
        terminalreporter.write_line(HEAD)
        terminalreporter.write_line("|" + "---|" * HEAD.count(" |"))
        for row in ROWS:
            terminalreporter.write_line(line_of(row))
    for line in FIGURES:
        terminalreporter.write_line(line)


def line_of(row: Row) -> str:
    watchers, outcomes = row.watchers, row.load.outcomes
    refused = outcomes["refused"] + outcomes["not connected"] + outcomes["status 429"]
    cells = [
        row.what,
        f"{row.load.accepted:,}",
        f"{refused:,}",
        f"{row.load.unknown:,}",
        "counted again" if row.given is None else f"{row.given:,}",
        len(watchers),
        spread([watcher.delivered for watcher in watchers]),
        spread([watcher.counted for watcher in watchers]),
        spread([watcher.doubles for watcher in watchers]),
        f"{max(watcher.longest_away for watcher in watchers):.1f} s",
        f"{row.load.slowest:.2f} s",
        row.note,
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def spread(numbers: list[int]) -> str:
    least, most = min(numbers), max(numbers)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
