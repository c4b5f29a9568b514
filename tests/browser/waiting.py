"""Waits for a state of a page that no locator shows."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.support.patience import eventually


def until_true(page: Page, expression: str, arg: object = None) -> None:
    """Wait until a JavaScript expression or function returns a true value.

    Unlike `Page.wait_for_function`, which evaluates a text in the page again and again, this works
    under the page's Content-Security-Policy.
    """
    eventually(lambda: page.evaluate(expression, arg))
