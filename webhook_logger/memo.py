"""A cache that is safe for untrusted keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Made = TypeVar("Made")


class Memo(dict[Key, Made], Generic[Key, Made]):
    """Caches the result of `make` for short keys.

    An `lru_cache` limits the number of keys, but not their size: with header names of 60 KB each,
    one kept hundreds of megabytes. This cache holds at most `entries` keys of `size` characters.
    """

    def __init__(self, make: Callable[[Key], Made], entries: int, size: int) -> None:
        super().__init__()
        self._make = make
        self._entries = entries
        self._size = size

    def __missing__(self, key: Key) -> Made:
        """Make and cache a result. A full cache is emptied, because frequent keys return soon."""
        made = self._make(key)
        if size_of(key) <= self._size:
            if len(self) >= self._entries:
                self.clear()
            self[key] = made
        return made


def size_of(key: object) -> int:
    """Count the characters of a key; values such as numbers count as one."""
    if isinstance(key, tuple):
        return sum(map(size_of, key))
    return len(key) if isinstance(key, str | bytes) else 1
