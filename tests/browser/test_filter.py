"""The field of the filter: help, corrections, saved filters and marks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


# The filter follows the first text only; the second waits for the language of the filter.
TYPE_AHEAD = """(field, texts) => {
  const late = (event) => event.stopPropagation();
  field.blur();
  field.value = "";
  field.focus();
  for (const text of texts) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    document.addEventListener("filter-change", late, { capture: true });
  }
  document.removeEventListener("filter-change", late, { capture: true });
}"""


def type_ahead_of_the_filter(page: Page, box: Locator) -> None:
    box.evaluate(TYPE_AHEAD, ["path:/orders", "path:/orders card"])
    expect(page.locator(".row mark")).to_have_text("/orders")
    expect(box).to_have_value("path:/orders card")
    expect(page.get_by_role("group", name="Filter fields")).to_have_count(0)


def test_the_filter_is_written_corrected_and_saved_with_the_keyboard(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    post(server.address, f"/{uuid}/orders", b'{"card": 1}', "X-Topic: Orders")
    post(server.address, f"/{uuid}/status/404", b"")
    expect(page.locator(".row")).to_have_count(2)
    box = page.get_by_role("searchbox", name="Filter requests")
    menu = page.get_by_role("group", name="Filter fields")
    count = page.locator(".toolbar-count")

    page.keyboard.press("/")
    expect(menu).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("button", name="method:")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    expect(box).to_have_value("event:")
    expect(menu).to_have_count(0)
    expect(count).to_have_text("2 of 2")

    box.fill("statu:404 path:/STATUS")
    expect(page.get_by_text("There is no field “statu:”.")).to_be_visible()
    expect(count).to_have_text("1 of 2")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Use status:404")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_have_value("status:404 path:/STATUS")
    expect(page.locator(".filter-problem")).to_have_count(0)
    expect(page.locator(".row mark")).to_have_text("/status")

    page.get_by_role("button", name="Save this filter").press("Enter")
    expect(page.get_by_role("button", name="Remove the saved filter")).to_be_focused()
    box.fill("")
    page.keyboard.press("ArrowDown")
    saved = page.get_by_role("button", name="status:404 path:/STATUS", exact=True)
    expect(saved).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(saved).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_have_value("status:404 path:/STATUS")
    expect(count).to_have_text("1 of 2")

    type_ahead_of_the_filter(page, box)

    # The rest applies while the last term is incomplete; it is an error once the user leaves.
    box.fill("header:x-topic=ord size:>")
    expect(count).to_have_text("1 of 2")
    expect(page.locator(".filter-problem")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".row:focus")).to_be_visible()
    expect(page.get_by_text("“size:>” is not a size.")).to_be_visible()
    expect(page.locator("webhook-detail").get_by_text("Ord", exact=True)).to_be_visible()


def test_help_does_not_cover_the_list_on_a_phone(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}", viewport={"width": 360, "height": 640})
    post(server.address, f"/{uuid}/orders", b"")
    page.get_by_role("searchbox", name="Filter requests").click()
    menu = page.get_by_role("group", name="Filter fields")
    expect(menu).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") == 360
    menu_box, row_box = menu.bounding_box(), page.locator(".row").bounding_box()
    assert menu_box
    assert row_box
    assert menu_box["y"] + menu_box["height"] <= row_box["y"]
