"""Requests are copied to the clipboard and exported to files."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from tests.browser.clock import stop_clock
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import Server
from tests.support.sender import post
from tests.support.viewers import Viewer

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

ALL_BYTES = bytes(range(256))
RESPONDED = {"status": 200, "by": "default"}
FORMATS = [
    *("curl", "HTTPie", "Python", "JavaScript", "PHP", "Go", "Ruby", "C#", "Java", "PowerShell"),
    "Raw HTTP",
]


@pytest.fixture
def viewer(server: Server, uuid: str) -> Iterator[Viewer]:
    with Viewer(server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        yield viewer


@pytest.fixture
def page(server: Server, open_page: Open, uuid: str) -> Page:
    """A live page whose clock is stopped, so that "Copied" stays."""
    page = open_page(server, f"/view/{uuid}", permissions=["clipboard-read", "clipboard-write"])
    stop_clock(page)
    return page


def show(page: Page, server: Server, uuid: str, body: bytes, *lines: str, below: str = "") -> None:
    post(server.address, f"/{uuid}{below}", body, *lines)
    page.locator(".row").first.click()
    expect(page.locator("request-tools button").first).to_be_visible()


def menu_of(page: Page, name: str) -> tuple[Locator, Locator]:
    """Return the button of a menu and its items."""
    button = page.get_by_role("button", name=name, exact=True)
    return button, page.get_by_role("menu", name=name, exact=True).get_by_role("menuitem")


def copied(page: Page) -> str:
    expect(page.locator("request-tools [role=status]")).to_have_text("Copied")
    return str(page.evaluate("() => navigator.clipboard.readText()"))


def choose(page: Page, name: str, item: str) -> None:
    button, items = menu_of(page, name)
    button.click()
    items.filter(has_text=item).click()


def content_of(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def test_the_copied_curl_sends_the_same_bytes(
    server: Server, page: Page, uuid: str, viewer: Viewer
) -> None:
    show(page, server, uuid, ALL_BYTES, "X-Dup: 1", "x-dup: 2", below="/a?b")
    request = viewer.event("request")
    choose(page, "Copy as", "curl")
    subprocess.run(
        ["/bin/sh", "-c", copied(page)], check=True, timeout=PATIENCE_SECONDS, capture_output=True
    )
    again = viewer.event("request")
    for field in ("method", "path", "query_string", "body"):
        assert again[field] == request[field]
    assert [line for line in again["headers"] if line[0].lower() == "x-dup"] == [
        ["X-Dup", "1"],
        ["x-dup", "2"],
    ]


@pytest.mark.parametrize(
    ("item", "part"),
    [
        ("HTTPie", "http --ignore-stdin --raw='hi' --path-as-is POST 'http://"),
        ("Python", 'body = "hi".encode()'),
        ("JavaScript", "await fetch("),
        ("PowerShell", "[System.Net.Http.HttpMethod]::new('POST')"),
        ("Raw HTTP", "POST /"),
    ],
)
def test_a_request_is_copied_in_each_format(
    server: Server, page: Page, uuid: str, item: str, part: str
) -> None:
    show(page, server, uuid, b"hi")
    choose(page, "Copy as", item)
    assert part in copied(page)


def test_the_key_c_copies_curl_without_a_menu(server: Server, page: Page, uuid: str) -> None:
    show(page, server, uuid, b"hi")
    page.keyboard.press("c")
    assert copied(page).startswith(f"curl '{server.url}/{uuid}'")
    expect(page.get_by_role("menuitem")).to_have_count(0)


def test_a_request_is_copied_for_the_url_that_the_sender_used(
    server: Server, page: Page, uuid: str
) -> None:
    show(page, server, uuid, b"hi", below="/a")
    button, items = menu_of(page, "Copy as")
    button.click()
    other = page.get_by_role("menuitemradio", name="http://test")  # the sender's Host header
    other.click()
    expect(other).to_have_attribute("aria-checked", "true")
    items.filter(has_text="curl").click()
    assert copied(page).startswith(f"curl 'http://test/{uuid}/a'")


def test_a_binary_request_is_saved_as_a_raw_http_file(
    server: Server, page: Page, uuid: str
) -> None:
    show(page, server, uuid, ALL_BYTES)
    with page.expect_download() as started:
        choose(page, "Copy as", "Raw HTTP")
    assert content_of(started.value).endswith(b"\r\n\r\n" + ALL_BYTES)


def test_a_menu_works_by_keyboard_and_returns_the_focus(
    server: Server, page: Page, uuid: str
) -> None:
    show(page, server, uuid, b"hi")
    button, items = menu_of(page, "Copy as")
    button.focus()
    page.keyboard.press("Enter")
    expect(items).to_have_count(len(FORMATS))
    assert [text.split()[0] for text in items.all_inner_texts()] == [
        name.split()[0] for name in FORMATS
    ]
    last = page.get_by_role("menuitemradio", name="http://test")
    for key, focused in (
        *(("ArrowDown", items.nth(1)), ("ArrowUp", items.first), ("ArrowUp", last)),
        *(("ArrowDown", items.first), ("End", last), ("Home", items.first), ("j", items.first)),
    ):
        page.keyboard.press(key)
        expect(focused).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(items).to_have_count(0)
    expect(page.locator("request-detail")).to_be_visible()
    for _ in range(3):  # past the targets
        page.keyboard.press("ArrowUp")
    expect(items.last).to_be_focused()
    page.keyboard.press("Enter")
    assert copied(page).startswith("POST /")
    expect(page.locator("request-tools [aria-haspopup]")).to_be_focused()


def test_a_menu_closes_when_the_focus_leaves_it(server: Server, page: Page, uuid: str) -> None:
    show(page, server, uuid, b"hi")
    button, items = menu_of(page, "Copy as")
    button.click()
    page.keyboard.press("Tab")
    expect(items).to_have_count(0)
    button.click()
    expect(items).to_have_count(len(FORMATS))
    page.mouse.click(5, 5)
    expect(items).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_menu_fits_the_page(server: Server, open_page: Open, uuid: str, width: int) -> None:
    page = open_page(server, f"/view/{uuid}", viewport={"width": width, "height": 800})
    show(page, server, uuid, b"hi")
    button, items = menu_of(page, "Copy as")
    button.click()
    expect(items).to_have_count(len(FORMATS))
    for item in items.all():
        box = item.bounding_box()
        assert box
        assert box["height"] >= 24
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0


def test_a_body_is_downloaded_unchanged(server: Server, page: Page, uuid: str) -> None:
    show(page, server, uuid, ALL_BYTES, "Content-Type: image/png", below="/v1/logo.exe")
    with page.expect_download() as started:
        choose(page, "More", "Download body")
    assert started.value.suggested_filename == "logo-exe.png"
    assert content_of(started.value) == ALL_BYTES


def test_an_empty_body_has_no_download(server: Server, page: Page, uuid: str) -> None:
    show(page, server, uuid, b"")
    button, items = menu_of(page, "More")
    button.click()
    expect(items.filter(has_text="Check signature")).to_be_visible()
    expect(items.filter(has_text="Download body")).to_have_count(0)


def test_the_list_is_exported_as_json_and_har(
    server: Server, page: Page, uuid: str, viewer: Viewer
) -> None:
    sent = []
    for body in (b"one", ALL_BYTES, b""):
        post(server.address, f"/{uuid}", body)
        sent.append(viewer.event("request"))
    expect(page.locator(".row-response")).to_have_count(3)
    files = {}
    for kind in ("JSON", "HAR"):
        with page.expect_download() as started:
            choose(page, "Export", kind)
        files[started.value.suggested_filename] = json.loads(content_of(started.value))
    assert files[f"webhooks-{uuid[:8]}.json"] == [{**each, "responded": RESPONDED} for each in sent]
    log = files[f"webhooks-{uuid[:8]}.har"]["log"]
    urls = [entry["request"]["url"] for entry in log["entries"]]
    assert urls == [f"{server.url}/{uuid}"] * 3
    assert [entry["response"]["status"] for entry in log["entries"]] == [200] * 3
    status = page.locator("list-toolbar export-menu [role=status]")
    expect(status).to_have_text("Exported 3 requests")


def test_one_request_is_exported_separately(
    server: Server, page: Page, uuid: str, viewer: Viewer
) -> None:
    for body in (b"one", b"two"):
        post(server.address, f"/{uuid}", body)
        shown = viewer.event("request")
    expect(page.locator(".row-response")).to_have_count(2)
    page.locator(".row").first.click()
    with page.expect_download() as started:
        choose(page, "Export request", "JSON")
    assert json.loads(content_of(started.value)) == [{**shown, "responded": RESPONDED}]


def test_the_key_e_opens_the_export(server: Server, page: Page, uuid: str) -> None:
    show(page, server, uuid, b"hi")
    page.keyboard.press("e")
    expect(menu_of(page, "Export")[1].first).to_be_focused()


def test_the_command_for_the_users_machine_is_copied_with_the_key(
    server: Server, open_page: Open
) -> None:
    page = open_page(server, "/", permissions=["clipboard-read", "clipboard-write"])
    link = page.url
    page.keyboard.press("m")
    sheet = page.get_by_role("dialog", name="Send to your machine")
    sheet.get_by_label("Port or URL of your server").fill("4000")
    command = sheet.get_by_label("Command", exact=True)
    open_part, _, key = link.partition("#key=")
    shown = f"webhook-logger listen '{open_part}#key=…' --forward 'http://localhost:4000'"
    expect(command).to_have_text(f"{shown} --respond")
    sheet.get_by_label("Return its responses to the senders").uncheck()
    expect(command).to_have_text(shown)
    expect(sheet).to_contain_text("contains the key")
    assert key not in page.content()
    sheet.get_by_role("button", name="Copy").click()
    expect(sheet.get_by_role("button", name="Copied")).to_be_visible()
    text = page.evaluate("() => navigator.clipboard.readText()")
    assert text == f"webhook-logger listen '{link}' --forward 'http://localhost:4000'"
    page.reload()
    page.get_by_role("button", name="Send to your machine").click()
    expect(sheet.get_by_label("Port or URL of your server")).to_have_value("4000")
