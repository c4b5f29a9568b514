"""What a page's main thread was busy with.

CPU time, and not time on the clock: how long a frame takes there depends on who else uses the
machine. Whose caches and pace the others change as well; so before and after, the page does a fixed
piece of work, and its time stands for `YARDSTICK_MS`, what it takes on a machine of one's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import Page

YARDSTICK_MS = 6
YARDSTICKS = 5

# Objects, strings and a sort, as pages do; nothing of it can be left out.
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
    """How much longer the yardstick takes now than alone."""
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
