"""The page, in a real browser against a real server."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clock import stop_clock
from tests.browser.conftest import UNREACHABLE, ConsoleErrors, uuid_of
from tests.browser.waiting import until_true
from tests.support.processes import Redis, Server
from tests.support.sender import post, send
from webhook_logger.errors import Reason

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def test_the_root_opens_a_new_live_callback_with_its_url(server: Server, open_page: Open) -> None:
    page = open_page(server)
    uuid = uuid_of(page)
    expect(page.locator(".callback-text").first).to_have_text(f"{server.url}/{uuid}")
    assert open_page(server).url != page.url


def test_the_policy_allows_the_icon(server: Server, open_page: Open) -> None:
    page = open_page(server)
    width = """async () => {
      const icon = Object.assign(new Image(), { src: document.querySelector("[rel=icon]").href });
      await icon.decode();
      return icon.naturalWidth;
    }"""
    assert page.evaluate(width) > 0


def test_the_url_can_be_copied(server: Server, open_page: Open) -> None:
    page = open_page(server, permissions=["clipboard-read", "clipboard-write"])
    stop_clock(page)  # the button shows "Copied" for a moment
    page.locator(".callback webhook-copy-button button").first.click()
    expect(page.locator(".callback webhook-copy-button button").first).to_contain_text("Copied")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == server.url + "/" + uuid_of(page)


def test_both_addresses_fit_in_one_line_after_the_first_request(
    server: Server, open_page: Open
) -> None:
    page = open_page(server, permissions=["clipboard-read", "clipboard-write"])
    key = page.url.partition("#key=")[2]
    addresses = page.get_by_role("region", name="Addresses")
    expect(addresses.get_by_role("heading")).to_have_text(
        ["URL for senders", "Link for people who may watch"]
    )
    expect(addresses.locator(".callback-text").last).to_have_text(re.compile("#key=…$"))
    assert key not in page.content()
    url = addresses.locator(".callback-text").first
    post(server.address, url.inner_text().removeprefix(server.url))
    expect(page.locator(".row")).to_have_count(1)
    for width, lines in ((1280, 1), (900, 1), (390, 2)):
        page.set_viewport_size({"width": width, "height": 800})
        expect(url).to_be_in_viewport(ratio=1)
        height = addresses.evaluate("each => each.offsetHeight")
        assert height <= 16 + 40 * lines
    page.keyboard.press("l")
    until_true(page, "async link => await navigator.clipboard.readText() === link", page.url)


def test_two_pages_of_a_callback_show_a_request_and_others_do_not(
    server: Server, open_page: Open, uuid: str
) -> None:
    one, two = (open_page(server, f"/view/{uuid}") for _ in range(2))
    other = open_page(server)
    post(server.address, f"/{uuid}/orders?a=1", b'{"a": 1}', "Content-Type: application/json")
    for page in (one, two):
        expect(page.locator(".row")).to_have_count(1)
        expect(page.locator(".row")).to_contain_text("/orders?a=1")
    expect(other.locator(".row")).to_have_count(0)


def test_a_reload_shows_an_empty_list_and_then_new_requests(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    post(server.address, f"/{uuid}/before")
    expect(page.locator(".row")).to_have_count(1)
    page.reload()
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    expect(page.locator("webhook-empty")).to_be_visible()
    expect(page.locator(".row")).to_have_count(0)
    post(server.address, f"/{uuid}/after")
    expect(page.locator(".row")).to_contain_text("/after")
    expect(page.locator(".gap")).to_have_count(0)


def test_the_page_reconnects_after_a_restart_of_the_server(
    open_page: Open, uuid: str, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*UNREACHABLE)
    with Server() as server:
        page = open_page(server, f"/view/{uuid}")
        post(server.address, f"/{uuid}/before")
        expect(page.locator(".row")).to_have_count(1)
        server.end(kill=True)
        expect(page.locator(".badge[data-state=reconnecting]")).to_be_visible()
        server.start()
        expect(page.locator(".badge[data-state=live]")).to_be_visible()
        post(server.address, f"/{uuid}/after")
        expect(page.locator(".row")).to_have_count(2)
        expect(page.locator(".gap")).to_contain_text("The server restarted")
        page.close()


def test_a_reconnected_page_shows_how_many_requests_it_missed(
    server: Server, open_page: Open, uuid: str, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*UNREACHABLE)
    page = open_page(server, f"/view/{uuid}")
    post(server.address, f"/{uuid}/before")
    expect(page.locator(".row")).to_have_count(1)
    page.context.set_offline(True)
    expect(page.locator(".badge[data-state=offline]")).to_be_visible()
    for _ in range(3):
        post(server.address, f"/{uuid}/missed")
    page.context.set_offline(False)
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    expect(page.locator(".gap")).to_have_text(
        re.compile("3 requests arrived while this page was disconnected. They were not stored.")
    )


def test_refused_requests_show_as_a_notice(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}")
    expect(page.locator("webhook-empty h2")).to_have_text("Waiting for the first request")
    post(server.address, f"//{uuid}")
    text = f"1 request was refused: {Reason.NOT_FOUND.meaning} The sender received 404."
    expect(page.locator("webhook-empty h2")).to_have_text("No request accepted yet")
    expect(page.locator("request-list .refused")).to_have_text(text)
    expect(page.get_by_text(text)).to_have_count(1)
    post(server.address, f"/{uuid}")
    expect(page.locator("request-list .row")).to_have_count(1)
    post(server.address, f"/{uuid}%20")
    expect(page.locator("request-list .refused")).to_have_count(2)


def test_the_detail_shows_the_whole_request(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}")
    body = b'{"total": 12.50, "items": [1, 2]}'
    lines = ("Content-Type: application/json", "X-Dup: 1", "x-dup: 2")
    post(server.address, f"/{uuid}/orders?q=a%20b&q=c", body, *lines)
    post(server.address, f"/{uuid}/later", b"\x00\x01binary")
    page.locator(".row", has_text="/orders").click()
    detail = page.locator("request-detail")
    expect(detail).to_contain_text(f"/{uuid}/orders")
    expect(detail).to_contain_text("q=a%20b&q=c")
    for text in ("a b", "X-Dup", "x-dup", "127.0.0.1", "HTTP/1.1"):
        expect(detail).to_contain_text(text)
    expect(detail.locator("webhook-body-json")).to_contain_text("12.50")
    page.get_by_role("button", name="Raw", exact=True).click()
    expect(detail.locator(".body-text[data-view=text]")).to_have_text(body.decode())
    page.locator(".row", has_text="/later").click()
    expect(detail.locator(".body-text[data-view=hex]")).to_contain_text("00 01 62 69")
    page.get_by_role("button", name="Raw", exact=True).click()
    expect(detail.locator(".body-text[data-view=text]")).to_have_text("⟨U+0000⟩⟨U+0001⟩binary")


def test_a_later_request_does_not_change_the_selection(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    post(server.address, f"/{uuid}/first", b"one")
    expect(page.locator("request-detail")).to_contain_text("/first")
    post(server.address, f"/{uuid}/second", b"two")
    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator("request-detail")).to_contain_text("/first")


def test_a_body_over_the_limit_shows_a_message(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}")
    post(server.address, f"/{uuid}", b"x" * (2**20 + 1))
    expect(page.locator(".body-note")).to_contain_text("limit")
    expect(page.locator(".detail-summary")).to_contain_text(
        "rejected 413: larger than this server’s limit of 1,048,576 bytes"
    )
    expect(page.locator(".row-response")).to_have_text("rejected 413")


def test_one_mebibyte_opens(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}")
    post(server.address, f"/{uuid}", b"line of text\n" * 80_000)
    expect(page.locator(".body-text[data-view=text]")).to_contain_text("line of text")


HOSTILE = "<img/src=x/onerror=alert(1)><script>document.title='pwned';fetch('/pwned')</script>"


def test_hostile_content_in_every_field_is_shown_as_text(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    title = page.title()
    body = HOSTILE.encode()
    target = f"/{uuid}/{HOSTILE}?{HOSTILE}={HOSTILE}".replace(" ", "%20")
    raw = (
        f"POST {target} HTTP/1.1\r\nHost: test\r\nContent-Type: text/html;{HOSTILE}\r\n"
        f"X-Evil: {HOSTILE}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    assert send(server.address, raw.encode() + body).status == 200
    page.locator(".row").click()
    detail = page.locator("request-detail")
    expect(detail.locator(".body-text")).to_have_text(HOSTILE)
    assert detail.locator(".captured", has_text="onerror=alert(1)").count() >= 4
    for view in ("Hex", "Raw"):
        page.get_by_role("button", name=view, exact=True).click()
    assert page.locator("request-detail img, request-detail script, .row img").count() == 0
    assert page.title().startswith(title[:8])
    assert [url for url in asked if "pwned" in url or url.endswith("/x")] == []


def test_an_invalid_address_shows_an_error_page(
    server: Server, open_page: Open, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("status of 404")
    page = open_page(server, "/nonsense")
    expect(page.get_by_role("heading")).to_contain_text("Not Found")
    page.get_by_role("link", name=re.compile("callback", re.IGNORECASE)).first.click()
    expect(page.locator(".badge[data-state=live]")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_system_color_scheme(
    server: Server, open_page: Open, scheme: str
) -> None:
    page = open_page(server, color_scheme=scheme)
    colour = page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", colour)[:3]))
    assert (brightness > 384) == (scheme == "light"), colour


def test_on_a_phone_the_detail_covers_the_list_until_closed(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}", viewport={"width": 390, "height": 844})
    post(server.address, f"/{uuid}/on-a-phone", b"hi")
    page.locator(".row").click()
    expect(page.locator(".body-text")).to_be_visible()
    expect(page.locator(".row")).not_to_be_visible()
    page.locator(".detail-back").click()
    expect(page.locator(".row")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0


def test_everything_works_by_keyboard(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}")
    for name in ("one", "two"):
        post(server.address, f"/{uuid}/{name}")
        expect(page.locator(".row", has_text=name)).to_be_visible()
    page.locator(".row", has_text="two").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("request-detail")).to_contain_text("/one")


def test_a_page_of_another_origin_can_send_after_its_preflight(
    server: Server, open_page: Open, uuid: str, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("status of 404")  # a page of plain JSON has no icon
    page = open_page(server, f"/view/{uuid}")
    elsewhere = open_page(server, "/healthz")
    elsewhere.goto(server.url.replace("127.0.0.1", "localhost") + "/healthz")
    script = """url => fetch(url, {method: "PUT", body: "hi", headers: {"X-A": "1",
        "Authorization": "b"}}).then(response => response.status)"""
    assert elsewhere.evaluate(script, f"{server.url}/{uuid}/cors") == 200
    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator(".row", has_text="OPTIONS")).to_be_visible()
    expect(page.locator(".row", has_text="PUT")).to_be_visible()


def test_the_page_shows_the_number_of_viewers(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}")
    expect(page.locator(".topbar-viewers")).to_have_text("1 viewer")
    other = open_page(server, f"/view/{uuid}")
    for each in (page, other):
        expect(each.locator(".topbar-viewers")).to_have_text("2 viewers")
    other.close()
    expect(page.locator(".topbar-viewers")).to_have_text("1 viewer")


def test_an_unavailable_queue_shows_until_it_is_available_again(open_page: Open, uuid: str) -> None:
    redis = Redis()
    with redis, Server(REDIS_URL=redis.url) as server:
        page = open_page(server.until_ready(), f"/view/{uuid}")
        redis.end()
        badge = page.locator(".badge[data-state=stalled]")
        expect(badge).to_have_text("Queue unavailable")
        expect(badge).to_have_attribute("title", "The queue is unavailable.")
        expect(page.get_by_role("alert")).to_have_text("The queue is unavailable.")
        redis.start()
        expect(page.locator(".badge[data-state=live]")).to_be_visible()
        expect(page.get_by_role("alert")).to_be_hidden()
        assert post(server.until_ready().address, f"/{uuid}").status == 200
        expect(page.locator(".row")).to_have_count(1)
        expect(page.locator(".gap")).to_have_count(0)  # the worker knows that none was missed
        page.close()
