"""Senders that wait for a delayed reply or for a responder. Each one blocks only a green thread."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from webhook_logger.delivery import PendingOutcome, PendingRequest

MAX_PER_CALLBACK = 100
"""Maximum waiting senders per callback and worker; others get their response immediately."""


class WaitingSenders:
    """The waiting senders of each callback on this worker."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        """The number of waiting senders, by reason: `delay` or `response`."""
        self._awaiting: set[PendingRequest] = set()
        self._over = threading.Event()

    def wait(self, uuid: str, seconds: float) -> None:
        """Wait for `seconds`, or until `end`. Do not wait if the callback is at its limit."""
        if seconds and self._has_room(uuid):
            with self._counted(uuid, "delay"):
                self._over.wait(seconds)

    def until_response(self, uuid: str, pending: PendingRequest, seconds: float) -> PendingOutcome:
        """Wait for the responder in the same way, and return the outcome."""
        if self._over.is_set() or not self._has_room(uuid):
            return pending.outcome(0)
        self._awaiting.add(pending)
        try:
            with self._counted(uuid, "response"):
                return pending.outcome(seconds)
        finally:
            self._awaiting.discard(pending)

    def _has_room(self, uuid: str) -> bool:
        return self._count[uuid] < MAX_PER_CALLBACK

    @contextmanager
    def _counted(self, uuid: str, reason: str) -> Iterator[None]:
        self._count[uuid] += 1
        self.held[reason] += 1
        try:
            yield
        finally:
            self.held[reason] -= 1
            self._count[uuid] -= 1
            if not self._count[uuid]:
                del self._count[uuid]

    def end(self) -> None:
        """End all waits, and refuse new ones."""
        self._over.set()
        for pending in tuple(self._awaiting):
            pending.stop_waiting()
