"""Search in a body, views of rare formats, and files for the browser's viewers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.waiting import until_true
from tests.support.processes import Server
from tests.support.sender import post, send

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

JSON = "Content-Type: application/json"

CURRENT = "() => [...(CSS.highlights.get('body-current') ?? [])].map(String).join()"
MARKED = "name => CSS.highlights.get(name)?.size ?? 0"
IN_VIEW = """() => {
    const [{top, bottom}] = [...CSS.highlights.get('body-current')].map(
        each => each.getBoundingClientRect());
    const detail = document.querySelector('request-detail').getBoundingClientRect();
    return top > detail.top && bottom < detail.bottom;
}"""


def show(server: Server, page: Page, uuid: str, path: str, body: bytes, *lines: str) -> Locator:
    """Send a request, open it and return its body."""
    post(server.address, f"/{uuid}/{path}", body, *lines)
    page.locator(".row", has_text=f"/{path}").click()
    expect(page.locator("request-detail h2")).to_contain_text(f"/{path}")
    return page.locator("webhook-body")


def test_a_text_is_found_in_trees_sources_and_tables(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    items = [{"id": n, "deep": {"pear": n}} for n in range(3000)]
    body = show(server, page, uuid, "tree", json.dumps(items).encode(), JSON)
    press = page.keyboard.press
    press("f")
    field, count = body.get_by_role("textbox", name="Find in the body"), body.get_by_role("status")
    expect(field).to_be_focused()
    page.keyboard.type("2999")
    expect(count.first).to_have_text("1 of 2")
    expect(body.get_by_role("treeitem", name='"id": 2999')).to_be_visible()
    for key, place in (("Enter", 2), ("Enter", 1), ("Shift+Enter", 2)):
        press(key)
        expect(count.first).to_have_text(f"{place} of 2")
    until_true(page, IN_VIEW)
    assert page.evaluate(CURRENT) == "2999"
    until_true(page, "() => CSS.highlights.get('body-hit').size === 2")

    body.get_by_role("button", name="Hex", exact=True).click()
    expect(count.first).to_have_text("This view can’t be searched. Choose Raw.")
    text = b"line of text\n" * 30_000 + b"a PEAR\n"
    show(server, page, uuid, "source", text, "Content-Type: text/plain")
    field.fill("pear")
    expect(count.first).to_have_text("1 of 1")
    until_true(page, IN_VIEW)
    assert page.evaluate(CURRENT) == "PEAR"
    field.fill("line")
    expect(count.first).to_have_text("1 of the first 10,000")
    form = b"&".join(b"name%d=pear" % n for n in range(120))
    show(server, page, uuid, "form", form, "Content-Type: application/x-www-form-urlencoded")
    field.fill("pear")
    expect(count.first).to_have_text("1 of 120")
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(body.get_by_role("button", name="Find")).to_be_focused()
    assert page.evaluate(MARKED, "body-hit") == 0


def test_words_of_the_filter_are_marked_in_the_body(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    show(server, page, uuid, "orders", b'{"fruit": "pear", "pears": 2}', JSON)
    page.get_by_role("searchbox").fill("pear")
    until_true(page, "() => CSS.highlights.get('body-filter')?.size === 2")


def test_graphql_and_messagepack_are_decoded(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}")
    query = "query Hero($id: ID) {\n  hero(id: $id) { name }\n}"
    sent = json.dumps({"query": query, "variables": {"id": 7}}).encode()
    body = show(server, page, uuid, "graphql", sent, JSON)
    expect(body.locator("pre")).to_have_text(query)
    expect(body.get_by_role("treeitem")).to_have_text(["{ 1 field }", '"id": 7'])
    target = f"/{uuid}/get?query=%7Bhero%7Bname%7D%7D"
    send(server.address, f"GET {target} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
    page.locator(".row", has_text="/get").click()
    expect(body.locator("pre")).to_have_text("{hero{name}}")
    kind = "Content-Type: application/msgpack"
    packed = bytes.fromhex("82a26964cfffffffffffffffff a95f5f70726f746f5f5f c40101")
    show(server, page, uuid, "packed", packed, kind)
    values = ['"id": 18446744073709551615', '"__proto__": "1 byte: 01"']
    expect(body.get_by_role("treeitem")).to_have_text(["{ 2 fields }", *values])
    expect(body).to_contain_text("Decoded from MessagePack. Binary data is shown in hex.")
    show(server, page, uuid, "broken", b"\x92\x01\xc1", kind)
    expect(body).to_contain_text("Byte 2 begins no MessagePack value.")
    expect(body.locator("pre")).to_contain_text("92 01 c1")


def test_a_file_opens_with_a_type_of_the_page_and_never_as_html(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    script = b"<script>document.title = 'pwned'</script>"
    body = show(server, page, uuid, "page", b"<html>" + script, "Content-Type: application/pdf")
    link = body.get_by_role("link", name="Open in a new tab")
    expect(body.locator("pre")).to_contain_text("pwned")
    expect(link).to_have_count(0)
    show(server, page, uuid, "pdf", b"%PDF-1.7\n" + script, "Content-Type: text/html")
    expect(body).to_contain_text("PDF, ")
    sound = b"RIFF\x00\x00\x00\x00WAVE" + script
    show(server, page, uuid, "sound", sound, "Content-Type: text/html")
    expect(body).to_contain_text("WAV audio")
    with page.context.expect_page() as opened:
        link.click()
    tab = opened.value
    tab.wait_for_load_state()
    assert tab.evaluate("() => [document.contentType, opener]") == ["audio/wav", None]
    assert tab.locator("script").count() == 0
    assert tab.title() != "pwned"
