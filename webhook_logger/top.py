"""The top list: the callbacks and the addresses that cause most of this worker's load.

Anybody can send to any number of callbacks, so the counts are kept for the most frequent keys only:
Misra and Gries, "Finding repeated elements" (1982). Here many counters are dropped at once, so that
a request costs the same for any number of keys.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from webhook_logger.errors import Reason

SLICE_SECONDS = 30.0
MINUTE, TEN_MINUTES = 2, 20
"""The number of whole slices in a window; the current slice is added to them."""
MAX_KEYS = 256
"""Maximum keys of a slice after it has ended; while it grows, twice as many."""


class Counts:
    """Counts of the most frequent keys. A count is never too high, and at most `error` too low."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.total = 0
        self.error = 0

    def add(self, key: str, amount: int = 1) -> None:
        """Add an amount to the key's count."""
        counts = self.counts
        counts[key] = counts.get(key, 0) + amount
        self.total += amount
        if len(counts) > 2 * MAX_KEYS:
            self.shrink()

    def shrink(self) -> None:
        """Keep at most `MAX_KEYS` keys: subtract the count of the next one from all counts."""
        if len(self.counts) > MAX_KEYS:
            least = sorted(self.counts.values(), reverse=True)[MAX_KEYS]
            self.counts = {key: n - least for key, n in self.counts.items() if n > least}
            self.error += least

    def merge(self, other: Counts) -> None:
        """Add the counts of another one."""
        for key, amount in other.counts.items():
            self.counts[key] = self.counts.get(key, 0) + amount
        self.total += other.total
        self.error += other.error

    def top(self, count: int) -> list[tuple[str, int]]:
        """Return the keys with the highest counts, and these."""
        return Counter(self.counts).most_common(count)


@dataclass
class Slice:
    """The counts of a part of time."""

    begin: float
    requests: Counts = field(default_factory=Counts)
    """Requests by callback, also refused ones."""
    bytes: Counts = field(default_factory=Counts)
    """Bytes of the bodies of captured requests, by callback."""
    addresses: Counts = field(default_factory=Counts)
    """Requests to callbacks by the sender's address."""
    refused: Counter[Reason] = field(default_factory=Counter)
    """Refused requests of all kinds."""

    def end(self) -> None:
        """Free memory: nothing is added from now on."""
        for each in (self.requests, self.bytes, self.addresses):
            each.shrink()

    def merge(self, other: Slice) -> None:
        """Add the counts of another one."""
        self.requests.merge(other.requests)
        self.bytes.merge(other.bytes)
        self.addresses.merge(other.addresses)
        self.refused += other.refused


class TopList:
    """Counts the requests of the last ten minutes."""

    def __init__(self) -> None:
        self._slices: deque[Slice] = deque(maxlen=TEN_MINUTES)
        """The slices that have ended, oldest first."""
        self._now = Slice(time.monotonic())
        self._end = self._now.begin + SLICE_SECONDS

    def request(self, uuid: str, address: str) -> None:
        """Count a request to a callback."""
        if time.monotonic() >= self._end:
            self._begin_slice()
        now = self._now
        now.requests.add(uuid)
        now.addresses.add(address)

    def body(self, uuid: str, size: int) -> None:
        """Count the bytes of a captured request."""
        if size:
            self._now.bytes.add(uuid, size)

    def refused(self, reason: Reason) -> None:
        """Count a refused request."""
        if time.monotonic() >= self._end:
            self._begin_slice()
        self._now.refused[reason] += 1

    def last(self, slices: int) -> tuple[Slice, float]:
        """Return the counts of the current slice and of the last whole ones, and their seconds."""
        now = time.monotonic()
        if now >= self._end:
            self._begin_slice()
        oldest = self._now.begin - slices * SLICE_SECONDS
        parts = [each for each in self._slices if each.begin >= oldest]
        window = _merged([*parts, self._now])
        return window, now - window.begin

    def _begin_slice(self) -> None:
        """End the current slice. Slices have multiples of their length between them."""
        self._now.end()
        self._slices.append(self._now)
        passed = int((time.monotonic() - self._now.begin) / SLICE_SECONDS)
        self._now = Slice(self._now.begin + passed * SLICE_SECONDS)
        self._end = self._now.begin + SLICE_SECONDS


def _merged(parts: Iterable[Slice]) -> Slice:
    first, *others = parts
    merged = Slice(first.begin)
    for each in (first, *others):
        merged.merge(each)
    return merged
