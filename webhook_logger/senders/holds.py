"""Senders that wait for a late response, or for a responder's; each costs a green thread, and never
the worker.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from webhook_logger.delivery import Held, HeldOutcome

MAX_OF_A_CALLBACK = 100
"""Held at a time by this worker; the rest gets a response at once."""


class Holds:
    """Who is held for which callback."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()
        self._awaiting: set[Held] = set()
        self._over = threading.Event()

    def hold(self, uuid: str, seconds: float) -> None:
        """Wait so long, if this callback may hold one more, and not beyond `end`."""
        if seconds and self._has_place(uuid):
            with self._place(uuid):
                self._over.wait(seconds)

    def until_response(self, uuid: str, held: Held, seconds: float) -> HeldOutcome:
        """The same for a request that waits for the responder; what becomes of it."""
        if self._over.is_set() or not self._has_place(uuid):
            return held.outcome(0)
        self._awaiting.add(held)
        try:
            with self._place(uuid):
                return held.outcome(seconds)
        finally:
            self._awaiting.discard(held)

    def _has_place(self, uuid: str) -> bool:
        return self._held[uuid] < MAX_OF_A_CALLBACK

    @contextmanager
    def _place(self, uuid: str) -> Iterator[None]:
        self._held[uuid] += 1
        try:
            yield
        finally:
            self._held[uuid] -= 1
            if not self._held[uuid]:
                del self._held[uuid]

    def end(self) -> None:
        """Hold nobody any longer."""
        self._over.set()
        for held in tuple(self._awaiting):
            held.let_go()
