"""Recent callbacks, names, and leaving the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import uuid_of
from tests.browser.waiting import until_true
from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def test_callbacks_are_named_found_by_keyboard_and_forgotten(
    server: Server, open_page: Open
) -> None:
    page = open_page(server)
    first = page.url
    page.get_by_role("button", name="Name this callback").click()
    page.get_by_placeholder("Name", exact=True).fill("Payments")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator(".topbar-callback")).to_have_text("Payments")
    expect(page).to_have_title("Payments · Webhook Logger")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="New callback").click()
    other = opened.value
    expect(other.locator(".badge[data-state=live]")).to_be_visible()
    other.keyboard.press("o")
    sheet = other.get_by_role("dialog", name="Recent callbacks")
    expect(sheet.get_by_role("link")).to_have_count(2)
    other.keyboard.press("ArrowDown")
    other.keyboard.press("ArrowDown")
    expect(sheet.get_by_role("link", name="Payments")).to_be_focused()
    other.keyboard.type("paym")  # in the field
    expect(sheet.get_by_role("link")).to_have_count(1)
    other.keyboard.press("Enter")
    other.wait_for_url(first)
    expect(other.locator(".topbar-callback")).to_have_text("Payments")
    other.keyboard.press("o")
    sheet.get_by_role("button", name="Forget all").click()
    expect(sheet).to_contain_text("No recent callbacks")
    expect(page).not_to_have_title("Payments · Webhook Logger")  # in the other tab, too
    other.keyboard.press("Enter")  # Undo has the focus
    expect(sheet.get_by_role("link")).to_have_count(2)


def test_the_page_asks_before_it_loses_requests(server: Server, open_page: Open) -> None:
    page = open_page(server)
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.locator("body").click(position={"x": 5, "y": 5})  # browsers ask only after a gesture
    page.reload()
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    assert asked == []
    page.keyboard.press("p")
    post(server.address, f"/{uuid_of(page)}/held")
    until_true(page, "document.querySelector('webhook-page').store.snapshot.waiting === 1")
    page.reload()
    assert asked == ["beforeunload"]
