"""The page under a rush of requests: 500 a second.

What is asserted is the CPU time of the page's own tasks, of which a frame is one; how long frames
took on the clock is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.arrivals import arrive
from tests.browser.tasks import LONGEST_MS, tasks_of
from tests.support.processes import Server

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

PER_SECOND = 500
MEMORY_MAY_GROW = 8 * 2**20

RECORD = """() => {
    const frames = window.frames = [];
    let last;
    const onFrame = (now) => {
        if (last !== undefined) frames.push(now - last);
        last = now;
        if (window.frames === frames) requestAnimationFrame(onFrame);
    };
    requestAnimationFrame(onFrame);
}"""

STOP = "() => { const {frames} = window; window.frames = undefined; return frames; }"


@contextmanager
def recorded(page: Page) -> Iterator[list[float]]:
    """As `tasks_of`, and tells of the frames on the clock, too."""
    with tasks_of(page) as tasks:
        page.evaluate(RECORD)
        yield tasks
        frames = sorted(page.evaluate(STOP))
    slow = sum(frame > LONGEST_MS for frame in frames)
    print(
        f"\n{len(frames)} frames: median {at(frames, 0.5):.0f} ms, 95 % {at(frames, 0.95):.0f} ms, "
        f"longest {frames[-1]:.0f} ms, {slow} over {LONGEST_MS} ms on the clock; "
        f"CPU of the longest task {tasks[-1]:.1f} ms"
    )


def at(frames: list[float], share: float) -> float:
    return frames[int(share * (len(frames) - 1))]


def memory(page: Page) -> int:
    """What is alive on the page's heap, in bytes."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return next(int(each["value"]) for each in metrics if each["name"] == "JSHeapUsedSize")


def open_with(open_page: Open, server: Server, uuid: str, count: int) -> Page:
    """A page whose list has so many requests."""
    page = open_page(server, f"/view/{uuid}")
    arrive(server, f"/{uuid}/before", count)
    expect(page.locator(".toolbar-count")).to_contain_text(f"{count:,}")
    return page


def test_no_frame_is_long_while_requests_rush_in(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_with(open_page, server, uuid, 10)
    with recorded(page) as tasks:
        arrive(server, f"/{uuid}/rush/{{}}", 2000, PER_SECOND)
        expect(page.locator(".row").first).to_contain_text("/rush/2000")
    assert tasks[-1] < LONGEST_MS


def test_no_frame_is_long_for_a_reader_who_has_scrolled_away(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_with(open_page, server, uuid, 200)
    page.locator("request-list").evaluate("list => { list.scrollTop = 2000; }")
    with recorded(page) as tasks:
        arrive(server, f"/{uuid}/rush", 500, PER_SECOND)
        expect(page.get_by_role("button", name="500 new")).to_be_visible()
    assert tasks[-1] < LONGEST_MS


@pytest.mark.long
@pytest.mark.timeout(180)
def test_ten_thousand_requests_leave_every_frame_short_and_memory_bounded(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_with(open_page, server, uuid, 1000)
    before = memory(page)
    with recorded(page) as tasks:
        arrive(server, f"/{uuid}/rush/{{}}", 10_000, PER_SECOND)
        expect(page.locator(".row").first).to_contain_text("/rush/10000")
    grown = memory(page) - before
    print(f"memory {before / 2**20:.1f} MiB, grown by {grown / 2**20:.1f} MiB")
    assert tasks[-1] < LONGEST_MS
    assert grown < MEMORY_MAY_GROW
