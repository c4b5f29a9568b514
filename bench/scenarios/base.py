"""The parts that all scenarios use: the size of a run, the count of events, and viewers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.load import CONNECTIONS, LoadResult
from bench.processes import Redis
from bench.viewers import MARK, Crowd, Viewer

Figures = dict[str, float]

DRAIN_SECONDS = 60
WARM_UP_SECONDS = 1.0
SETTLE_SECONDS = 0.5


class InvalidResult(Exception):
    """A request failed, or an event was lost or arrived twice, so the figures mean nothing."""


@dataclass
class Run:
    """The length and size of the measurements."""

    redis: Redis
    seconds: float = 5.0
    max_viewers: int = 10_000
    rate: float = 500.0
    """Requests per second where the rate is steady and low."""
    half_load: float = 3_000.0
    """Requests per second: half of the rate that saturates this server with 100 callbacks."""
    soak_seconds: float = 180.0
    pairs: int = 5
    """The number of times that one and eight workers are measured in turn."""
    targets_only: bool = False
    """Whether to leave out what only figures without a target need."""


class Tally:
    """Count how often the viewers received each mark."""

    def __init__(self) -> None:
        self.events = 0
        self.marks: Counter[int] = Counter()
        self.latest = 0.0
        """The time of the latest event."""

    def seen(self, _: Viewer, event: bytes) -> None:
        """Count an event."""
        found = MARK.search(event)
        if found:
            self.events += 1
            self.latest = time.perf_counter()
            self.marks[int(found[1])] += 1

    def check(self, sent: LoadResult, times: int = 1) -> None:
        """Raise InvalidResult unless every request arrived exactly `times` times."""
        # wrk does not count the requests that are in flight when it ends.
        if not sent.requests <= len(self.marks) <= sent.requests + CONNECTIONS:
            raise InvalidResult(f"{sent.requests} accepted, {len(self.marks)} delivered")
        if set(self.marks.values()) != {times}:
            raise InvalidResult(
                f"some events did not arrive {times} times: {Counter(self.marks.values())}"
            )


def without_errors(sent: LoadResult) -> LoadResult:
    """Return the result, or raise InvalidResult if a request failed."""
    if sent.errors:
        raise InvalidResult(f"{sent.errors} of {sent.requests} requests failed")
    return sent


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Yield viewers, and disconnect them at the end."""
    viewers = Crowd()
    try:
        yield viewers
    finally:
        viewers.drop()


def settle(watching: Crowd, seconds: float = 2.0) -> None:
    """Read until the work that joining started is done."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        watching.read(0.05)
