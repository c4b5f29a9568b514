"""Process items later, in turns, so that the caller continues immediately."""

from __future__ import annotations

import logging
import threading
import time
from _thread import start_new_thread  # Thread.start waits, and others run meanwhile
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

Item = TypeVar("Item")


class WorkQueue(Generic[Item]):
    """Calls `do` for each item, in order, and yields after every `batch_size` items.

    Only for green threads: it relies on switches happening only when a thread waits.
    """

    def __init__(self, do: Callable[[Item], None], batch_size: int) -> None:
        self._do = do
        self._batch_size = batch_size
        self._items: list[Item] = []
        self._is_running = False
        # Released when there is work. A gate opens only once, and this wait repeats.
        self._wakeup = threading.Lock()
        self._wakeup.acquire()
        self._is_woken = False

    def add(self, item: Item) -> None:
        """Add an item. `do` runs after the green threads that can run now. Never blocks."""
        self._items.append(item)
        if not self._is_woken:
            self._is_woken = True
            self._wakeup.release()
        if not self._is_running:
            self._is_running = True
            start_new_thread(self._run, ())

    def _run(self) -> None:
        while True:
            self._wakeup.acquire()
            while self._items:
                items, self._items = self._items, []
                self.do_all(items)
                items.clear()  # thousands of viewers, perhaps, and it may be long until the next
            self._is_woken = False

    def do_all(self, items: list[Item]) -> None:
        """Process the items of one turn."""
        for number, item in enumerate(items, 1):
            try:
                self._do(item)
            except Exception:
                log.exception("A viewer could not be served.")
            if number % self._batch_size == 0:
                time.sleep(0)
