"""The page shows the requests of a file, and of a link."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

HOSTILE = '<img src=x onerror="document.title=1">'
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.body.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
}"""


def har(*requests: dict[str, Any]) -> str:
    entries = [
        {
            "startedDateTime": "2026-11-28T10:00:00.000Z",
            "time": 12,
            "request": {"method": "POST", "url": "https://shop.example/", **request},
            "response": {"status": 201, "headers": [], "content": {"size": 4, "text": HOSTILE}},
        }
        for request in requests
    ]
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": entries}})


def test_requests_of_a_file_are_shown_apart_from_live_ones(
    server: Server, open_page: Open, uuid: str, tmp_path: Path
) -> None:
    page = open_page(server, f"/view/{uuid}")
    rows, notice = page.locator(".row"), page.locator("opened-notice")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="open a HAR or JSON file").click()
    file = tmp_path / "shop.har"
    sent = {"url": f"https://shop.example/a?q={HOSTILE}", "postData": {"text": HOSTILE}}
    file.write_text(har({"url": "wss://shop.example/"}, {"method": "PUT"}, sent))
    chooser.value.set_files(file)
    expect(notice).to_contain_text("shop.har: 2 requests from a file, not live.")
    expect(notice).to_contain_text("1 entry")
    expect(rows).to_have_count(2)
    rows.first.click()
    detail = page.locator("request-detail")
    expect(detail.get_by_role("region", name="Response to the sender")).to_contain_text("201")
    expect(detail.locator("webhook-body").first).to_contain_text(HOSTILE)
    assert page.locator("request-detail img").count() == 0
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    post(server.address, f"/{uuid}/live")
    expect(notice.get_by_role("button")).to_have_text("Close file (1 new)")
    expect(rows).to_have_count(2)
    page.keyboard.press("x")  # clears the list
    expect(notice).to_have_count(0)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("/live")
    page.evaluate(DROP, ["broken.json", '[{"uuid": 1}]'])
    problem = page.get_by_role("alert").filter(has_text="broken.json, entry 1: Its uuid is")
    expect(problem).to_be_visible()
    page.evaluate(PASTE, har({}))
    expect(notice).to_contain_text("The pasted text: 1 request from a file, not live.")
    expect(problem).to_have_count(0)


def test_a_link_contains_a_request_that_its_page_shows_without_a_stream(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    lines = ("Content-Type: text/html", "Authorization: Bearer abc", "X-Name: zoë")
    post(server.address, f"/{uuid}/orders", HOSTILE.encode(), *lines)
    page.locator(".row").click()
    expect(page.locator("request-detail")).to_be_visible()
    page.keyboard.press("h")
    sheet = page.get_by_role("dialog", name="Link to this request")
    link = sheet.get_by_label("Link", exact=True)
    expect(sheet).to_contain_text("Leave out the values of Authorization")
    without = link.input_value()
    sheet.get_by_role("checkbox").uncheck()
    expect(link).not_to_have_value(without)
    whole = link.input_value()
    assert whole.startswith(f"{server.url}/view#request=")

    other = open_page(server, "/docs")
    sockets: list[str] = []
    requested: list[str] = []
    other.on("websocket", lambda each: sockets.append(each.url))
    other.on("request", lambda each: requested.append(each.url))
    other.goto(whole)
    detail = other.locator("request-detail")
    expect(other.get_by_text("it is not live")).to_be_visible()
    expect(detail).to_contain_text("/orders")
    expect(detail).to_contain_text("Bearer abc")
    expect(detail.get_by_role("region", name="Response to the sender")).to_contain_text("200")
    expect(detail.get_by_role("button", name="Compare")).to_have_count(0)
    assert other.locator("request-detail img").count() == 0
    assert sockets == []
    assert not any("socket.io" in url or "/api/" in url for url in requested)
    other.goto(without)
    expect(detail).to_contain_text("(left out)")
    other.goto(f"{whole[:-30]}")
    expect(other.get_by_role("alert")).to_contain_text("The link is damaged or incomplete.")
    expect(detail).to_have_count(0)
