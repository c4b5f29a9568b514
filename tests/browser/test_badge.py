"""The badge shows whether the page is live."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.clock import stop_clock
from tests.browser.conftest import UNREACHABLE, ConsoleErrors
from tests.browser.waiting import until_true
from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.sender import post
from tests.support.viewers import PacketViewer

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


# The store knows when the page retries.
WAITS = "() => document.querySelector('webhook-page').store.snapshot.link.retryAt > Date.now()"


def says(page: Page, word: str) -> None:
    expect(page.locator(".badge-word")).to_have_text(word)


def test_the_badge_shows_connecting_until_the_page_has_joined(
    server: Server, open_page: Open, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*UNREACHABLE)
    page = open_page(server)
    page.route("**/socket.io/**", Route.abort)
    # A WebSocket that opens and sends nothing: connected, but not joined.
    page.route_web_socket("**/socket.io/**", lambda _: None)
    page.reload()
    expect(page.locator(".badge[data-state=connecting]")).to_be_visible()
    expect(page.locator(".empty h2")).to_have_text("Not live yet")
    expect(page.locator(".topbar-viewers")).to_have_count(0)
    page.close()


def test_the_badge_counts_down_and_retry_now_skips_the_wait(
    open_page: Open, uuid: str, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*UNREACHABLE)
    with Server() as server:
        page = open_page(server, f"/view/{uuid}")
        page.evaluate("Math.random = () => 0.5")  # no jitter
        stop_clock(page)
        server.end(kill=True)
        count = page.locator(".badge[data-state=reconnecting] .badge-count")
        for seconds, milliseconds in ((1, 300), (1, 600), (2, 1200), (3, 2400)):
            expect(count).to_have_text(f"retrying in {seconds} s")
            says(page, "Reconnecting")
            page.clock.run_for(milliseconds)  # the page retries and fails
            until_true(page, WAITS)
        # Screen readers do not announce the countdown.
        expect(count).to_have_attribute("aria-hidden", "true")
        server.start()
        # The clock is stopped: only the click makes the page retry.
        page.get_by_role("button", name="Retry").click()
        expect(page.locator(".badge[data-state=live]")).to_be_visible()
        expect(page.get_by_role("button", name="Retry")).to_have_count(0)
        assert post(server.address, f"/{uuid}/after").status == 200
        expect(page.locator(".row")).to_have_count(1)
        page.close()


def test_a_draining_server_is_explained_until_the_page_is_live(
    open_page: Open, uuid: str, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*UNREACHABLE)
    with Server() as server:
        page = open_page(server, f"/view/{uuid}")
        stop_clock(page)
        server.end()
        notice = page.get_by_role("alert")
        expect(notice).to_contain_text("restarting")
        server.start()
        page.get_by_role("button", name="Retry").click()
        expect(page.locator(".badge[data-state=live]")).to_be_visible()
        expect(notice).to_be_hidden()
        over = page.locator("link-notice").get_by_role("status")
        expect(over).to_contain_text("live again")
        page.clock.run_for(8000)
        expect(over).to_be_hidden()
        page.close()


def test_a_page_over_the_viewer_limit_explains_it_and_retries(
    open_page: Open, uuid: str, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*UNREACHABLE)
    with Server(MAX_VIEWERS=1) as server:
        page = open_page(server)
        page.goto("about:blank")
        eventually(lambda: server.metrics()["viewers"] == 0)
        with PacketViewer(server.url) as viewer:
            viewer.packet()  # the viewer is connected and takes the only place
            page.goto(f"{server.url}/view/{uuid}")
            expect(page.get_by_role("alert")).to_contain_text("maximum number of viewers")
            expect(page.locator(".badge[data-state=reconnecting]")).to_be_visible()
        expect(page.locator(".badge[data-state=live]")).to_be_visible()
        page.close()


def test_the_badge_shows_offline_and_reconnects_with_the_network(
    server: Server, open_page: Open, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*UNREACHABLE)
    page = open_page(server)
    stop_clock(page)
    page.context.set_offline(True)
    expect(page.locator(".badge[data-state=offline]")).to_be_visible()
    # The clock is stopped: the page retries because the network is back.
    page.context.set_offline(False)
    expect(page.locator(".badge[data-state=live]")).to_be_visible()


def test_a_permanent_refusal_is_explained(server: Server, open_page: Open) -> None:
    page = open_page(server)
    page.evaluate(
        """() => document.querySelector("webhook-page").store.linkChanged(
            { state: "refused", message: "no such callback", retryAt: 0 })"""
    )
    expect(page.get_by_role("alert")).to_have_text("The server refused this page: no such callback")
    says(page, "Refused")
