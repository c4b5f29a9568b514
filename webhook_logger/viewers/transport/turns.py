"""Work that is done later, in turns, so that the caller continues at once."""

from __future__ import annotations

import logging
import threading
import time
from _thread import start_new_thread  # Thread.start waits, and others run meanwhile
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """Calls `do` for each item, in order, and lets others run after every `at_once` items.

    For green threads only: it relies on switches happening only where one waits.
    """

    def __init__(self, do: Callable[[Item], None], at_once: int) -> None:
        self._do = do
        self._at_once = at_once
        self._items: list[Item] = []
        self._thread_runs = False
        # A lock is the cheapest to wait for. It is released each time that there is work.
        self._bell = threading.Lock()
        self._bell.acquire()
        self._rung = False

    def add(self, item: Item) -> None:
        """Add an item. `do` runs after all that can run now. Never blocks."""
        self._items.append(item)
        if not self._rung:
            self._rung = True
            self._bell.release()
        if not self._thread_runs:
            self._thread_runs = True
            start_new_thread(self._run, ())

    def _run(self) -> None:
        while True:
            self._bell.acquire()
            while self._items:
                items, self._items = self._items, []
                self._do_all(items)
            self._rung = False

    def _do_all(self, items: list[Item]) -> None:
        for number, item in enumerate(items, 1):
            try:
                self._do(item)
            except Exception:
                log.exception("A viewer could not be served.")
            if number % self._at_once == 0:
                time.sleep(0)
