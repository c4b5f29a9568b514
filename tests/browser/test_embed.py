"""`<webhook-log>` in a page of another origin."""

from __future__ import annotations

import base64
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.bodies import CASES
from tests.browser.clock import stop_clock
from tests.browser.conftest import UNREACHABLE, ConsoleErrors
from tests.browser.embedding import element, events, live, until_reported, until_unwatched, viewers
from tests.browser.hostile import BODIES, GROUPS, heads_of
from tests.browser.waiting import until_true
from tests.support.processes import Server
from tests.support.sender import post, send
from webhook_logger.errors import Reason

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel."""


# Content


def test_requests_appear_and_are_reported_to_the_page(
    server: Server, uuid: str, visit: Open
) -> None:
    page = visit(server, element(server, uuid, id="log"))
    log = live(page)
    assert (
        viewers(post(server.address, f"/{uuid}/first?a=1", b"hello", "X-Dup: 1", "X-Dup: 2")) == "1"
    )
    post(server.address, f"/{uuid}/status/503", b"{}")
    expect(log.locator(".row-target")).to_have_text(["/status/503", "/first?a=1"])
    expect(log.locator(".row-response")).to_have_text(["response 503", "response 200"])
    expect(log.locator(".row-size")).to_have_text(["2 B", "5 B"])
    first, second = until_reported(page, "request", 2)
    assert (first["path"], first["query_string"], first["seq"]) == (f"/{uuid}/first", "a=1", 1)
    assert [line for line in first["headers"] if line[0] == "X-Dup"] == [
        ["X-Dup", "1"],
        ["X-Dup", "2"],
    ]
    assert first["body"] == {"size": 5, "encoding": "utf-8", "content": "hello", "complete": True}
    assert [each["status"] for each in until_reported(page, "responded", 2)] == [200, 503]
    assert page.evaluate("document.querySelector('webhook-log').requests") == [second, first]
    assert {target for _, _, target in page.evaluate("events")} == {"log"}


def test_a_row_opens_to_the_whole_request(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, element(server, uuid))
    log = live(page)
    post(
        server.address, f"/{uuid}?a=b%20c", b'{"n": 1.50,"n":[]}', "Content-Type: application/json"
    )
    log.locator(".row").click()
    expect(log.locator(".row")).to_have_attribute("aria-expanded", "true")
    assert value_in(log, "Query", "a") == "b c"
    assert value_in(log, "Headers", "Content-Type") == "application/json"
    rows = ["{ 2 fields }", '"n": 1.50', '"n": []']
    expect(log.get_by_role("treeitem")).to_have_text(rows)
    log.locator(".row").click()
    expect(log.locator(".detail")).to_have_count(0)


def value_in(log: Locator, table: str, name: str) -> str | None:
    """Return the value for that name."""
    header = log.page.get_by_role("rowheader", name=name, exact=True)
    row = log.get_by_role("table", name=table).locator("tr", has=header)
    return row.locator("td .captured").text_content()


def test_lines_are_decoded_as_utf_8_and_trailers_are_shown(
    server: Server, uuid: str, visit: Open
) -> None:
    page = visit(server, element(server, uuid))
    log = live(page)
    city = "Zürich".encode().decode("latin-1")
    head = f"POST /{uuid}/{city}?c={city} HTTP/1.1\r\nHost: test\r\nX-City: {city}\r\n"
    body = f"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: {city}\r\n\r\n"
    assert send(server.address, (head + body).encode("latin-1")).status == 200
    expect(log.locator(".row-target")).to_have_text(["/Zürich?c=Zürich"])
    log.locator(".row").click()
    for table, name in (("Query", "c"), ("Headers", "X-City"), ("Trailers", "X-Sum")):
        assert value_in(log, table, name) == "Zürich"


def test_json_of_brackets_only_opens_and_the_log_continues(
    server: Server, uuid: str, visit: Open
) -> None:
    page = visit(server, element(server, uuid))
    log = live(page)
    post(server.address, f"/{uuid}/deep", b"[" * 500_000 + b"]" * 500_000)
    log.locator(".row").click()
    expect(log.get_by_role("treeitem").first).to_have_text("[ 1 item ]")
    post(server.address, f"/{uuid}/next")
    expect(log.locator(".row-target")).to_have_text(["/next", "/deep"])


def test_bytes_show_in_hex_and_a_long_body_in_parts(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, element(server, uuid))
    log = live(page)
    post(server.address, f"/{uuid}/binary", bytes(range(256)))
    log.locator(".row").click()
    expect(log.locator("pre")).to_contain_text("00000010  10 11 12 13")
    post(server.address, f"/{uuid}/long", b"a line of it\n" * 50_000)
    expect(log.locator(".row")).to_have_count(2)
    log.locator(".row").first.click()
    expect(log.locator("pre")).to_contain_text("a line of it")
    assert len(log.locator("pre").text_content() or "") < 50_000
    log.get_by_role("button", name="Show all 650 kB").click()
    expect(log.get_by_role("button", name="Show all")).to_have_count(0)
    assert len(log.locator("pre").text_content() or "") == 650_000
    expect(log.locator("pre")).to_be_focused()


def test_bodies_are_decoded_as_their_senders_intended(
    server: Server, uuid: str, visit: Open
) -> None:
    page = visit(server, element(server, uuid))
    log = live(page)
    for kind, (body, lines, shown) in CASES.items():
        path = f"/{kind.replace(' ', '-')}"
        post(server.address, f"/{uuid}{path}", body, *lines)
        line = log.locator(".row").first
        expect(line).to_contain_text(path)
        line.click()
        for text in shown:
            expect(log.locator(".detail"), kind).to_contain_text(text)


def test_a_body_that_cannot_be_decompressed_shows_in_hex(
    server: Server, uuid: str, visit: Open, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("ERR_FAILED")
    page = visit(server, element(server, uuid))
    page.add_init_script("delete globalThis.DecompressionStream")
    page.route("**/static/brotli.js", lambda route: route.abort())
    page.reload()
    log = live(page)
    body, lines, _ = CASES["br"]
    post(server.address, f"/{uuid}", body, *lines)
    log.locator(".row").click()
    expect(log.locator(".detail")).to_contain_text("The decoder for “br” can’t be loaded")
    expect(log.locator(".detail")).to_contain_text("00000000  0b 10 80 7b")


def test_a_body_shows_as_text_and_in_hex_and_an_image_on_request(
    server: Server, uuid: str, visit: Open
) -> None:
    page = visit(server, element(server, uuid))
    log = live(page)
    post(server.address, f"/{uuid}", b'{"a": 1}', "Content-Type: application/json")
    log.locator(".row").click()
    log.get_by_role("button", name="Raw").click()
    expect(log.locator("pre")).to_have_text('{"a": 1}')
    log.get_by_role("button", name="Hex").click()
    expect(log.locator("pre")).to_contain_text("00000000  7b 22 61 22")
    post(server.address, f"/{uuid}/dot", DOT, "Content-Type: image/png")
    expect(log.locator(".row")).to_have_count(2)
    log.locator(".row").first.click()
    log.get_by_role("button", name="Show image").click()
    expect(log.get_by_role("img")).to_be_visible()
    expect(log.locator(".detail")).to_contain_text("1 × 1 pixels")


def test_a_body_over_the_limit_shows_with_its_size(uuid: str, visit: Open) -> None:
    with Server(MAX_BODY_BYTES=10) as server:
        page = visit(server, element(server, uuid))
        log = live(page)
        post(server.address, f"/{uuid}", b"x" * 11)
        log.locator(".row").click()
        expect(log.locator(".detail")).to_contain_text(
            "The body of 11 bytes was larger than the server’s limit"
        )
        expect(log.locator(".detail")).to_contain_text("rejected 413: larger than this server’s")
        page.close()


def test_the_list_is_limited_and_every_request_is_reported(
    server: Server, uuid: str, visit: Open
) -> None:
    page = visit(server, element(server, uuid, max_entries=5))
    log = live(page)
    for number in range(30):
        post(server.address, f"/{uuid}/{number}")
    assert [each["seq"] for each in until_reported(page, "request", 30)] == [*range(1, 31)]
    expect(log.locator(".row-target")).to_have_text([f"/{number}" for number in range(29, 24, -1)])
    log.get_by_role("button", name="Clear").click()
    expect(log).to_contain_text("Waiting for the next request")
    post(server.address, f"/{uuid}/after")
    expect(log.locator(".row-target")).to_have_text(["/after"])


def test_the_empty_element_shows_where_to_send_a_request(
    server: Server, uuid: str, visit: Open
) -> None:
    page = visit(server, element(server, uuid))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log = live(page)
    stop_clock(page)  # the button shows "Copied" for a moment
    expect(log.locator("code")).to_have_text(f"{server.url}/{uuid}")
    log.get_by_role("button", name="Copy URL").click()
    expect(log.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{server.url}/{uuid}"
    assert (
        log.get_by_role("link", name="Open dashboard").get_attribute("href")
        == f"{server.url}/view/{uuid}"
    )


# Runs before the page's scripts.
ALARM = """for (const name of ["alert", "confirm", "prompt", "print"])
  globalThis[name] = () => { globalThis.pwned = name; };"""


def test_captured_content_is_shown_as_text(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, element(server, uuid))
    page.add_init_script(ALARM)
    page.reload()
    log = live(page)
    heads = [head for group in GROUPS for head in heads_of(uuid, group)]
    for head in heads:
        send(server.address, head)
    for content, kind in BODIES.values():
        post(server.address, f"/{uuid}", content, f"Content-Type: {kind}")
    expect(log.locator(".row")).to_have_count(len(heads) + len(BODIES))
    foreign = (
        "script, img, svg:not(.icon), iframe, object, embed, base, link, a, style, video, math"
    )
    for line in log.locator(".row").all():
        line.press("Enter")  # not a click: content that loads above can move the row meanwhile
        expect(line).to_have_attribute("aria-expanded", "true")
        assert log.locator(f".list :is({foreign})").count() == 0
    assert page.evaluate("() => globalThis.pwned ?? null") is None


# Connection


def test_the_element_shows_a_disconnect_and_reconnects(
    uuid: str, visit: Open, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*UNREACHABLE)
    with Server() as server:
        page = visit(server, element(server, uuid))
        log = live(page)
        post(server.address, f"/{uuid}/before")
        expect(log.locator(".row-target")).to_have_text(["/before"])
        server.end(kill=True)
        expect(log).to_have_attribute("state", "reconnecting")
        expect(log.locator(".badge")).to_contain_text("Reconnecting")
        assert log.locator(".badge[data-state=live]").count() == 0
        server.start()
        live(page)
        assert until_reported(page, "gap") == [{"missed": None}], (
            "a server without a queue starts a new epoch"
        )
        expect(log.locator(".notice")).to_contain_text("The server restarted.")
        post(server.address, f"/{uuid}/after")
        expect(log.locator(".row-target")).to_have_text(["/after", "/before"])
        states = [link["state"] for link in events(page, "link")]
        assert states[:3] == ["connecting", "live", "reconnecting"]
        assert states[-1] == "live"
        page.close()


def test_refused_requests_show(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, element(server, uuid))
    log = live(page)
    post(server.address, f"//{uuid}")
    [refused] = until_reported(page, "refused")
    assert (refused["count"], refused["reason"]) == (1, "not_found")
    expect(log.locator(".notice")).to_contain_text(
        f"1 request was refused: {Reason.NOT_FOUND.meaning}"
    )


def test_a_removed_element_stops_viewing_and_counts_missed_requests_when_inserted_again(
    server: Server, uuid: str, visit: Open
) -> None:
    page = visit(server, element(server, uuid))
    log = live(page)
    post(server.address, f"/{uuid}/before")
    expect(log.locator(".row-target")).to_have_text(["/before"])
    page.evaluate("(window.log = document.querySelector('webhook-log')).remove()")
    until_true(page, "events.length && !log.isConnected")
    until_unwatched(server, f"/{uuid}/meanwhile")
    for _ in range(2):
        post(server.address, f"/{uuid}/meanwhile")
    page.evaluate("document.querySelector('main').append(log)")
    live(page)
    assert until_reported(page, "gap")[0]["missed"] >= 3
    assert viewers(post(server.address, f"/{uuid}/after")) == "1"
    expect(log.locator(".row-target").first).to_have_text("/after")


def test_a_moved_element_stays_connected(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, element(server, uuid) + "<section></section>")
    log = live(page)
    page.evaluate("document.querySelector('section').append(document.querySelector('webhook-log'))")
    assert viewers(post(server.address, f"/{uuid}/after")) == "1"
    expect(log.locator(".row-target")).to_have_text(["/after"])
    assert [link["state"] for link in events(page, "link")] == ["connecting", "live"]


def test_another_src_starts_another_log(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, element(server, uuid))
    log = live(page)
    post(server.address, f"/{uuid}/one")
    expect(log.locator(".row-target")).to_have_text(["/one"])
    other = str(uuid4())
    page.evaluate(
        "src => { document.querySelector('webhook-log').src = src }", f"{server.url}/view/{other}"
    )
    live(page)
    expect(log.locator(".row")).to_have_count(0)
    post(server.address, f"/{other}/two")
    expect(log.locator(".row-target")).to_have_text(["/two"])
    until_unwatched(server, f"/{uuid}/three")
    assert events(page, "gap") == []


@pytest.mark.parametrize(
    ("src", "sentence"),
    [
        ("", "set the src attribute"),
        ('src=""', "set the src attribute"),
        ('src="nonsense"', "is not the URL of a callback"),
        ('src="https://hooks.example.com/"', '"https://hooks.example.com/" is not the URL'),
        ('src="javascript:alert(1)"', "is not the URL of a callback"),
    ],
)
def test_an_invalid_src_shows_a_message(
    server: Server, uuid: str, visit: Open, src: str, sentence: str
) -> None:
    page = visit(server, f"<webhook-log {src}></webhook-log>")
    log = page.locator("webhook-log")
    expect(log).to_have_attribute("state", "refused")
    expect(log.get_by_role("alert")).to_contain_text(sentence)
    page.evaluate(
        "src => { document.querySelector('webhook-log').src = src }", f"{server.url}/{uuid}"
    )
    live(page)
    expect(log.get_by_role("alert")).to_have_count(0)


def test_the_element_works_below_a_prefix(uuid: str, visit: Open) -> None:
    with Server(URL_PREFIX="/team/hooks") as server:
        page = visit(server, element(server, uuid))
        log = live(page)
        post(server.address, f"/team/hooks/{uuid}/orders")
        expect(log.locator(".row-target")).to_have_text(["/orders"])
        page.close()
