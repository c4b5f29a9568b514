"""The dashboard below a path, and in a frame, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ConsoleErrors, uuid_of
from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

PREFIX = "/team/hooks"


@pytest.fixture(scope="module")
def prefixed() -> Iterator[Server]:
    with Server(URL_PREFIX=PREFIX) as server:
        yield server


def test_the_dashboard_works_below_a_prefix(prefixed: Server, open_page: Open) -> None:
    page = open_page(prefixed, f"{PREFIX}/")
    uuid = uuid_of(page)
    assert page.url.startswith(f"{prefixed.url}{PREFIX}/view/{uuid}")
    expect(page.locator(".callback-text").first).to_have_text(f"{prefixed.url}{PREFIX}/{uuid}")
    post(prefixed.address, f"{PREFIX}/{uuid}/orders", b'{"a": 1}', "Content-Type: application/json")
    expect(page.locator(".row")).to_contain_text("/orders")
    page.locator(".row").click()
    expect(page.locator("request-detail")).to_contain_text(f"{PREFIX}/{uuid}/orders")


def test_an_error_page_outside_the_prefix_has_styles_and_links_below_it(
    prefixed: Server, open_page: Open, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("status of 404")
    page = open_page(prefixed, "/beside")
    assert page.locator(".error-page").evaluate("e => getComputedStyle(e).textAlign") == "center"
    page.locator(".button").click()
    page.wait_for_url(f"**{PREFIX}/view/*")


class Framing(BaseHTTPRequestHandler):
    """A tool's page with the dashboard in a frame."""

    framed = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<!doctype html><iframe src="{self.framed}"></iframe>'.encode())

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def tool() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Tool", (Framing,), {})) as server:
        Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("is_let", [True, False])
def test_only_listed_origins_can_frame_the_dashboard(
    tool: ThreadingHTTPServer,
    open_page: Open,
    uuid: str,
    console_errors: ConsoleErrors,
    is_let: bool,
) -> None:
    console_errors.allow("frame-ancestors")
    url = f"http://127.0.0.1:{tool.server_address[1]}"
    with Server(FRAME_ANCESTORS=f"self,{url}" if is_let else "https://tools.example.com") as server:
        tool.RequestHandlerClass.framed = f"{server.url}/view/{uuid}"
        page = open_page(server)
        framed = page.frame_locator("iframe")
        if is_let:
            page.goto(url)
            expect(framed.locator(".badge[data-state=live]")).to_be_visible()
        else:
            with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
                page.goto(url)
            expect(framed.locator("webhook-page")).to_have_count(0)
        page.context.close()
