"""The clock of a page, which a test can stop.

A stopped page goes no further by itself: no countdown, no retry, no notice that vanishes. So a test
can look at such a state, and click in it, for as long as a busy machine takes. What needs no time
goes on: frames are drawn, turns are taken, and what the server sends arrives.
"""

from __future__ import annotations

from playwright.sync_api import Error, Page

KEEP = """() => {
  const { requestAnimationFrame, setTimeout } = globalThis;
  globalThis.untimed = { requestAnimationFrame, setTimeout };
}"""
GIVE_BACK = """() => {
  const { untimed, setTimeout } = globalThis;
  globalThis.requestAnimationFrame = untimed.requestAnimationFrame;
  globalThis.setTimeout = (act, delay = 0, ...values) =>
    (delay > 0 ? setTimeout : untimed.setTimeout)(act, delay, ...values);
}"""
AHEAD_MS = 1000
"""The clock is stopped at a moment that has not passed yet."""


def stop_clock(page: Page) -> None:
    """Stop the time of day of a loaded page, and the timers that it sets from here on.

    Then `page.clock.run_for(milliseconds)` is the only way to make time pass.
    """
    page.evaluate(KEEP)
    page.clock.install()
    try:
        _pause(page)
    except Error:
        # That moment had passed before the page was asked, on a busy machine. It stands still all
        # the same, so the next one cannot pass.
        _pause(page)
    page.evaluate(GIVE_BACK)


def _pause(page: Page) -> None:
    page.clock.pause_at(page.evaluate("Date.now()") + AHEAD_MS)
