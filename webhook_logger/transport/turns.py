"""What is put off to the end of the hub's turn, so that what comes together is done together."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

ITEMS_AT_ONCE = 100

log = logging.getLogger(__name__)

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """Does one thing for each item, once all that can run now has run; the thread runs from the
    first item on.
    """

    def __init__(self, do: Callable[[Item], None]) -> None:
        self._do = do
        self._items: list[Item] = []
        # The cheapest thing to wait for: it is free exactly while there are items to see.
        self._bell = threading.Lock()
        self._rung = True
        self._runs = False

    def add(self, item: Item) -> None:
        """Have it done at the end of this turn. Never blocks."""
        self._items.append(item)
        if not self._rung:
            self._rung = True
            self._bell.release()
        elif not self._runs:
            self._runs = True
            threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        self._bell.acquire()
        while True:
            items, self._items = self._items, []
            self._do_all(items)
            self._rung = bool(self._items)
            if not self._rung:
                self._bell.acquire()

    def _do_all(self, items: list[Item]) -> None:
        for number, item in enumerate(items, 1):
            try:
                self._do(item)
            except Exception:
                log.exception("A viewer could not be served.")
            if number % ITEMS_AT_ONCE == 0:
                time.sleep(0)  # a large room must not keep the worker to itself
