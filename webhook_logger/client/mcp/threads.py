"""Run what blocks in threads that delay neither each other nor the end of the process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def in_thread(function: Callable[[], T]) -> T:
    """Call a function in a separate thread, and return its result.

    With `asyncio.to_thread`, a few requests to a server that does not respond would block all other
    calls, and the process would wait for them before it ends.
    """
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(function())
        except BaseException as error:  # noqa: BLE001  # raised where the result is awaited
            outcome.set_exception(error)

    outcome.set_running_or_notify_cancel()
    threading.Thread(target=run, name="agent's call", daemon=True).start()
    return await asyncio.wrap_future(outcome)
