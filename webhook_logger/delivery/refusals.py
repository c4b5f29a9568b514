"""Callbacks over their rate: refused without a question until their window ends, and counted."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from webhook_logger.delivery.base import RateExceeded

MOST_CALLBACKS = 10_000
"""In whose windows this worker refuses by itself; the one longest unused is asked about again."""
SECONDS_BETWEEN_COUNTS = 1.0

Told = Callable[[str, int], None]


class Refusals:
    """What this worker has refused for rate; `tell` reports it, at most once a second each."""

    def __init__(self) -> None:
        self._ends: OrderedDict[str, float] = OrderedDict()
        self._counts: dict[str, int] = {}
        self._wake = threading.Event()

    def check(self, uuid: str) -> None:
        """Count one more and raise `RateExceeded` while the callback's window is known as full."""
        end = self._ends.get(uuid)
        if end is None:
            return
        seconds = end - time.monotonic()
        if seconds > 0:
            self._count(uuid)
            raise RateExceeded(seconds)
        self._ends.pop(uuid, None)

    def begin(self, uuid: str, seconds: float) -> RateExceeded:
        """The first one refused: the callback's window is full, and ends in so many seconds."""
        self._ends[uuid] = time.monotonic() + seconds
        self._ends.move_to_end(uuid)
        if len(self._ends) > MOST_CALLBACKS:
            self._ends.popitem(last=False)
        self._count(uuid)
        return RateExceeded(seconds)

    def _count(self, uuid: str) -> None:
        self._counts[uuid] = self._counts.get(uuid, 0) + 1
        self._wake.set()

    def tell(self, told: Told) -> None:
        """Hand the counts on for ever: `told(uuid, count)`, which must not fail."""
        while True:
            self._wake.wait()
            self._wake.clear()
            counts, self._counts = self._counts, {}
            for uuid, count in counts.items():
                told(uuid, count)
            time.sleep(SECONDS_BETWEEN_COUNTS)
