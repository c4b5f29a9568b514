"""Stops the clock of a page.

While it is stopped, countdowns, retries and temporary notices do not advance, so that a test can
examine such a state for as long as a busy machine needs. Everything without a delay continues:
frames, promises, and messages from the server.
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
AHEAD_SECONDS = 1
"""Time from now at which the clock is stopped: Playwright rejects a moment in the past."""


def stop_clock(page: Page) -> None:
    """Stop the time of day of a loaded page, and the timers that it sets from now on.

    Then only `page.clock.run_for(milliseconds)` makes time pass.
    """
    page.evaluate(KEEP)
    page.clock.install()
    page.evaluate(GIVE_BACK)  # before the pause, so that no frame waits for the stopped clock
    try:
        _pause(page)
    except Error:
        # On a busy machine that moment passes before the call. The clock stops anyway, so the next
        # moment cannot pass.
        _pause(page)


def _pause(page: Page) -> None:
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + AHEAD_SECONDS)
