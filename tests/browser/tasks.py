"""What a page's main thread was busy with.

CPU time, and not time on the clock: how long a frame takes there depends on who else uses the
machine. Whose caches and pace the others change as well; so before and after, the page does a fixed
piece of work, and its time stands for `YARDSTICK_MS`, what it takes on a machine of one's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import Page

LONGEST_MS = 50
YARDSTICK_MS = 6
YARDSTICKS = 5
TRIES = 3

# Objects, strings and a sort, as pages do; nothing of it can be left out.
YARDSTICK = """() => {
  const rows = Array.from({length: 6000}, (_, i) => ({key: `k${(i * 7919) % 6007}`, i}));
  rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  return JSON.stringify(JSON.parse(JSON.stringify(rows))).length;
}"""


def longest_of(page: Page, act: Callable[[], None]) -> float:
    """The longest task of what `act` does, which is done again where that was too long: what else
    the machine does makes a task longer, never shorter.
    """
    longest = 0.0
    for _ in range(TRIES):
        with tasks_of(page) as tasks:
            act()
        longest = tasks[-1]
        if longest < LONGEST_MS:
            break
    return longest


@contextmanager
def tasks_of(page: Page) -> Iterator[list[float]]:
    """Fills a list with the milliseconds of CPU that its tasks took, the longest last."""
    paces = _paces(page)
    tasks: list[float] = []
    with _traced(page) as taken:
        yield tasks
    pace = median(paces + _paces(page))
    tasks += [task / pace for task in taken]
    print(f"the longest task took {taken[-1]:.1f} ms of CPU, at a pace of {pace:.2f}")


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
