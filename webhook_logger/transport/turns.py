"""What is put off to the end of the hub's turn, so that what comes together is done together."""

from __future__ import annotations

import logging
import threading
import time
from _thread import start_new_thread  # Thread.start waits, and others run meanwhile
from collections.abc import Callable
from typing import Generic, TypeVar

ITEMS_AT_ONCE = 100

log = logging.getLogger(__name__)

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """Does one thing for each item, once all that can run now has run; the thread, a green one,
    runs from the first item on.
    """

    def __init__(self, do: Callable[[Item], None]) -> None:
        self._do = do
        self._items: list[Item] = []
        # The cheapest thing to wait for. It is released once when there is something to do again;
        # before the thread runs, the first item starts it instead.
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
            start_new_thread(self._run, ())

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
