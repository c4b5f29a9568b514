"""Keyboard shortcuts, themes, settings, title, notifications and the first visit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clock import stop_clock
from tests.browser.conftest import UNREACHABLE, ConsoleErrors, uuid_of
from tests.browser.waiting import until_true
from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

PHONE = {"width": 390, "height": 844}
BACKGROUND = "() => getComputedStyle(document.documentElement).backgroundColor"
OVERFLOW = "() => document.documentElement.scrollWidth - innerWidth"
# Reports the page as hidden; a browser without a screen never does.
LOOK = """elsewhere => {
  Object.defineProperty(document, "hidden", { get: () => elsewhere, configurable: true });
  document.hasFocus = () => !elsewhere;
  document.dispatchEvent(new Event("visibilitychange"));
}"""
NOTIFICATIONS = """() => {
  window.notified = [];
  window.Notification = class {
    static permission = "default";
    static asked = 0;
    static async requestPermission() {
      this.asked++;
      return (this.permission = window.response ?? "granted");
    }
    constructor(title, { body }) { window.notified.push(`${title}: ${body}`); }
  };
}"""
TONES = """() => {
  window.tones = 0;
  const Real = window.OscillatorNode;
  window.OscillatorNode = class extends Real {
    start() { window.tones++; super.start(); }
  };
}"""


def sent(page: Page, server: Server, *paths: str) -> None:
    """Send requests and wait until the page shows them, the last one first."""
    uuid = uuid_of(page)
    for path in paths:
        post(server.address, f"/{uuid}{path}", b"hello")
        expect(page.locator(".row").first).to_contain_text(path)


def close(page: Page) -> None:
    """Close the open sheet and wait until it no longer takes keys."""
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


# The keyboard


def test_j_and_k_move_in_the_list_and_escape_returns_to_it(server: Server, open_page: Open) -> None:
    page = open_page(server)
    sent(page, server, "/one", "/two", "/three")
    for key, path in (("g", "/three"), ("j", "/two"), ("j", "/one"), ("j", "/one"), ("k", "/two")):
        page.keyboard.press(key)
        expect(page.locator(".row[aria-current=true]")).to_contain_text(path)
        expect(page.locator("request-detail .detail-title")).to_contain_text(path)
    page.keyboard.press("G")
    expect(page.locator(".row[aria-current=true]")).to_contain_text("/one")
    page.locator("body").click(position={"x": 5, "y": 5})
    page.keyboard.press("Escape")
    expect(page.locator(".row[aria-current=true]")).to_be_focused()


def test_enter_opens_the_selected_request_on_a_phone(server: Server, open_page: Open) -> None:
    page = open_page(server, viewport=PHONE)
    sent(page, server, "/one")
    page.keyboard.press("Enter")
    expect(page.locator(".detail-back")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".row")).to_be_focused()


def test_a_question_mark_opens_the_help_with_every_shortcut(
    server: Server, open_page: Open
) -> None:
    page = open_page(server)
    page.keyboard.press("?")
    help_sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_sheet).to_be_visible()
    keys = help_sheet.locator("kbd").all_inner_texts()
    assert {"j", "k", "Enter", "Escape", "/", "p", "x", "c", "u", "t", "s", "e", "?"} <= set(keys)
    close(page)


def test_the_help_links_to_the_documentation(server: Server, open_page: Open) -> None:
    page = open_page(server)
    page.keyboard.press("?")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Protocol documentation").click()
    contract = opened.value
    expect(contract.get_by_role("heading", name="Protocol", exact=True)).to_be_visible()
    contract.get_by_role("link", name="Events to viewers").click()
    expect(contract.get_by_role("heading", name="Events to viewers")).to_be_in_viewport()
    close(page)


def test_p_pauses_and_resumes(server: Server, open_page: Open) -> None:
    page = open_page(server)
    sent(page, server, "/one")
    page.keyboard.press("p")
    post(server.address, f"/{uuid_of(page)}/held")
    expect(page.get_by_role("button", name="Resume", exact=True)).to_be_visible()
    expect(page.locator(".toolbar-counts")).to_contain_text("1 waiting")
    page.keyboard.press("p")
    expect(page.locator(".row")).to_have_count(2)


def test_x_clears_and_z_undoes_it(server: Server, open_page: Open) -> None:
    page = open_page(server)
    sent(page, server, "/one", "/two")
    page.keyboard.press("x")
    expect(page.locator(".row")).to_have_count(0)
    expect(page.locator(".empty h2")).to_have_text("Waiting for the next request")
    expect(page.locator("cleared-notice [role=status]")).to_have_text("2 requests cleared.")
    page.keyboard.press("x")  # clearing an empty list loses nothing
    sent(page, server, "/three")
    page.keyboard.press("z")
    for place, path in enumerate(("/three", "/two", "/one")):
        expect(page.locator(".row").nth(place)).to_contain_text(path)
    expect(page.locator("cleared-notice")).to_have_count(0)


def test_u_copies_the_callback_url(server: Server, open_page: Open) -> None:
    page = open_page(server, permissions=["clipboard-read", "clipboard-write"])
    stop_clock(page)  # the button shows "Copied" for a moment
    page.keyboard.press("u")
    url = page.locator(".callback-address").first
    expect(url.locator("webhook-copy-button")).to_contain_text("Copied")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == url.locator(".callback-text").inner_text()


def test_the_help_button_is_visible_at_200_percent_zoom(server: Server, open_page: Open) -> None:
    page = open_page(server, viewport={"width": 640, "height": 400})
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_a_slash_focuses_the_filter_where_keys_are_text(server: Server, open_page: Open) -> None:
    page = open_page(server)
    sent(page, server, "/one", "/two")
    page.keyboard.press("/")
    page.keyboard.type("?txp")
    expect(page.locator("list-toolbar input")).to_have_value("?txp")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("() => document.documentElement.dataset.theme") == "system"


def test_enter_and_escape_move_from_the_filter_to_the_list(server: Server, open_page: Open) -> None:
    page = open_page(server)
    sent(page, server, "/one", "/two")
    page.keyboard.press("/")
    page.keyboard.type("one")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".row", has_text="/one")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(page.locator(".row")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".row[aria-current=true]")).to_be_focused()


def test_j_selects_the_newest_if_the_selected_request_is_not_in_the_list(
    server: Server, open_page: Open
) -> None:
    page = open_page(server)
    sent(page, server, "/one", "/two/a", "/two/b")
    page.get_by_label("Filter requests").fill("two")
    expect(page.locator(".row")).to_have_count(2)
    page.get_by_label("Filter requests").blur()
    page.keyboard.press("j")
    expect(page.locator(".row[aria-current=true]")).to_contain_text("/two/b")


def test_single_key_shortcuts_can_be_turned_off(server: Server, open_page: Open) -> None:
    page = open_page(server)
    page.keyboard.press("s")
    page.get_by_label("Single-key shortcuts").uncheck()
    close(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)


# Themes and settings


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_a_chosen_theme_overrides_the_system_and_is_saved(
    server: Server, open_page: Open, scheme: str, other: str
) -> None:
    page = open_page(server, color_scheme=scheme)
    of_system = page.evaluate(BACKGROUND)
    page.keyboard.press("t")
    expect(page.locator(f"html[data-theme={other}]")).to_have_count(1)
    chosen = page.evaluate(BACKGROUND)
    assert chosen != of_system
    page.reload()
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    assert page.evaluate(BACKGROUND) == chosen
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_label(other.capitalize())).to_be_checked()
    page.get_by_label("System").check()
    assert page.evaluate(BACKGROUND) == of_system


def test_the_list_keeps_the_chosen_number_of_requests(server: Server, open_page: Open) -> None:
    page = open_page(server)
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Maximum requests in the list").select_option("100")
    close(page)
    uuid = uuid_of(page)
    for number in range(103):
        post(server.address, f"/{uuid}/{number}")
    expect(page.locator(".row").first).to_contain_text("/102")
    entries = "() => document.querySelector('webhook-page').store.snapshot.entries.length"
    assert page.evaluate(entries) == 100


def test_settings_are_saved_and_requests_are_not(server: Server, open_page: Open) -> None:
    page = open_page(server)
    page.keyboard.press("s")
    page.get_by_label("Sound").check()
    close(page)
    sent(page, server, "/secret")
    kept = page.evaluate("() => JSON.stringify({...localStorage})")
    assert json.loads(json.loads(kept)["webhook-logger"])["sound"] is True
    assert "secret" not in kept
    everything = """async () => [sessionStorage.length, document.cookie,
        (await indexedDB.databases()).length, (await caches?.keys?.() ?? []).length]"""
    assert page.evaluate(everything) == [0, "", 0, 0]


# The page in the background


def test_the_title_counts_unseen_requests(server: Server, open_page: Open) -> None:
    page = open_page(server)
    name = page.title()
    sent(page, server, "/seen")
    expect(page).to_have_title(name)
    page.evaluate(LOOK, True)
    sent(page, server, "/one", "/two", "/three")
    expect(page).to_have_title(f"(3) {name}")
    page.evaluate(LOOK, False)
    expect(page).to_have_title(name)


def test_a_burst_gives_one_notification_in_the_background_only(
    server: Server, open_page: Open
) -> None:
    page = open_page(server)
    page.evaluate(NOTIFICATIONS)
    sent(page, server, "/before")
    assert page.evaluate("() => Notification.asked") == 0
    page.keyboard.press("s")
    page.get_by_label("Desktop notifications").check()
    assert page.evaluate("() => Notification.asked") == 1
    close(page)
    page.evaluate("() => { window.notified = []; }")
    stop_clock(page)
    page.evaluate(LOOK, True)
    sent(page, server, "/one", "/two", "/three")
    page.clock.run_for(1500)
    assert page.evaluate("() => window.notified") == ["3 new requests: POST /three"]
    page.evaluate(LOOK, False)
    sent(page, server, "/four")
    page.clock.run_for(1500)
    assert page.evaluate("() => window.notified.length") == 1


def test_forbidden_notifications_stay_off_with_a_message(server: Server, open_page: Open) -> None:
    page = open_page(server)
    page.evaluate(NOTIFICATIONS)
    page.evaluate("() => { window.response = 'denied'; }")
    page.keyboard.press("s")
    page.get_by_label("Desktop notifications").click()
    expect(page.get_by_role("dialog")).to_contain_text("does not allow notifications")
    expect(page.get_by_label("Desktop notifications")).not_to_be_checked()


def test_sound_is_off_by_default_and_plays_once_per_burst(server: Server, open_page: Open) -> None:
    page = open_page(server)
    page.evaluate(TONES)
    stop_clock(page)
    sent(page, server, "/before")
    page.clock.run_for(1000)
    assert page.evaluate("() => window.tones") == 0
    page.keyboard.press("s")
    page.get_by_label("Sound").check()
    until_true(page, "() => window.tones === 1")  # a sample for the user
    close(page)
    page.clock.run_for(1000)  # minimum time between tones
    sent(page, server, "/one", "/two", "/three")
    page.clock.run_for(1000)
    until_true(page, "() => window.tones > 1")
    assert page.evaluate("() => window.tones") == 2


# A first visit


def test_a_test_request_can_be_sent_from_the_page(server: Server, open_page: Open) -> None:
    page = open_page(server)
    page.get_by_role("button", name="Send a test request").click()
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator("request-detail")).to_contain_text("hello")
    expect(page.locator("request-detail")).to_contain_text("application/json")


def test_a_failed_test_request_is_reported(
    server: Server, open_page: Open, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*UNREACHABLE)
    page = open_page(server)
    page.context.set_offline(True)
    page.get_by_role("button", name="Send a test request").click()
    expect(page.locator(".empty-status")).to_contain_text("could not be sent")
    page.context.set_offline(False)
    expect(page.locator(".badge[data-state=live]")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_qr_code_of_the_url_is_readable_in_every_theme(
    server: Server, open_page: Open, scheme: str
) -> None:
    page = open_page(server, color_scheme=scheme)
    page.get_by_role("button", name="QR code of the callback URL").click()
    code = page.get_by_role("img", name="QR code")
    expect(code).to_be_visible()
    colours = code.evaluate(
        "each => [getComputedStyle(each).backgroundColor, getComputedStyle(each).fill]"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    size = code.evaluate("each => each.viewBox.baseVal.width")
    assert (size - 8 - 17) % 4 == 0  # sizes of QR codes, with a quiet zone of 4
    sheet = page.get_by_role("dialog", name="QR code")
    expect(sheet).to_contain_text("sends one GET request")
    sheet.get_by_label("Link for people who may watch").check()
    expect(sheet).to_contain_text(page.url)
    expect(code).to_have_attribute("aria-label", "QR code: Link for people who may watch")


# Sizes


def test_the_back_button_closes_the_detail_on_a_phone(server: Server, open_page: Open) -> None:
    page = open_page(server, viewport=PHONE)
    sent(page, server, "/one", "/two")
    address = page.url
    for _ in range(2):
        page.locator(".row").first.click()
        expect(page.locator(".detail-back")).to_be_visible()
        page.go_back()
        expect(page.locator(".row").first).to_be_visible()
        assert page.url == address
    # Closed without Back, the detail leaves no history entry.
    page.locator(".row").first.click()
    page.locator(".detail-back").click()
    expect(page.locator(".row").first).to_be_visible()
    until_true(page, "() => history.state === null")
    page.go_back()
    assert page.url != address


@pytest.mark.parametrize("width", [320, 360, 640, 768, 1280, 1920])
def test_the_page_fits_every_width(server: Server, open_page: Open, width: int) -> None:
    page = open_page(server, viewport={"width": width, "height": 720})
    assert page.evaluate(OVERFLOW) == 0
    page.evaluate(
        """() => document.querySelector("webhook-page").store.linkChanged(
            { state: "reconnecting", message: "", retryAt: Date.now() + 60_000 })"""
    )
    expect(page.get_by_role("button", name="Retry")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("link", name=re.compile("New"))).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Recent callbacks")).to_be_in_viewport(ratio=1)
    assert page.evaluate(OVERFLOW) == 0
    sent(page, server, "/a/long/way/" + "down/" * 40)
    assert page.evaluate(OVERFLOW) == 0
    for key in ("?", "s", "q", "r"):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog").get_by_role("button", name="Close")).to_be_in_viewport()
        assert page.evaluate(OVERFLOW) == 0
        close(page)
