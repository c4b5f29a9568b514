"""How many requests of one address are handled at a time."""

from __future__ import annotations

from collections import Counter


class Senders:
    """The addresses whose requests are being handled by this worker, and how many of each."""

    def __init__(self, most_of_an_address: int) -> None:
        self._most = most_of_an_address
        self._counts: Counter[str] = Counter()

    def take(self, address: str) -> bool:
        """Whether there was a place for one more request of that address, which has it now."""
        if self._counts[address] >= self._most:
            return False
        self._counts[address] += 1
        return True

    def give_back(self, address: str) -> None:
        """A request that had a place has been handled."""
        self._counts[address] -= 1
        if not self._counts[address]:
            del self._counts[address]
