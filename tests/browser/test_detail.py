"""The detail of one captured request, in a real browser against a real server."""

from __future__ import annotations

import base64
import gzip
import json
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.clock import stop_clock
from tests.browser.waiting import until_true
from tests.support.processes import Server
from tests.support.sender import post, send

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
Show = Callable[..., Locator]

JSON = "Content-Type: application/json"
NDJSON = "Content-Type: application/x-ndjson"
FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture
def show(server: Server, open_page: Open, uuid: str) -> Show:
    """Return a function that sends one request, opens it and returns its detail."""

    def show_one(path: str = "", body: bytes = b"", *lines: str, **options: object) -> Locator:
        page = open_page(server, f"/view/{uuid}", **options)
        post(server.address, f"/{uuid}{path}", body, *lines)
        page.locator(".row").click()
        return page.locator("request-detail")

    return show_one


def png(width: int, height: int) -> bytes:
    """Return a grey PNG."""
    pixels = zlib.compress((b"\0" + b"\x80" * width) * height)
    return png_head(width, height) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


def png_head(width: int, height: int) -> bytes:
    """Return the start of a grey PNG, which contains its size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head)


def png_chunk(name: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checksum


def token(**payload: object) -> str:
    """Return a JSON Web Token without a signature."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, payload)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + ".c2ln"


def clipboard(detail: Locator) -> str:
    return detail.page.evaluate("() => navigator.clipboard.readText()")


HAS_COPIED = "async text => (await navigator.clipboard.readText()) === text"


def row(detail: Locator, text: str) -> Locator:
    return detail.locator(".json-row", has_text=text).first


CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def test_each_header_can_be_copied_as_sent(show: Show) -> None:
    detail = show("", b"", "X-Key:  a  b ", "x-key: second", **CLIPBOARD)
    stop_clock(detail.page)  # the button shows "Copied" for a moment
    headers = detail.get_by_role("table", name="Headers as sent")
    expect(headers.get_by_role("rowheader").last).to_have_text("x-key")
    headers.get_by_role("button", name="Copy the value of X-Key", exact=True).click()
    expect(headers.get_by_role("button", name="Copied")).to_be_visible()
    assert clipboard(detail) == "a  b"


def copy_place(detail: Locator) -> Locator:
    return detail.get_by_role("button", name="Copy the value of X-Key").locator("xpath=..")


def test_a_focused_copy_button_is_visible(show: Show) -> None:
    place = copy_place(show("", b"", "X-Key: a"))
    expect(place).to_have_css("opacity", "0")
    place.get_by_role("button").focus()
    expect(place).to_have_css("opacity", "1")


def test_copy_buttons_are_always_visible_on_touch_screens(show: Show) -> None:
    detail = show("", b"", "X-Key: a", has_touch=True, is_mobile=True)
    expect(copy_place(detail)).to_have_css("opacity", "1")


SIZES = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.mark.parametrize("size", SIZES)
def test_a_long_target_keeps_the_rest_visible(show: Show, size: str) -> None:
    below = f"/{'a' * 2000}/{'deep/' * 400}?q={'b' * 2000}"
    detail = show(below, b'{"a": 1}', JSON, f"X-Long: {'c' * 3000}", viewport=SIZES[size])
    expect(detail.get_by_role("heading", name="Body")).to_be_in_viewport()
    details = detail.get_by_role("table", name="Details")
    expect(details).to_contain_text("http://")
    expect(details).to_contain_text("deep/deep")
    detail.get_by_role("button", name="Resend").click()
    detail.locator(".signature > summary").click()
    head = detail.locator(".detail-head")
    for place in ("resend-panel", "signature-check", "found-tokens"):
        detail.locator(place).scroll_into_view_if_needed()
        expect(head.get_by_role("button", name="Resend")).to_be_in_viewport(ratio=1)
        expect(head).to_contain_text("POST /aaaa")
    assert detail.page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert detail.evaluate("each => each.scrollWidth - each.clientWidth") == 0


def test_header_bytes_are_decoded_as_utf_8_and_trailers_are_shown(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    name = "Zürich".encode().decode("latin-1")
    head = f"POST /{uuid}/{name}?city={name}&evil=\x9b HTTP/1.1\r\nHost: test\r\nX-City: {name}\r\n"
    head += "X-Latin: caf\xe9\x9b\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = f"5\r\nhello\r\n0\r\nX-Sum: {name}\r\n\r\n"
    assert send(server.address, (head + body).encode("latin-1")).status == 200
    # The last byte makes the whole head invalid UTF-8.
    expect(page.locator(".row-target")).to_have_text(f"/{name}?city={name}&evil=⟨U+009B⟩")
    page.locator(".row").click()
    detail = page.locator("request-detail")
    expect(detail.get_by_role("table", name="Path segments, decoded")).to_contain_text("Zürich")
    query = detail.get_by_role("table", name="Query parameters, decoded")
    expect(query.locator("td .captured")).to_have_text(["Zürich", "%9B"])
    headers = detail.get_by_role("table", name="Headers as sent")
    expect(headers.get_by_role("row", name="X-City")).to_contain_text("Zürich")
    expect(headers.get_by_role("row", name="X-Latin")).to_contain_text("café⟨U+009B⟩")
    expect(detail.get_by_role("table", name="Trailers as sent")).to_contain_text("Zürich")


def test_path_and_query_are_decoded(show: Show) -> None:
    detail = show("/orders//a%2Fb?q=two%20words&q=2")
    path = detail.get_by_role("table", name="Path segments, decoded")
    expect(path.locator("td .captured")).to_have_text(["orders", "", "a/b"])
    query = detail.get_by_role("table", name="Query parameters, decoded")
    expect(query.locator("td .captured")).to_have_text(["two words", "2"])


def test_json_is_a_folding_tree_with_the_values_as_sent(show: Show) -> None:
    detail = show("", b'{"n": 12345678901234567890.10, "a": [{"b": "\\u00e9"}], "n": 1}', JSON)
    tree = detail.get_by_role("tree")
    for text in ('"n": 12345678901234567890.10', '"b": "\\u00e9"', '"n": 1'):
        expect(tree.get_by_role("treeitem").filter(has_text=text).first).to_be_visible()
    folder = row(detail, '"a": [ 1 item ]')
    folder.click()
    expect(folder).to_have_attribute("aria-expanded", "false")
    expect(tree).not_to_contain_text('"b"')
    folder.click()
    expect(tree).to_contain_text('"b"')


def test_path_and_value_of_a_json_row_can_be_copied(show: Show) -> None:
    detail = show("", b'{"a": [{"b c": "x\\ny"}]}', JSON, **CLIPBOARD)
    row(detail, '"b c"').click()
    expect(detail.locator(".json-bar")).to_contain_text('$.a[0]["b c"]')
    for name, text in (("Copy path", '$.a[0]["b c"]'), ("Copy value", "x\ny")):
        detail.get_by_role("button", name=name).click()
        until_true(detail.page, HAS_COPIED, text)


def test_arrow_keys_move_in_the_json_tree(show: Show) -> None:
    detail = show("", b'{"a": [1, 2], "b": 3}', JSON)
    row(detail, "{ 2 fields }").focus()
    press = detail.page.keyboard.press
    for key, path in (
        ("ArrowDown", "$.a"),
        ("ArrowRight", "$.a[0]"),
        ("End", "$.b"),
        ("ArrowUp", "$.a[1]"),
        ("ArrowLeft", "$.a"),
        ("ArrowLeft", "$.a"),
        ("ArrowDown", "$.b"),
        ("Home", "$"),
    ):
        press(key)
        expect(detail.locator(".json-bar code")).to_have_text(path)
    expect(detail.get_by_role("treeitem")).to_have_count(3)


def test_a_json_level_shows_a_hundred_rows_and_loads_more_on_scroll(show: Show) -> None:
    detail = show("", json.dumps(list(range(250))).encode(), JSON)
    rows = detail.locator(".json-row:not(.json-more)")
    expect(rows).to_have_count(101)
    rows.last.scroll_into_view_if_needed()
    expect(rows).to_have_count(201)
    rows.last.focus()
    detail.page.keyboard.press("ArrowDown")  # to the row that loads more, unless it was in view
    detail.page.keyboard.press("Enter")
    expect(rows).to_have_count(251)
    expect(detail.get_by_role("treeitem", name="Show")).to_have_count(0)


def test_json_in_strings_and_forms_opens_and_a_tree_unfolds(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}", **CLIPBOARD)
    inner = json.dumps({"deep": {"er": {"n": 1}}})
    post(server.address, f"/{uuid}/sns", json.dumps({"Message": inner}).encode(), JSON)
    page.locator(".row").click()
    body = page.locator("webhook-body")
    message = row(page.locator("request-detail"), "Message")
    expect(message).to_contain_text("JSON")
    page.keyboard.press("v")
    expect(body.get_by_role("treeitem")).to_have_count(5)
    expect(message).to_have_attribute("aria-expanded", "true")
    expect(body.get_by_role("button", name="Collapse all")).to_be_visible()
    row(page.locator("request-detail"), '"n": 1').click()
    expect(body.locator(".json-bar code")).to_have_text("$.Message → $.deep.er.n")
    page.keyboard.press("v")
    expect(body.get_by_role("treeitem")).to_have_count(2)
    body.get_by_role("button", name="Copy pretty").click()
    pretty = json.dumps({"Message": inner}, indent=2)
    until_true(page, HAS_COPIED, pretty)
    post(server.address, f"/{uuid}/form", b"token=x&payload=%7B%22a%22%3A1%7D", FORM)
    page.locator(".row", has_text="/form").click()
    body.get_by_role("button", name="JSON", exact=True).click()
    expect(body.get_by_role("treeitem")).to_have_text(["{ 1 field }", '"a": 1'])
    post(server.address, f"/{uuid}/lines", b'{"a": 1}\nnope\n[2]\n', NDJSON)
    page.locator(".row", has_text="/lines").click()
    records = ["3 records", "1: { 1 field }", '"a": 1', "2: not JSON nope", "3: [ 1 item ]"]
    expect(body.get_by_role("treeitem")).to_have_text([*records, "0: 2"])


def test_json_after_a_byte_order_mark_is_json(show: Show) -> None:
    detail = show("", b'\xef\xbb\xbf{"a": 1}', JSON)
    expect(detail.get_by_role("tree")).to_contain_text('"a": 1')
    detail.get_by_role("button", name="Raw", exact=True).click()
    expect(detail.locator(".body-text")).to_have_text('⟨U+FEFF⟩{"a": 1}')


def test_timestamps_show_their_date_on_hover_and_focus(show: Show) -> None:
    body = b'{"created": 1763786460}'
    detail = show("?at=1763786460123", body, JSON, "X-Time: t=1763786460,v1=ab")
    created = row(detail, "created")
    assert "2025-11-22T04:41:00.000Z" in (created.get_attribute("title") or "")
    created.focus()
    expect(detail.locator(".json-date")).to_contain_text("2025-11-22T04:41:00.000Z")
    for text, date in (("1763786460123", "04:41:00.123Z"), ("1763786460", "04:41:00.000Z")):
        timestamp = detail.locator(".timestamp").get_by_text(text, exact=True).first
        assert date in (timestamp.get_attribute("title") or "")
        timestamp.focus()
        expect(timestamp).to_be_focused()
        shown = timestamp.evaluate("element => getComputedStyle(element, '::after').content")
        assert date in shown


def test_markup_is_highlighted_and_does_not_run(show: Show) -> None:
    source = "<p title='a'>hi</p><!-- x --><script>document.title = 'pwned'</script>"
    detail = show("", source.encode(), "Content-Type: text/html")
    expect(detail.locator(".body-text[data-view=markup]")).to_have_text(source)
    expect(detail.locator(".body-text [data-tone=comment]")).to_have_text("<!-- x -->")
    assert detail.locator(".body-text p, .body-text script").count() == 0
    assert detail.page.title() != "pwned"


def test_xml_is_indented_and_raw_is_unchanged(show: Show) -> None:
    source = "<?xml version='1.0'?><a><b>1</b><c/></a>"
    detail = show("", source.encode(), "Content-Type: text/xml")
    laid_out = "<?xml version='1.0'?>\n<a>\n  <b>1</b>\n  <c/>\n</a>"
    shown = detail.locator(".body-text")
    expect(shown.locator("[data-tone=key]")).not_to_have_count(0)
    assert shown.inner_text() == laid_out
    detail.get_by_role("button", name="Raw", exact=True).click()
    expect(shown).to_have_text(source)


def test_form_fields_are_a_table(show: Show) -> None:
    detail = show("", b"name=J%C3%BCrgen+K&tag=1&tag=2", FORM)
    fields = detail.get_by_role("table", name="Form fields, decoded")
    expect(fields.get_by_role("rowheader")).to_have_text(["name", "tag", "tag"])
    expect(fields.locator("td .captured").first).to_have_text("Jürgen K")


def test_parts_are_listed_downloaded_and_drawn(show: Show, tmp_path: Path) -> None:
    image = png(800, 20)
    body = (
        b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
        b'--b\r\nContent-Disposition: form-data; name="photo"; filename="grey one.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + image + b"\r\n--b--\r\n"
    )
    detail = show("", body, "Content-Type: multipart/form-data; boundary=b")
    parts = detail.get_by_role("list", name="Parts").get_by_role("listitem")
    expect(parts.first).to_contain_text("hello")
    for text in ("photo", "grey one.png", "image/png", f"{len(image)} B"):
        expect(parts.last).to_contain_text(text)
    with detail.page.expect_download() as download:
        parts.last.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "grey-one.png"
    download.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == image
    parts.last.get_by_role("button", name="Show image").click()
    expect(parts.last).to_contain_text("800 × 20 pixels")
    canvas = parts.last.get_by_role("img", name="Image grey one.png")
    pixel = "canvas => [...canvas.getContext('2d').getImageData(5, 5, 1, 1).data]"
    assert canvas.evaluate(pixel) == [128, 128, 128, 255]


def test_invalid_image_bytes_show_a_message(show: Show) -> None:
    detail = show("", b"\x89PNG not", "Content-Type: image/png")
    expect(detail.locator("webhook-image-preview")).to_contain_text("not a PNG, JPEG, GIF or WebP")
    expect(detail.get_by_role("button", name="Show image")).to_have_count(0)


def test_a_damaged_image_shows_a_message(show: Show) -> None:
    detail = show("", png(8, 8)[:40], "Content-Type: image/png")
    detail.get_by_role("button", name="Show image in the body").click()
    expect(detail.locator("webhook-image-preview")).to_contain_text("damaged or incomplete")


@pytest.mark.parametrize(
    ("image", "doubt"),
    [
        (png_head(23_000, 23_000), "23,000 × 23,000 pixels: drawing it takes about 2.12 GB"),
        (png_head(0, 0), "The size of this image can’t be read"),
    ],
)
def test_a_huge_image_is_drawn_only_on_request(show: Show, image: bytes, doubt: str) -> None:
    detail = show("", image, "Content-Type: image/png")
    expect(detail.locator("webhook-image-preview")).to_contain_text(doubt)
    expect(detail.get_by_role("button", name="Show image anyway")).to_be_visible()


def test_compressed_json_is_shown_as_json_and_as_sent(show: Show) -> None:
    body = gzip.compress(b'{"a": [1, 2, 3]}' + b" " * 5000)
    detail = show("", body, JSON, "Content-Encoding: gzip")
    expect(detail.get_by_role("tree")).to_contain_text('"a": [ 3 items ]')
    expect(detail.locator(".body-coding")).to_contain_text(f"{len(body)} B")
    expect(detail.locator(".body-coding")).to_contain_text("5.02 kB")
    as_sent = detail.get_by_role("button", name="Show as sent")
    as_sent.click()
    expect(detail.locator(".body-text[data-view=hex]")).to_contain_text("1f 8b 08")
    as_sent.click()
    expect(detail.get_by_role("tree")).to_be_visible()


def test_a_body_that_cannot_be_decompressed_is_shown_as_sent(show: Show) -> None:
    detail = show("", b'{"a": 1}', JSON, "Content-Encoding: gzip")
    expect(detail.locator(".body-coding")).to_contain_text("damaged, incomplete or not “gzip”")
    expect(detail.get_by_role("button", name="Show as sent")).to_have_count(0)
    expect(detail.get_by_role("tree")).to_contain_text('"a": 1')


def test_tokens_are_decoded_below_the_headers(show: Show) -> None:
    expired = token(sub="42", exp=int(time.time()) - 120)
    detail = show("", b"", f"Authorization: Bearer {expired}")
    tokens = detail.locator("found-tokens")
    expect(tokens).to_contain_text("header Authorization")
    expect(tokens).to_contain_text('"sub": "42"')
    expect(tokens).to_contain_text("2 minutes before this request arrived")
    expect(tokens).to_contain_text("Expired when this request arrived")


def test_hostile_tokens_and_boundaries_do_not_block_the_page(show: Show) -> None:
    deep = token(a=json.loads("[" * 900 + "]" * 900))
    nested = f'{{"a": {"[" * 9_000}{"]" * 9_000}}}'.encode()
    deeper = f"eyJhIjoxfQ.{base64.urlsafe_b64encode(nested).decode().rstrip('=')}.c2ln"
    boundary = f"Content-Type: multipart/mixed; boundary={'-' * 10_000}"
    detail = show("", b"-" * 900_000, boundary, f"Authorization: {deep} {deeper}")
    expect(detail.locator(".token")).to_have_count(2)
    expect(detail.locator("webhook-body-multipart")).to_contain_text("longer than 70 characters")


LARGE = {
    "JSON": (json.dumps([{"id": n, "name": "x" * 80} for n in range(9000)]).encode(), JSON),
    "nested": (b"[" * 500_000 + b"]" * 500_000, JSON),
    "one line": (b"x" * 1_000_000, "Content-Type: text/plain"),
    "XML": (b"<a b='c'>d</a>\n" * 65_000, "Content-Type: application/xml"),
    "form": (b"a=1&" * 250_000, FORM),
    "binary": (bytes(range(256)) * 4000, "Content-Type: application/octet-stream"),
}


def show_all_of_large(server: Server, page: Page, uuid: str, kind: str) -> None:
    body, content_type = LARGE[kind]
    for path, content in (("/small", b"1"), ("/large", body)):
        post(server.address, f"/{uuid}{path}", content, content_type)
        expect(page.locator(".row", has_text=path)).to_be_visible()
    page.locator(".row", has_text="/large").click()
    expect(page.locator("request-detail h2")).to_contain_text("/large")
    for view in ("Raw", "Hex"):
        page.get_by_role("button", name=view, exact=True).click()
        page.get_by_role("button", name="Show all").click()
        expect(page.get_by_role("button", name="Show all")).to_have_count(0)


MAX_AT_FIRST = 3000
"""Maximum elements in the detail of a request, regardless of the size of its body."""


@pytest.mark.parametrize("kind", LARGE)
def test_a_megabyte_renders_in_part_and_completely_on_request(
    server: Server, open_page: Open, uuid: str, kind: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    post(server.address, f"/{uuid}/first", *LARGE[kind])
    expect(page.locator("webhook-body button").first).to_be_visible()
    assert page.locator("request-detail *").count() < MAX_AT_FIRST
    shown = page.locator("request-detail :is(pre, table)").all_text_contents()
    assert 0 < sum(map(len, shown)) < 64 * 1024
    show_all_of_large(server, page, uuid, kind)


# Every read of the clock reports that the time for a chunk is over; frames are counted. Return the
# number of chunks.
HURRY = """(source) => {
  let now = 0;
  performance.now = () => (now += 1000);
  const draw = requestAnimationFrame;
  globalThis.frames_drawn = 0;
  globalThis.requestAnimationFrame = (act) => { frames_drawn++; return draw(act); };
  return source.querySelectorAll(".body-chunk").length;
}"""


def test_a_frame_is_drawn_between_the_chunks_of_a_large_body(show: Show) -> None:
    detail = show("", b"line of text\n" * 40_000, "Content-Type: text/plain")
    shown = detail.locator("webhook-body-source").evaluate(HURRY)
    detail.page.get_by_role("button", name="Show all").click()
    expect(detail.get_by_role("button", name="Show all")).to_have_count(0)
    hidden = "each => each.scrollHeight - each.clientHeight"
    assert detail.locator(".body-text").evaluate(hidden) == 0, "a body is shown in full"
    pieces = detail.locator(".body-chunk").all_text_contents()
    assert max(map(len, pieces)) < 2 * 16 * 1024
    assert detail.page.evaluate("frames_drawn") >= len(pieces) - shown > 20


# Elements whose content is not complete on paper, in every shadow tree.
CUT = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap(
      each => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])]);
  return all(document.body).filter(each => each.checkVisibility() && each.clientHeight > 1
      && (each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1)
      && getComputedStyle(each).overflow !== "visible").map(each => each.outerHTML.slice(0, 200));
}"""


def test_paper_shows_the_open_request_in_full_or_else_the_list(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}", color_scheme="dark")
    path = "/" + "deep/" * 200
    post(server.address, f"/{uuid}{path}", b"line\n" * 500, f"X-Long: {'c ' * 800}")
    page.emulate_media(media="print")
    expect(page.locator(".row-target")).to_be_visible()
    expect(page.locator("request-detail")).to_be_hidden()
    assert page.evaluate(CUT) == []
    page.emulate_media(media="screen")
    page.locator(".row").click()
    expect(page.locator("request-detail .body-text")).to_be_visible()
    page.emulate_media(media="print")
    assert page.evaluate(CUT) == []
    expect(page.locator("request-list")).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.locator(".callback-text").first).to_have_text(f"{server.url}/{uuid}")
    expect(page.get_by_role("table", name="Details")).to_contain_text(f"http://test/{uuid}{path}")
    colours = "each => [getComputedStyle(each).backgroundColor, getComputedStyle(each).color]"
    assert page.locator("html").evaluate(colours) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
