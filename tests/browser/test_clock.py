"""A test can stop the clock of a page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import clock
from tests.support.processes import Server

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("ahead", [clock.AHEAD_SECONDS, -1], ids=["in time", "too late"])
def test_a_stopped_clock_stays_stopped_on_a_slow_page(
    server: Server, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    page = open_page(server)
    moments = iter([ahead, clock.AHEAD_SECONDS])
    pause_at = page.clock.pause_at
    monkeypatch.setattr(
        page.clock,
        "pause_at",
        lambda moment: pause_at(moment - clock.AHEAD_SECONDS + next(moments)),
    )
    opened = page.evaluate("Date.now()")
    clock.stop_clock(page)
    before = page.evaluate("Date.now()")
    assert 0 < before - opened < 3_600_000, "the time of day is about the real one"
    page.evaluate("() => { setTimeout(() => { globalThis.rang = true; }, 1000); }")
    page.wait_for_timeout(20)  # real time, in which nothing may happen
    assert page.evaluate("Date.now()") == before
    page.clock.run_for(1000)
    assert page.evaluate("[Date.now(), rang]") == [before + 1000, True]


def test_frames_continue_on_a_stopped_clock(server: Server, open_page: Callable[..., Page]) -> None:
    """A page that waits for a frame while the clock is stopped must not wait forever."""
    page = open_page(server)
    page.evaluate(
        "() => { globalThis.drawn = 0; "
        "const next = () => { globalThis.drawn++; requestAnimationFrame(next); }; next(); }"
    )
    clock.stop_clock(page)
    seen = page.evaluate("drawn")
    page.wait_for_function("(seen) => globalThis.drawn > seen + 2", arg=seen)
