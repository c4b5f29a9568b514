"""Senders that wait for a late response, or for a responder's; each costs a green thread, and never
the worker.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from webhook_logger.delivery import PendingOutcome, PendingRequest

MAX_PER_CALLBACK = 100
"""Maximum waiting senders per callback and worker; the rest gets a response at once."""


class WaitingSenders:
    """The number of waiting senders of each callback."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._awaiting: set[PendingRequest] = set()
        self._over = threading.Event()

    def wait(self, uuid: str, seconds: float) -> None:
        """Wait so long if the callback has a place for one more, but not beyond `end`."""
        if seconds and self._has_place(uuid):
            with self._place(uuid):
                self._over.wait(seconds)

    def until_response(self, uuid: str, pending: PendingRequest, seconds: float) -> PendingOutcome:
        """The same for a request that waits for the responder; what becomes of it."""
        if self._over.is_set() or not self._has_place(uuid):
            return pending.outcome(0)
        self._awaiting.add(pending)
        try:
            with self._place(uuid):
                return pending.outcome(seconds)
        finally:
            self._awaiting.discard(pending)

    def _has_place(self, uuid: str) -> bool:
        return self._count[uuid] < MAX_PER_CALLBACK

    @contextmanager
    def _place(self, uuid: str) -> Iterator[None]:
        self._count[uuid] += 1
        try:
            yield
        finally:
            self._count[uuid] -= 1
            if not self._count[uuid]:
                del self._count[uuid]

    def end(self) -> None:
        """Let no sender wait any longer."""
        self._over.set()
        for pending in tuple(self._awaiting):
            pending.let_go()
