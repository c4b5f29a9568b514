"""Reports of refused requests, on their way to viewers: gathered, and bounded in number.

Anyone can have requests refused, of any number of callbacks, so reports are best effort and must
cost the queue little.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from webhook_logger.errors import Reason

MAX_CALLBACKS = 10_000
"""Callbacks with a report to send; the one that waits longest gives way."""
MAX_REPORTS_PER_ROUND = 100
SECONDS_PER_ROUND = 1.0


class RefusalReport(NamedTuple):
    """Requests of one callback that were refused since its last report."""

    uuid: str
    number: int
    reason: Reason
    """The reason of the latest one."""


class RefusalReports:
    """Counts the refused requests of each callback, and reports them in rounds."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, RefusalReport] = OrderedDict()
        self._wake = threading.Event()

    def add(self, uuid: str, reason: Reason) -> None:
        """Count one more refused request. Never blocks."""
        waiting = self._waiting.get(uuid)
        self._waiting[uuid] = RefusalReport(uuid, waiting.number + 1 if waiting else 1, reason)
        if len(self._waiting) > MAX_CALLBACKS:
            self._waiting.popitem(last=False)
        self._wake.set()

    def take(self) -> list[RefusalReport]:
        """Take the reports of one round, those that wait longest first."""
        count = min(len(self._waiting), MAX_REPORTS_PER_ROUND)
        return [self._waiting.popitem(last=False)[1] for _ in range(count)]

    def report(
        self, send: Callable[[RefusalReport], None], is_possible: Callable[[], bool]
    ) -> None:
        """Send reports for ever, at most one per callback and round; `send` must not fail."""
        while True:
            self._wake.wait()
            if is_possible():
                self._wake.clear()
                for refused in self.take():
                    send(refused)
                if self._waiting:
                    self._wake.set()
            time.sleep(SECONDS_PER_ROUND)
