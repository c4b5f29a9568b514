"""Reports the longest tasks of the page: bursts of 500 requests per second, and large bodies.

The times are printed, not asserted, because they depend on the machine. test_list.py and
test_detail.py assert that the work per frame is limited, by counting it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.arrivals import arrive
from tests.browser.tasks import tasks_of
from tests.browser.test_compare import LARGE as LARGE_PAIRS
from tests.browser.test_compare import compare_large
from tests.browser.test_detail import LARGE, show_all_of_large
from tests.support.processes import Server

pytestmark = [pytest.mark.browser, pytest.mark.long]

Open = Callable[..., Page]

PER_SECOND = 500
LONG_FRAME_MS = 50
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
def recorded(page: Page) -> Iterator[None]:
    """Print the page's longest task, and the durations of its frames on the clock."""
    with tasks_of(page):
        page.evaluate(RECORD)
        yield
        frames = sorted(page.evaluate(STOP))
    slow = sum(frame > LONG_FRAME_MS for frame in frames)
    print(
        f"\n{len(frames)} frames: median {at(frames, 0.5):.0f} ms, 95 % {at(frames, 0.95):.0f} ms, "
        f"longest {frames[-1]:.0f} ms, {slow} over {LONG_FRAME_MS} ms on the clock"
    )


def at(frames: list[float], share: float) -> float:
    return frames[int(share * (len(frames) - 1))]


def memory(page: Page) -> int:
    """Return the size of the live objects on the page's heap, in bytes."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return next(int(each["value"]) for each in metrics if each["name"] == "JSHeapUsedSize")


def open_with(open_page: Open, server: Server, uuid: str, count: int) -> Page:
    """Open a page whose list has `count` requests."""
    page = open_page(server, f"/view/{uuid}")
    arrive(server, f"/{uuid}/before", count)
    expect(page.locator(".toolbar-count")).to_contain_text(f"{count:,}")
    return page


def test_tasks_stay_short_in_a_burst(server: Server, open_page: Open, uuid: str) -> None:
    page = open_with(open_page, server, uuid, 10)
    with recorded(page):
        arrive(server, f"/{uuid}/rush/{{}}", 2000, PER_SECOND)
        expect(page.locator(".row").first).to_contain_text("/rush/2000")


def test_tasks_stay_short_in_a_burst_while_scrolled_down(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_with(open_page, server, uuid, 200)
    page.locator("request-list").evaluate("list => { list.scrollTop = 2000; }")
    with recorded(page):
        arrive(server, f"/{uuid}/rush", 500, PER_SECOND)
        expect(page.get_by_role("button", name="500 new requests")).to_be_visible()


@pytest.mark.timeout(180)
def test_memory_is_bounded_after_ten_thousand_requests(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_with(open_page, server, uuid, 1000)
    before = memory(page)
    with recorded(page):
        arrive(server, f"/{uuid}/rush/{{}}", 10_000, PER_SECOND)
        expect(page.locator(".row").first).to_contain_text("/rush/10000")
    grown = memory(page) - before
    print(f"memory {before / 2**20:.1f} MiB, grown by {grown / 2**20:.1f} MiB")
    assert grown < MEMORY_MAY_GROW


@pytest.mark.parametrize("kind", LARGE)
def test_tasks_stay_short_when_a_megabyte_is_shown(
    server: Server, open_page: Open, uuid: str, kind: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    with tasks_of(page):
        show_all_of_large(server, page, uuid, kind)


@pytest.mark.parametrize("kind", LARGE_PAIRS)
def test_tasks_stay_short_when_a_megabyte_is_compared(
    server: Server, open_page: Open, uuid: str, kind: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    with tasks_of(page):
        compare_large(page, uuid, kind)
