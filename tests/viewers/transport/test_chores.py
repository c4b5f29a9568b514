"""Pings, beside the Engine.IO socket of one viewer."""

from __future__ import annotations

import queue
from types import SimpleNamespace
from typing import Any

from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.viewers.transport import chores


def viewer() -> Any:
    server = SimpleNamespace(ping_interval=0)
    return SimpleNamespace(
        server=server, queue=queue.Queue(), last_ping=None, closing=False, closed=False
    )


def test_pongs_that_nobody_asked_for_earn_no_ping() -> None:
    flooding, honest = viewer(), viewer()
    for _ in range(1000):
        chores.pong(flooding)
    honest.last_ping = 1.0
    chores.pong(honest)
    honest.queue.get(
        timeout=PATIENCE_SECONDS
    )  # pings go out in the order in which they were asked for
    assert flooding.queue.empty()
