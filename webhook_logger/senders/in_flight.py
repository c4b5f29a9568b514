"""Limit the requests in flight per address."""

from __future__ import annotations

from collections import Counter


class InFlightRequests:
    """Counts the requests in flight of each address on this worker."""

    def __init__(self, max_per_address: int) -> None:
        self._max_per_address = max_per_address
        self._counts: Counter[str] = Counter()

    def acquire(self, address: str) -> bool:
        """Count one more request of the address; return False if it is at its limit."""
        if self._counts[address] >= self._max_per_address:
            return False
        self._counts[address] += 1
        return True

    def release(self, address: str) -> None:
        """Count a request of the address as handled."""
        self._counts[address] -= 1
        if not self._counts[address]:
            del self._counts[address]
