"""How many requests of one address are handled at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.exceptions import TooManyRequests

RETRY_AFTER_SECONDS = 1


class Senders:
    """The addresses whose requests are being handled by this worker, and how many of each."""

    def __init__(self, most_of_an_address: int) -> None:
        self._most = most_of_an_address
        self._counts: Counter[str] = Counter()

    @contextmanager
    def place(self, address: str) -> Iterator[None]:
        """While one request of that address is handled. Raises `TooManyRequests`."""
        if self._counts[address] >= self._most:
            too_many = f"More than {self._most} requests of this address are being handled."
            raise TooManyRequests(too_many, retry_after=RETRY_AFTER_SECONDS)
        self._counts[address] += 1
        try:
            yield
        finally:
            self._counts[address] -= 1
            if not self._counts[address]:
                del self._counts[address]
