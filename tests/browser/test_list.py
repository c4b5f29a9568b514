"""The list: rows, scrolling, filter, pause and clear."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.arrivals import arrive
from tests.browser.clock import stop_clock
from tests.browser.waiting import until_true
from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
SIZES = pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])

SCROLL = """distance => {
    const scrolls = (each) => each.scrollHeight > each.clientHeight &&
        getComputedStyle(each).overflowY !== "visible";
    let each = document.querySelector("request-list");
    while (!scrolls(each)) each = each.parentElement;
    each.scrollTop += distance;
    return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

IN_SIGHT = """() => {
    const at = document.querySelector("request-list").getBoundingClientRect();
    const row = document.elementsFromPoint(at.left + at.width / 2, innerHeight * 0.7)
        .map(each => each.closest("webhook-row")).find(each => each);
    return [row.dataset.id, Math.round(row.getBoundingClientRect().top)];
}"""


def counted(page: Page, text: str) -> None:
    expect(page.locator(".toolbar-count")).to_have_text(text)


def test_a_row_shows_request_sender_and_age(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}")
    stop_clock(page)
    post(server.address, f"/{uuid}/orders?a=1", b"x" * 1834, "Content-Type: text/plain;a=b")
    row = page.locator(".row")
    for text in ("POST", "/orders?a=1", "x" * 80, "1.83 kB", "127.0.0.1"):
        expect(row).to_contain_text(text)
    expect(row.locator(".row-age")).to_have_text("just now")
    page.clock.run_for(7000)
    expect(row.locator(".row-age")).to_have_text("7 s ago")
    expect(row.locator("time")).to_have_text(re.compile(r"\d\d:\d\d"))
    expect(row.locator("time")).to_have_attribute("title", re.compile(r"\d\d:\d\d:\d\d\.\d{3}$"))


# A request from a server whose clock is 3 hours behind the page's.
ARRIVE = """([uuid, late]) => {
  const { store } = document.querySelector("webhook-page");
  const received_at = new Date(Date.now() - 3 * 3_600_000 - late).toISOString();
  store.requestArrived({uuid, epoch: "e", seq: 1, id: `${late}`, received_at, method: "POST",
    scheme: "http", host: "test", path: `/${uuid}/${late}`,
    subpath: `/${late}`, query_string: "", http_version: "1.1",
    remote_addr: "127.0.0.1", headers: [],
    body: {size: 0, encoding: "utf-8", content: "", complete: true}});
}"""


def test_ages_use_the_clock_of_the_server(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}")
    stop_clock(page)
    page.evaluate(ARRIVE, [uuid, 0])
    page.evaluate(ARRIVE, [uuid, 60_000])
    expect(page.locator(".row-age")).to_have_text(["1 min ago", "just now"])
    page.clock.run_for(2000)
    expect(page.locator(".row-age")).to_have_text(["1 min ago", "2 s ago"])


def test_a_new_row_is_highlighted_for_a_moment(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}")
    stop_clock(page)
    post(server.address, f"/{uuid}")
    expect(page.locator(".row[data-fresh]")).to_have_count(1)
    page.clock.run_for(2400)
    expect(page.locator(".row[data-fresh]")).to_have_count(0)


def test_at_most_ten_rows_of_a_burst_are_highlighted(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    stop_clock(page)
    arrive(server, f"/{uuid}/{{}}", 15)
    expect(page.locator(".row")).to_have_count(15)
    targets = [f"/{number}" for number in range(10, 0, -1)]
    expect(page.locator(".row[data-fresh] .row-target")).to_have_text(targets)


@SIZES
def test_visible_rows_stay_in_place_and_a_button_scrolls_to_new_ones(
    server: Server, open_page: Open, uuid: str, viewport: dict[str, int]
) -> None:
    page = open_page(server, f"/view/{uuid}", viewport=viewport)
    arrive(server, f"/{uuid}/before", 60)
    counted(page, "60 requests")
    page.evaluate(SCROLL, 1500)
    before = page.evaluate(IN_SIGHT)
    arrive(server, f"/{uuid}/after/{{}}", 5)
    button = page.get_by_role("button", name="5 new requests")
    expect(button).to_be_in_viewport()
    assert page.evaluate(IN_SIGHT) == before
    button.click()
    expect(page.locator(".row").first).to_be_in_viewport()
    expect(page.locator(".row").first).to_contain_text("/after/5")
    expect(button).to_have_count(0)
    expect(page.locator(".row[aria-current=true]")).to_contain_text("/before")
    assert page.evaluate("() => document.documentElement.scrollHeight <= innerHeight")


@SIZES
def test_only_nearby_rows_are_rendered_and_screen_readers_know_the_total(
    server: Server, open_page: Open, uuid: str, viewport: dict[str, int]
) -> None:
    page = open_page(server, f"/view/{uuid}", viewport=viewport)
    arrive(server, f"/{uuid}/{{}}", 300)
    counted(page, "300 requests")
    for distance in (0, 4000, 100_000):
        page.evaluate(SCROLL, distance)
        expect(page.locator(".list > li")).not_to_have_count(0)
        assert page.locator(".row").count() < 80
    oldest = page.locator('.list > li[aria-posinset="300"][aria-setsize="300"]')
    expect(oldest).to_be_in_viewport()
    expect(oldest).to_contain_text(re.compile(r"/1\b"))


# The test triggers frames, and counts the updates of the page.
HOLD_FRAMES = """() => {
  const page = document.querySelector("webhook-page");
  const draw = requestAnimationFrame;
  const waiting = [];
  globalThis.requestAnimationFrame = (act) => waiting.push(act);
  globalThis.updates = 0;
  page.updated = () => { globalThis.updates++; };
  const sinceLast = () => {
    const { updates } = globalThis;
    globalThis.updates = 0;
    return updates;
  };
  let now = performance.now();
  globalThis.drawFrame = async (milliseconds) => {
    now += milliseconds;
    const between = sinceLast();
    for (const act of waiting.splice(0)) act(now);
    await new Promise(done => setTimeout(done));
    return [between, sinceLast()];
  };
}"""
# Returns the number of updates in half a second.
CHANGE_EACH_FRAME = """async () => {
  let updates = 0;
  for (let frame = 0; frame < 50; frame++) {
    document.querySelector("webhook-page").requestUpdate();
    const [between, inFrame] = await globalThis.drawFrame(10);
    updates += between + inFrame;
  }
  return updates;
}"""
ARRIVED = "count => document.querySelector('webhook-page').store.snapshot.requests === count"


def test_a_burst_updates_the_page_once_per_frame_and_ten_times_a_second(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    page.evaluate(HOLD_FRAMES)
    for hundreds in (1, 2, 3):
        arrive(server, f"/{uuid}/{{}}", 100)
        until_true(page, ARRIVED, 100 * hundreds)
        between, in_frame = page.evaluate("drawFrame", 10_000)
        assert between < 10, "those of its clock, such as the ages, and none for each request"
        assert in_frame == 1
        assert page.locator(".row").count() < 80
    assert 10 <= page.evaluate(CHANGE_EACH_FRAME) <= 15


@SIZES
def test_the_keyboard_reaches_the_oldest_and_newest_request(
    server: Server, open_page: Open, uuid: str, viewport: dict[str, int]
) -> None:
    page = open_page(server, f"/view/{uuid}", viewport=viewport)
    arrive(server, f"/{uuid}/{{}}", 200)
    counted(page, "200 requests")
    page.locator(".row").first.focus()
    for key, path in (("End", "/1"), ("ArrowUp", "/2"), ("Home", "/200"), ("ArrowDown", "/199")):
        page.keyboard.press(key)
        focused = page.locator(".row:focus")
        expect(focused.locator(".row-target")).to_have_text(path)
        expect(focused).to_be_in_viewport()
        expect(page.locator(".row[aria-current=true] .row-target")).to_have_text(path)


def test_the_focus_stays_on_a_row_that_scrolls_out_of_view(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    arrive(server, f"/{uuid}/one", 1)
    page.locator(".row").focus()
    arrive(server, f"/{uuid}/other", 100)
    counted(page, "101 requests")
    expect(page.locator(".row:focus")).to_contain_text("/one")
    expect(page.locator(".row:focus")).not_to_be_in_viewport()


def test_a_filter_shows_matches_or_says_that_none_match(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    post(server.address, f"/{uuid}/orders", b'{"card": 1}', "X-From: Stripe")
    post(server.address, f"/{uuid}/health", b"")
    post(server.address, f"/{uuid}/image", b"\x00\x01PNG")
    box = page.get_by_role("searchbox", name="Filter requests")
    for text, path in (
        ("header:stripe", "/orders"),
        ("body:card -path:/health", "/orders"),
        ("png", "/image"),
        ("-orders -image", "/health"),
    ):
        box.fill(text)
        counted(page, "1 of 3")
        expect(page.locator(".row-target")).to_have_text(path)
    box.fill("method:get")
    expect(page.locator("empty-list")).to_contain_text("None of the 3 requests match")
    post(server.address, f"/{uuid}/later", b"")
    expect(page.locator("empty-list")).to_contain_text("None of the 4 requests match")
    page.get_by_role("button", name="Clear filter").click()
    counted(page, "4 requests")
    expect(page.locator(".row")).to_have_count(4)
    expect(box).to_have_value("")


def test_a_request_that_the_filter_hides_is_not_shown_as_selected(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    for path in ("/one", "/two"):
        post(server.address, f"/{uuid}{path}", b"")
    expect(page.locator("request-detail h2")).to_contain_text("/one")
    box = page.get_by_role("searchbox", name="Filter requests")
    box.fill("two")
    expect(page.locator(".page-detail")).to_contain_text("The filter hides the selected request.")
    expect(page.locator("request-detail")).to_have_count(0)
    box.fill("")
    expect(page.locator("request-detail h2")).to_contain_text("/one")


def test_requests_wait_while_paused_and_appear_on_resume(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    arrive(server, f"/{uuid}/before", 1)
    counted(page, "1 request")
    page.get_by_role("button", name="Pause").click()
    arrive(server, f"/{uuid}/after/{{}}", 3)
    button = page.get_by_role("button", name="Resume", exact=True)
    expect(page.locator(".toolbar-counts")).to_contain_text("3 waiting")
    expect(page.locator(".row")).to_have_count(1)
    button.click()
    expect(page.locator(".row")).to_have_count(4)
    expect(page.locator(".row").first).to_contain_text("/after/3")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


@SIZES
def test_a_cleared_list_says_so_and_fills_again(
    server: Server, open_page: Open, uuid: str, viewport: dict[str, int]
) -> None:
    page = open_page(server, f"/view/{uuid}", viewport=viewport)
    arrive(server, f"/{uuid}/before", 3)
    counted(page, "3 requests")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator("empty-list")).to_contain_text("New requests appear here as they arrive")
    counted(page, "0 requests")
    arrive(server, f"/{uuid}/after", 1)
    expect(page.locator(".row[aria-current=true]")).to_contain_text("/after")
    expect(page.locator(".gap")).to_have_count(0)


def test_the_list_keeps_at_most_the_chosen_number(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    page.evaluate("() => localStorage.setItem('webhook-logger', '{\"maxEntries\": 100}')")
    page.reload()
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    arrive(server, f"/{uuid}/{{}}", 103)
    counted(page, "newest 100 of 103")
    page.locator(".row").first.focus()
    page.keyboard.press("End")
    expect(page.locator(".row:focus .row-target")).to_have_text("/4")


NOTE = "Ask Ada why the total is wrong"


def test_the_keyboard_pins_annotates_deletes_and_restores(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    arrive(server, f"/{uuid}/{{}}", 3)
    counted(page, "3 requests")
    current = page.locator(".row[aria-current=true]")
    expect(page.get_by_role("button", name="Unread POST /3 ")).to_be_visible()
    expect(current).to_have_accessible_name(re.compile("^POST /1 "))
    page.locator(".row").first.focus()
    page.keyboard.press("Home")
    page.keyboard.press("i")
    expect(current).to_have_accessible_name(re.compile("^POST /3 .* Pinned "))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("y")
    expect(page.get_by_label("Your note on this request")).to_be_focused()
    page.keyboard.type(NOTE)
    page.keyboard.press("Control+Enter")
    expect(current).to_contain_text(NOTE)
    expect(page.locator(".detail-note")).to_contain_text(NOTE)
    page.keyboard.press("Delete")
    expect(current.locator(".row-target")).to_have_text("/1")
    expect(current).to_be_focused()
    expect(page.locator("cleared-notice [role=status]")).to_have_text("1 request deleted.")
    page.keyboard.press("z")
    expect(current).to_contain_text(NOTE)
    page.keyboard.press("x")
    counted(page, "2 requests")
    expect(page.locator("cleared-notice")).to_contain_text("Pinned requests stay.")
    current.hover()
    page.get_by_role("button", name="Unpin").click()
    expect(current.locator(".row-pin")).to_have_count(0)
    page.locator(".row").last.hover()
    page.locator(".row-actions").get_by_role("button", name="Delete").click()
    counted(page, "1 request")


def test_the_page_follows_the_newest_until_the_user_looks_at_another(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}", viewport={"width": 1280, "height": 500})
    arrive(server, f"/{uuid}/{{}}", 12)
    counted(page, "12 requests")
    page.evaluate(SCROLL, 300)
    switch = page.get_by_role("switch", name="Follow")
    page.keyboard.press("a")
    expect(switch).to_be_checked()
    current = page.locator(".row[aria-current=true] .row-target")
    expect(current).to_have_text("/12")
    expect(current).to_be_in_viewport()
    arrive(server, f"/{uuid}/next", 1)
    expect(current).to_have_text("/next")
    expect(page.locator(".row").first).to_be_in_viewport()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator(".toolbar-counts")).not_to_contain_text("unread")
    page.keyboard.press("j")
    expect(switch).not_to_be_checked()
    arrive(server, f"/{uuid}/later", 1)
    expect(page.locator(".toolbar-counts")).to_contain_text("1 unread")
    expect(current).to_have_text("/12")
    switch.click()
    expect(current).to_have_text("/later")
    page.evaluate(SCROLL, 300)
    expect(switch).not_to_be_checked()
    page.keyboard.press("a")
    page.reload()
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    arrive(server, f"/{uuid}/{{}}", 2)
    expect(switch).to_be_checked()
    expect(current).to_have_text("/2")


def test_the_selected_request_stays_while_the_user_works_on_it(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile("/dialogs-"), hold)
    page.keyboard.press("a")
    arrive(server, f"/{uuid}/1", 1)
    current = page.locator(".row[aria-current=true] .row-target")
    expect(current).to_have_text("/1")
    page.keyboard.press("y")
    page.keyboard.type("x")  # not "Clear the list": the key is meant for the note
    arrive(server, f"/{uuid}/2", 1)
    counted(page, "2 requests")
    held[0].continue_()
    page.get_by_label("Your note").fill("look")
    expect(current).to_have_text("/1")
    page.get_by_role("button", name="Save").click()
    expect(current).to_have_text("/2")
    page.keyboard.press("f")
    expect(page.get_by_role("textbox", name="Find in the body")).to_be_focused()
    arrive(server, f"/{uuid}/3", 1)
    counted(page, "3 requests")
    expect(current).to_have_text("/2")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Resend").click()
    page.locator(".resend-head").click()
    arrive(server, f"/{uuid}/4", 1)
    counted(page, "4 requests")
    expect(current).not_to_have_text("/4")
    page.get_by_role("button", name="Close Resend").click()
    arrive(server, f"/{uuid}/5", 1)
    expect(current).to_have_text("/5")


def test_the_plot_appears_when_it_says_more_than_the_count_and_moves_no_row(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    arrive(server, f"/{uuid}", 1)
    row = page.locator(".row").last
    expect(row).to_be_visible()
    plot = page.get_by_role("img", name="in the last 5 minutes, with a peak of")
    expect(plot).to_have_count(0)
    list_top = "() => document.querySelector('request-list').getBoundingClientRect().top"
    before = page.evaluate(list_top)
    page.keyboard.press("p")
    arrive(server, f"/{uuid}", 11)
    expect(plot).to_be_visible()
    assert page.evaluate(list_top) == before, "neither the plot nor the pause moves the rows"
    page.keyboard.press("p")
    expect(plot).to_have_accessible_name(re.compile("^12 requests in the last 5 minutes"))


def test_a_retried_delivery_is_marked(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}")
    for _ in range(2):
        post(server.address, f"/{uuid}", b"{}", "Webhook-Id: msg_1")
    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator(".row-note")).to_have_count(1)
    expect(page.locator(".row").first).to_contain_text("Delivery 2")
    page.locator(".row").first.click()
    expect(page.locator(".detail-arrival")).to_contain_text("same webhook-id")


def test_the_divider_moves_by_keyboard_and_mouse_and_keeps_its_place(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}", viewport={"width": 1600, "height": 800})
    arrive(server, f"/{uuid}", 1)
    divider = page.get_by_role("separator", name="Width of the list")
    rows = page.locator(".page-list")
    width = "each => Math.round(each.getBoundingClientRect().width)"
    columns = (
        "([one, other]) => other.getBoundingClientRect().left - one.getBoundingClientRect().left"
    )
    detail = page.locator("webhook-detail")
    expect(detail).to_be_visible()
    default = rows.evaluate(width)
    sides = [detail.locator(f"h3#{name}-title").element_handle() for name in ("body", "headers")]
    eventually(lambda: page.evaluate(columns, sides) > 400)  # two columns in a wide detail
    divider.focus()
    for key, pixels, percent in (("End", 800, 50), ("ArrowRight", 800, 50), ("Home", 288, 18)):
        page.keyboard.press(key)
        eventually(lambda pixels=pixels: rows.evaluate(width) == pixels)
        expect(divider).to_have_attribute("aria-valuenow", str(percent))
    page.keyboard.press("End")
    eventually(lambda: page.evaluate(columns, sides) == 0)  # one column in a narrow detail
    page.keyboard.press("Home")
    divider.hover()
    page.mouse.down()
    page.mouse.move(500, 400)
    page.mouse.up()
    eventually(lambda: abs(rows.evaluate(width) - 500) < 10)
    moved = rows.evaluate(width)
    page.reload()
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    arrive(server, f"/{uuid}", 1)
    expect(page.locator(".row")).to_have_count(1)
    assert rows.evaluate(width) == moved
    divider.dblclick()
    eventually(lambda: rows.evaluate(width) == default)


def test_contrast_themes_show_what_is_selected(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}", forced_colors="active")
    for path in ("/one", "/two"):
        post(server.address, f"/{uuid}{path}", b"{}")
    expect(page.locator(".row")).to_have_count(2)
    line = "each => getComputedStyle(each).outlineStyle"
    assert [row.evaluate(line) for row in page.locator(".row").all()] == ["none", "solid"]
    views = page.locator(".body-views button")
    expect(views).not_to_have_count(0)
    assert [view.evaluate(line) for view in views.all()][:2] == ["solid", "none"]
