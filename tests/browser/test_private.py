"""Private callbacks on the page and in the element."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, WebSocket, expect

from tests.browser.conftest import uuid_of
from tests.browser.waiting import until_true
from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

KEY = "AAAAAAAAAAAAAAAAAAAAAA"
PRIVATE = "dab4b7e8-9783-8a7c-87b8-8657aef61edf"
"""The UUID of that key, from docs/protocol.md."""


def key_of(page: Page) -> str:
    return urlsplit(page.url).fragment.removeprefix("key=")


class Wire:
    """Everything that a page sends."""

    def __init__(self, page: Page) -> None:
        self.requests: list[Request] = []
        self.frames: list[str] = []
        page.on("request", self._add)
        page.on("websocket", self._follow)

    def _add(self, request: Request) -> None:
        self.requests.append(request)

    def _follow(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self.frames.append(str(frame)))

    def headers_with(self, key: str) -> set[str]:
        lines = [line for each in self.requests for line in each.headers_array()]
        return {line["name"].lower() for line in lines if key in line["value"]}


def test_the_key_is_sent_only_in_the_header_and_the_auth_message(
    server: Server, open_page: Open
) -> None:
    wires: list[Wire] = []
    page = open_page(server, prepare=lambda page: wires.append(Wire(page)))
    (wire,) = wires
    key, uuid = key_of(page), uuid_of(page)
    post(server.address, f"/{uuid}/orders", b'{"a": 1}', "Content-Type: application/json")
    expect(page.locator(".row")).to_contain_text("/orders")
    page.keyboard.press("r")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="New callback").click()
    assert opened.value.evaluate("document.referrer") == ""
    assert len(key) == 22
    assert {each.method for each in wire.requests if "/reply" in each.url} == {"GET", "PUT"}
    assert not any(key in each.url.partition("#")[0] for each in wire.requests)
    assert wire.headers_with(key) == {"webhook-view-key"}
    assert not any(key in (each.post_data or "") for each in wire.requests)
    assert [frame.partition("{")[0] for frame in wire.frames if key in frame] == ["40"]
    assert key not in page.title()


def test_a_page_without_the_right_key_asks_for_it_and_opens_no_stream(
    server: Server, open_page: Open
) -> None:
    path = f"/view/{PRIVATE}"
    page = open_page(server, "/healthz")
    wire = Wire(page)
    page.goto(server.url + path)
    field = page.get_by_label("Complete link or key")
    field.fill(f"{server.url}/{PRIVATE}")
    field.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="no key")).to_be_visible()
    assert not any("/socket.io/" in each.url or "/api/" in each.url for each in wire.requests)
    field.fill("B" * 22)
    field.press("Enter")
    expect(page.get_by_text("does not open this callback")).to_be_visible()
    assert not any("/api/" in each.url for each in wire.requests)
    field.fill(f"{server.url}{path}#key={KEY}")
    field.press("Enter")
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    # This browser knows the key now.
    page.goto(server.url + "/healthz")
    page.goto(server.url + path)
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    assert key_of(page) == KEY


def test_the_element_watches_with_the_link_and_says_which_key_is_wrong(
    server: Server, visit: Callable[..., Page]
) -> None:
    link = f"{server.url}/view/{PRIVATE}"
    page = visit(server, f'<webhook-log src="{link}"></webhook-log>')
    log = page.locator("webhook-log")
    expect(log.get_by_role("alert")).to_contain_text("this callback is private")
    set_src = "src => { document.querySelector('webhook-log').src = src }"
    page.evaluate(set_src, f"{link}#key={'B' * 5000}")  # longer than a message to the server
    until_true(page, "events.filter(([, { reason }]) => reason === 'private').length === 2")
    page.evaluate(set_src, f"{link}#key={'B' * 22}")
    expect(log.get_by_role("alert")).to_contain_text("key")
    until_true(page, "events.filter(([, { reason }]) => reason === 'private').length === 3")
    page.evaluate(set_src, f"{link}#key={KEY}")
    expect(log).to_have_attribute("state", "live")
    expect(log.locator("[part=url]")).to_have_text(f"{server.url}/{PRIVATE}")
    dashboard = log.get_by_role("link", name="Open dashboard")
    expect(dashboard).to_have_attribute("href", f"{link}#key={KEY}")
    assert KEY not in json.dumps(page.evaluate("document.body.innerText"))
