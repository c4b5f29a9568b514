"""What a page's main thread was busy with.

CPU time, and not time on the clock: how long a frame takes there depends on who else uses the
machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

LONGEST_MS = 50


@contextmanager
def tasks_of(page: Page) -> Iterator[list[float]]:
    """Fills a list with the milliseconds of CPU that its tasks took, the longest last."""
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    tasks: list[float] = []
    yield tasks
    events = json.loads(browser.stop_tracing())["traceEvents"]
    names = [event for event in events if event["name"] == "thread_name"]
    threads = {_thread(event) for event in names if event["args"]["name"] == "CrRendererMain"}
    tasks += sorted(
        event["tdur"] / 1000 for event in events if "tdur" in event and _thread(event) in threads
    )


def _thread(event: dict) -> tuple[int, int]:
    return event["pid"], event["tid"]
