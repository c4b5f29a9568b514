"""Reports of refused requests, which are collected and limited in number.

Anyone can send requests that are refused, for any number of callbacks. So reports are best effort
and send few commands to the queue.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from webhook_logger.errors import Reason

MAX_CALLBACKS = 10_000
"""Maximum callbacks with a waiting report. The oldest report is dropped."""
MAX_REPORTS_PER_ROUND = 100
SECONDS_PER_ROUND = 1.0


class RefusalReport(NamedTuple):
    """The number of a callback's requests that were refused since its last report."""

    uuid: str
    number: int
    reason: Reason
    """The reason of the latest refusal."""


class RefusalReports:
    """Counts the refused requests of each callback, and sends reports in rounds."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, RefusalReport] = OrderedDict()
        self._wake = threading.Event()

    def add(self, uuid: str, reason: Reason) -> None:
        """Count a refused request. Never blocks."""
        waiting = self._waiting.get(uuid)
        self._waiting[uuid] = RefusalReport(uuid, waiting.number + 1 if waiting else 1, reason)
        if len(self._waiting) > MAX_CALLBACKS:
            self._waiting.popitem(last=False)
        self._wake.set()

    def take(self) -> list[RefusalReport]:
        """Remove and return the reports of one round, oldest first."""
        count = min(len(self._waiting), MAX_REPORTS_PER_ROUND)
        return [self._waiting.popitem(last=False)[1] for _ in range(count)]

    def report(
        self, send: Callable[[RefusalReport], None], is_possible: Callable[[], bool]
    ) -> None:
        """Send reports without end, at most one per callback and round. `send` must not raise."""
        while True:
            self._wake.wait()
            if is_possible():
                self._wake.clear()
                for refused in self.take():
                    send(refused)
                if self._waiting:
                    self._wake.set()
            time.sleep(SECONDS_PER_ROUND)
