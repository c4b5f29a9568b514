"""Pings, with a fake Engine.IO session of one viewer."""

from __future__ import annotations

import queue
import weakref
from types import SimpleNamespace
from typing import Any

from tests.support.patience import PATIENCE_SECONDS, eventually
from webhook_logger.viewers.transport import tasks
from webhook_logger.viewers.transport.work_queue import WorkQueue


def viewer() -> Any:
    server = SimpleNamespace(ping_interval=0)
    return SimpleNamespace(
        server=server, queue=queue.Queue(), last_ping=None, closing=False, closed=False
    )


def test_unrequested_pongs_cause_no_pings() -> None:
    flooding, honest = viewer(), viewer()
    for _ in range(1000):
        tasks.pong(flooding)
    honest.last_ping = 1.0
    tasks.pong(honest)
    honest.queue.get(timeout=PATIENCE_SECONDS)  # pings are sent in the order of their pongs
    assert flooding.queue.empty()


def test_an_item_is_not_kept_after_its_turn() -> None:
    """Items are viewers, which would need memory until others need a turn."""
    work: WorkQueue[Any] = WorkQueue(lambda _: None, batch_size=1)
    item: queue.Queue[int] = queue.Queue()
    reference = weakref.ref(item)
    work.add(item)
    del item
    eventually(lambda: reference() is None)
