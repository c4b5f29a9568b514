"""Process items later, in turns, so that the caller continues immediately."""

from __future__ import annotations

import logging
import time
from _thread import start_new_thread  # Thread.start waits, and others run meanwhile
from collections.abc import Callable
from typing import Generic, TypeVar

from webhook_logger.waits import Gate, gate

log = logging.getLogger(__name__)

Item = TypeVar("Item")


class WorkQueue(Generic[Item]):
    """Calls `do` for each item, in order, and yields after every `batch_size` items.

    Only for green threads: it relies on switches happening only when a thread waits.
    """

    def __init__(self, do: Callable[[Item], None], batch_size: int, is_first: bool = False) -> None:
        """Set `is_first` to process items before green threads continue at other gates."""
        self._do = do
        self._is_first = is_first
        self._batch_size = batch_size
        self._items: list[Item] = []
        self._is_running = False
        self._idle: Gate | None = None
        """Where the thread waits for items."""

    def add(self, item: Item) -> None:
        """Add an item. `do` runs soon, in another green thread. Never blocks."""
        self._items.append(item)
        if self._idle:
            self._idle.open()
        if not self._is_running:
            self._is_running = True
            start_new_thread(self._run, ())

    def _run(self) -> None:
        while True:
            while self._items:
                items, self._items = self._items, []
                self.do_all(items)
                items.clear()  # thousands of viewers, perhaps, and it may be long until the next
            self._idle = idle = gate(self._is_first)
            idle.wait()
            self._idle = None

    def do_all(self, items: list[Item]) -> None:
        """Process the items of one turn."""
        for number, item in enumerate(items, 1):
            try:
                self._do(item)
            except Exception:
                log.exception("A viewer could not be served.")
            if number % self._batch_size == 0:
                time.sleep(0)
