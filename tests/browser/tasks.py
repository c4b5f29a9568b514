"""Measures the tasks of a page's main thread.

Uses CPU time, because time on the clock depends on the other processes of the machine. They also
affect CPU time, through caches and clock speed. So the page does a fixed piece of work before and
after, whose time is compared with `YARDSTICK_MS`, the time on an idle machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import Page

YARDSTICK_MS = 6
YARDSTICKS = 5

# Objects, strings and a sort, as in pages; engines can't optimize any of it away.
YARDSTICK = """() => {
  const rows = Array.from({length: 6000}, (_, i) => ({key: `k${(i * 7919) % 6007}`, i}));
  rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  return JSON.stringify(JSON.parse(JSON.stringify(rows))).length;
}"""


@contextmanager
def tasks_of(page: Page) -> Iterator[None]:
    """Print how many milliseconds of CPU the longest task of a page takes."""
    paces = _paces(page)
    with _traced(page) as tasks:
        yield
    pace = median(paces + _paces(page))
    print(
        f"\nthe longest task took {tasks[-1] / pace:.1f} ms of CPU; {tasks[-1]:.1f} ms at the "
        f"machine's pace of {pace:.2f}"
    )


def _paces(page: Page) -> list[float]:
    """Return the ratio of the yardstick's time now to its time on an idle machine."""
    paces = []
    for _ in range(YARDSTICKS):
        with _traced(page) as tasks:
            page.evaluate(YARDSTICK)
        paces.append(tasks[-1] / YARDSTICK_MS)
    return paces


@contextmanager
def _traced(page: Page) -> Iterator[list[float]]:
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
