"""The badge: whether the page is live, never in doubt."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.processes import Server, for_seconds
from tests.support.sender import post
from tests.support.viewers import PacketViewer

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def word(page: Page) -> str:
    return page.locator(".badge-word").inner_text()


def test_it_is_connecting_until_the_server_says_joined(server: Server, open_page: Open) -> None:
    page = open_page(server)
    page.route("**/socket.io/**", Route.abort)
    # A WebSocket that opens and never speaks: connected, and not joined.
    page.route_web_socket("**/socket.io/**", lambda _: None)
    page.reload()
    expect(page.locator(".badge[data-state=connecting]")).to_be_visible()
    expect(page.locator(".empty h2")).to_have_text("Not live yet")
    expect(page.locator(".topbar-viewers")).to_have_count(0)
    page.close()


def test_it_counts_down_to_the_next_try_and_can_be_told_not_to_wait(
    open_page: Open, uuid: str, complaints: list[str]
) -> None:
    with Server() as server:
        page = open_page(server, f"/view/{uuid}")
        server.end(kill=True)
        badge = page.locator(".badge[data-state=reconnecting]")
        expect(badge.locator(".badge-count")).to_have_text(re.compile(r"in [1-5] s"))
        assert word(page) == "Reconnecting"
        # What changes each second is not read out.
        expect(badge.locator(".badge-count")).to_have_attribute("aria-hidden", "true")
        expect(badge.locator(".badge-count")).to_have_text(re.compile(r"in [2-5] s"))
        server.start()
        page.get_by_role("button", name="Try now").click()
        expect(page.locator(".badge[data-state=live]")).to_be_visible(timeout=1500)
        expect(page.get_by_role("button", name="Try now")).to_have_count(0)
        assert post(server.address, f"/{uuid}/after").status == 200
        expect(page.locator(".row")).to_have_count(1)
        page.close()
    complaints.clear()  # the browser's own, of a server that is not there


def test_a_server_that_leaves_says_so_and_the_page_explains_it_for_a_moment(
    open_page: Open, uuid: str, complaints: list[str]
) -> None:
    with Server() as server:
        page = open_page(server, f"/view/{uuid}")
        server.end()
        notice = page.get_by_role("alert")
        expect(notice).to_contain_text("restarting")
        server.start()
        expect(page.locator(".badge[data-state=live]")).to_be_visible()
        expect(notice).to_contain_text("restarting")
        expect(notice).to_be_hidden()
        page.close()
    complaints.clear()


def test_a_page_too_many_says_so_and_keeps_trying_until_there_is_room(
    open_page: Open, uuid: str
) -> None:
    with Server(MAX_VIEWERS=1) as server:
        page = open_page(server)
        page.goto("about:blank")
        for_seconds(20, lambda: server.metrics()["viewers"] == 0)
        with PacketViewer(server.url):
            page.goto(f"{server.url}/view/{uuid}")
            expect(page.get_by_role("alert")).to_contain_text("as many viewers as it can take")
            expect(page.locator(".badge[data-state=reconnecting]")).to_be_visible()
        expect(page.locator(".badge[data-state=live]")).to_be_visible(timeout=30_000)
        page.close()


def test_without_a_network_it_says_offline_and_comes_back_at_once(
    server: Server, open_page: Open, complaints: list[str]
) -> None:
    page = open_page(server)
    page.context.set_offline(True)
    expect(page.locator(".badge[data-state=offline]")).to_be_visible(timeout=30_000)
    page.context.set_offline(False)
    expect(page.locator(".badge[data-state=live]")).to_be_visible(timeout=2000)
    complaints.clear()


def test_what_the_server_refuses_for_good_is_explained(server: Server, open_page: Open) -> None:
    page = open_page(server)
    page.evaluate(
        """() => document.querySelector("webhook-page").store.linkChanged(
            { state: "refused", message: "no such callback", retryAt: 0 })"""
    )
    expect(page.get_by_role("alert")).to_have_text("The server refused this page: no such callback")
    assert word(page) == "Refused"
