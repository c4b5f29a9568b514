"""Senders that wait for a late answer; each costs a green thread, and never the worker."""

from __future__ import annotations

import threading
from collections import Counter

MOST_OF_A_CALLBACK = 100
"""Held at a time by this worker; the rest is answered at once."""


class Holds:
    """Who is held for which callback."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()
        self._over = threading.Event()

    def hold(self, uuid: str, seconds: float) -> None:
        """Wait so long, if this callback may hold one more, and not beyond `end`."""
        if not seconds or self._held[uuid] >= MOST_OF_A_CALLBACK:
            return
        self._held[uuid] += 1
        try:
            self._over.wait(seconds)
        finally:
            self._held[uuid] -= 1
            if not self._held[uuid]:
                del self._held[uuid]

    def end(self) -> None:
        """Hold nobody any longer."""
        self._over.set()
