"""Senders: many at once, each post over a connection of its own, and what became of each."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

from tests.support.sender import post

UNKNOWN = "outcome_unknown"
"""The reason of a 503 for a request that was written to the queue and never acknowledged."""


class Load:
    """Posts to a callback; `outcomes` says how many were accepted, refused, unknown and so on."""

    def __init__(self, address: tuple[str, int], uuid: str) -> None:
        self._address = address
        self._path = f"/{uuid}/"
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0
        """The longest that a sender waited for its response, in seconds."""

    @property
    def accepted(self) -> int:
        return self.outcomes["accepted"]

    @property
    def unknown(self) -> int:
        return self.outcomes["unknown"] + self.outcomes["cut off"]

    def send(self, posts: int, senders: int) -> None:
        """So many posts, by so many senders at once."""
        numbers = itertools.count()
        self._together(senders, lambda: next(numbers) < posts)

    @contextmanager
    def going_on(self, senders: int, a_second: float) -> Iterator[None]:
        """Keep sending while the `with` block runs, about so many posts a second."""
        pause = senders / a_second
        keep = threading.Thread(
            target=self._together, args=(senders, lambda: not self._stop.wait(pause))
        )
        keep.start()
        try:
            yield
        finally:
            self._stop.set()
            keep.join()

    def try_one(self, address: tuple[str, int]) -> bool:
        """Whether a post that goes straight to a worker is accepted; it counts like any other."""
        outcome = self._send_one(address)
        with self._lock:
            self.outcomes[outcome] += 1
        return outcome == "accepted"

    def _together(self, senders: int, more: object) -> None:
        threads = [threading.Thread(target=self._send_while, args=(more,)) for _ in range(senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send_while(self, more: object) -> None:
        assert callable(more)
        while more():
            begin = time.monotonic()
            outcome = self._send_one(self._address)
            with self._lock:
                self.outcomes[outcome] += 1
                self.slowest = max(self.slowest, time.monotonic() - begin)

    def _send_one(self, address: tuple[str, int]) -> str:
        try:
            response = post(address, self._path, b"x" * 300)
        except ConnectionRefusedError:
            return "not connected"
        except (OSError, HTTPException):
            return "cut off"
        if response.status == 200:
            return "accepted"
        if response.status == 503:
            return "unknown" if _reason(response.body) == UNKNOWN else "refused"
        return f"status {response.status}"


def _reason(body: bytes) -> str:
    """The reason of an error; a balancer's own page has none, and says nothing for certain."""
    try:
        return str(json.loads(body)["error"]["reason"])
    except ValueError:
        return UNKNOWN
