"""Compares two captured requests in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.processes import ROOT, Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Show = Callable[..., Locator]

AXE = ROOT / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = ({"width": 1280, "height": 800}, {"width": 360, "height": 800})
# Renders the element with two requests that have these fields.
SHOW = """async ([uuid, sides]) => {
  await document.querySelector("detail-pane").loadParts();
  const bodyOf = (content) =>
    ({size: new Blob([content]).size, encoding: "utf-8", content, complete: true});
  const [left, right] = sides.map(({text, times, ...fields}, at) => ({
    uuid, epoch: "e", seq: at + 1, id: `${at}`, received_at: `2026-11-22T04:41:0${at}.123456Z`,
    method: "POST", scheme: "http", host: "test", path: `/${uuid}/orders`,
    subpath: "/orders", query_string: "",
    http_version: "1.1", remote_addr: "127.0.0.1", headers: [],
    body: bodyOf(times ? text.map((piece, at) => piece.repeat(times[at])).join("") : text),
    ...fields,
  }));
  const view = Object.assign(document.createElement("compare-view"), {left, right, opened: true});
  view.addEventListener("close-compare", () => { window.wasClosed = true; });
  document.querySelector(".page-detail").replaceChildren(view);
}"""


@pytest.fixture
def page(server: Server, open_page: Callable[..., Page], uuid: str) -> Page:
    return open_page(server, f"/view/{uuid}")


@pytest.fixture
def show(page: Page, uuid: str) -> Show:
    """Return a function that compares two requests."""

    def show_two(left: dict, right: dict) -> Locator:
        page.evaluate(SHOW, [uuid, [{"text": "", **left}, {"text": "", **right}]])
        view = page.locator("compare-view")
        expect(view.get_by_role("status")).not_to_have_text("Comparing…")
        return view

    return show_two


LEFT = {
    "text": '{"id": 1, "name": "x", "gone": true, "a": 1, "b": 2, "c": 3}',
    "headers": [["Host", "test"], ["X-Dup", "1"], ["X-Dup", "2"]],
    "query_string": "page=1",
}
RIGHT = {
    "text": '{"c": 3, "b": 2, "a": 1, "name": "y", "id": 1, "new": "<b>\u202e"}',
    "headers": [["host", "test"], ["x-dup", "1"], ["x-dup", "3"]],
    "query_string": "page=2",
    "method": "PUT",
}


def cells(view: Locator, title: str) -> list[str]:
    """Return the differences of a section."""
    return view.get_by_role("region", name=title).locator(".compare-cell").all_inner_texts()


def box(locator: Locator) -> dict:
    found = locator.bounding_box()
    assert found
    return found


def said(view: Locator, title: str) -> list[str]:
    return [" ".join(text.split()) for text in cells(view, title)]


def test_each_section_shows_the_differences(show: Show) -> None:
    view = show(LEFT, RIGHT)
    expect(view.get_by_role("status")).to_have_text("6 differences")
    assert said(view, "Request") == [
        "~ Changed, left: Method: POST",
        "~ Changed, right: Method: PUT",
    ]
    assert said(view, "Query parameters")[1] == "~ Changed, right: page: 2"
    assert said(view, "Headers")[1] == "~ Changed, right: x-dup: 3"
    assert said(view, "Body") == [
        '− Only on the left: "gone": true',
        '~ Changed, left: "name": "x"',
        '~ Changed, right: "name": "y"',
        '+ Only on the right: "new": "<b>⟨U+202E⟩"',
    ]
    marked = view.get_by_role("region", name="Body").locator("mark")
    expect(marked.nth(1)).to_have_text("x")


def test_identical_lines_are_folded(show: Show) -> None:
    view = show(LEFT, RIGHT)
    folded = view.get_by_role("region", name="Body").locator("details").first
    expect(folded.locator("summary")).to_have_text("4 identical")
    expect(folded.locator(".compare-same")).not_to_be_visible()
    folded.locator("summary").press("Enter")
    expect(folded.locator(".compare-same")).to_have_text('{\n  "a": 1\n  "b": 2\n  "c": 3')


def test_sides_are_side_by_side_and_stacked_on_a_phone(show: Show, page: Page) -> None:
    view = show(LEFT, RIGHT)
    left, right = (view.get_by_text(f"page: {number}") for number in (1, 2))
    assert box(left)["y"] == box(right)["y"]
    assert box(left)["x"] < box(right)["x"]
    page.set_viewport_size(SIZES[1])
    assert box(left)["y"] < box(right)["y"]
    assert box(left)["x"] == box(right)["x"]


def test_swap_exchanges_the_sides(show: Show) -> None:
    view = show(LEFT, RIGHT)
    view.get_by_role("button", name="Swap").click()
    expect(view.locator(".compare-side").first).to_contain_text("PUT")
    expect(view.get_by_text("Only on the left:")).to_have_count(1)
    expect(view.locator("[data-kind=removed]")).to_contain_text('"new"')


def test_the_comparison_takes_the_focus_and_closes_by_button_and_key(
    show: Show, page: Page
) -> None:
    view = show(LEFT, RIGHT)
    expect(view.get_by_role("heading", name="Compare")).to_be_focused()
    for close in (
        lambda: page.keyboard.press("Escape"),
        lambda: view.get_by_role("button", name="Close").click(),
    ):
        close()
        assert page.evaluate("() => window.wasClosed")
        page.evaluate("() => { window.wasClosed = false }")


def test_identical_requests_show_no_differences(show: Show) -> None:
    view = show(LEFT, LEFT)
    expect(view.get_by_role("status")).to_have_text("No differences")
    expect(view.get_by_role("region", name="Body")).to_contain_text("The bodies are identical.")


def test_many_differences_are_shown_a_hundred_at_a_time(show: Show) -> None:
    view = show({"text": "a\n" * 1000}, {"text": "b\n" * 1000})
    rows = view.get_by_role("region", name="Body").get_by_role("listitem")
    expect(rows).to_have_count(100)
    view.get_by_role("button", name="Show 100 more").click()
    expect(rows).to_have_count(200)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show: Show, page: Page, scheme: str) -> None:
    view = show(LEFT, RIGHT)
    view.locator("summary").first.press("Enter")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(AXE.read_text())
    for size in SIZES:
        page.set_viewport_size(size)
        found = page.evaluate(
            "async tags => (await axe.run('compare-view', {runOnly: tags})).violations"
            ".map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html)}`)",
            TAGS,
        )
        assert found == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


# Pieces of text and their repetitions: the page builds large texts itself.
LARGE = {
    "JSON": [(["[", f'{{"id": 1, "t": "{x}"}},', "0]"], [1, 9000, 1]) for x in "ab"],
    "lines": [([f"{x}\n"], [500_000]) for x in "ab"],
    "one line": [(["x", x], [1_000_000, 1]) for x in "ab"],
    "nested": [(["[", x, "]"], [60_000, 1, 60_000]) for x in "12"],
}


def compare_large(page: Page, uuid: str, kind: str) -> Locator:
    sides = [{"text": text, "times": times} for text, times in LARGE[kind]]
    page.evaluate(SHOW, [uuid, sides])
    view = page.locator("compare-view")
    expect(view.get_by_role("status")).not_to_have_text("Comparing…")
    return view


@pytest.mark.parametrize("kind", LARGE)
def test_large_bodies_are_rendered_in_part(page: Page, uuid: str, kind: str) -> None:
    view = compare_large(page, uuid, kind)
    expect(view.locator(".compare-cell").first).to_be_attached()
    assert view.locator("*").count() < MAX_ELEMENTS


MAX_ELEMENTS = 3000


def test_two_requests_of_the_list_can_be_compared(server: Server, page: Page, uuid: str) -> None:
    for number in (1, 2):
        post(server.address, f"/{uuid}/{number}", b"%d" % number)
        expect(page.locator(".row", has_text=f"/{number}")).to_be_visible()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("compare-notice")).to_contain_text("/1")
    page.locator(".row", has_text="/2").click()
    view = page.locator("compare-view")
    expect(view.get_by_role("status")).to_have_text("2 differences")
    expect(view.get_by_role("heading", name="Compare")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("request-detail h2")).to_contain_text("/2")
    expect(page.locator("compare-notice")).to_have_count(0)


def test_selecting_the_second_request_can_be_cancelled(
    server: Server, page: Page, uuid: str
) -> None:
    post(server.address, f"/{uuid}")
    expect(page.locator("request-detail")).to_be_visible()
    page.keyboard.press("d")
    page.locator("compare-notice").get_by_role("button", name="Cancel").click()
    expect(page.locator("compare-notice")).to_have_count(0)
    expect(page.locator("request-detail")).to_be_visible()
