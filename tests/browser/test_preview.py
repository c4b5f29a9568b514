"""The preview of an HTML body is drawn in a frame that runs no scripts and loads nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.conftest import ConsoleErrors, uuid_of
from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

HTML = "Content-Type: text/html"
SIZES = pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    ],
    ids=["wide, light", "phone, dark"],
)

# Each loads something from {url}, or runs a script that does, as soon as it is drawn.
AT_ONCE = (
    "<script>fetch('{url}/script'); top.document.title = 'pwned'</script>",
    "<script src='{url}/script-src'></script>",
    "<script type=module>import '{url}/module'</script>",
    "<img src=x: onerror=\"fetch('{url}/onerror')\">",
    "<svg onload=\"fetch('{url}/onload')\"></svg>",
    "<body background='{url}/background' onload=\"fetch('{url}/body-onload')\">",
    "<details open ontoggle=\"fetch('{url}/toggle')\"><summary>a</summary></details>",
    "<iframe src=\"javascript:fetch('{url}/javascript')\"></iframe>",
    "<iframe srcdoc=\"<script>fetch('{url}/srcdoc-script')</script>\"></iframe>",
    "<iframe srcdoc=\"<img src='{url}/srcdoc-img'>\"></iframe>",
    "<img src='{url}/img'>",
    "<img srcset='{url}/srcset 2x'>",
    "<picture><source srcset='{url}/picture'><img></picture>",
    "<input type=image src='{url}/input'>",
    "<video src='{url}/video' poster='{url}/poster' autoplay></video>",
    "<audio src='{url}/audio' autoplay></audio>",
    "<svg><image href='{url}/svg-image'/><use href='{url}/svg-use#a'/></svg>",
    "<svg><style>@import '{url}/svg-import';</style></svg>",
    "<link rel=stylesheet href='{url}/stylesheet'>",
    "<style>@import '{url}/import'; body {{ background: url('{url}/css') }}</style>",
    "<style>@font-face {{ font-family: a; src: url('{url}/font') }} p {{ font-family: a }}</style>",
    "<p style=\"background: url('{url}/attribute')\">text</p>",
    "<iframe src='{url}/iframe'></iframe>",
    "<object data='{url}/object'></object>",
    "<embed src='{url}/embed'>",
    "<link rel=preload as=image href='{url}/preload'>",
    "<link rel=prefetch href='{url}/prefetch'>",
    "<link rel=modulepreload href='{url}/modulepreload'>",
    '<script type=speculationrules>{{"prefetch": [{{"urls": ["{url}/speculation"]}}]}}</script>',
    "<frameset><frame src='{url}/frame'></frameset>",
    "<meta http-equiv=refresh content='0; url={url}/refresh'>",
    "<base href='{url}/base/'><img src=relative>",
)
# The same for the complete browser, which also loads icons.
ICONS = ("<link rel=icon href='{url}/icon'>",)
# Each loads something when it is clicked.
ON_CLICK = (
    "<a href='{url}/link' ping='{url}/ping'>go</a>",
    "<a href='{url}/top' target=_top>go</a>",
    "<a href='{url}/blank' target=_blank>go</a>",
    "<a href=\"javascript:fetch('{url}/javascript')\">go</a>",
    "<a href='{url}/download' download>go</a>",
    "<form action='{url}/form'><button>go</button></form>",
    "<button onclick=\"fetch('{url}/onclick')\">go</button>",
)

ALLOW = "Access-Control-Allow-Origin: *"


in_browser = pytest.mark.parametrize(
    ("browser", "parts"),
    [("browser", AT_ONCE), ("whole_browser", ICONS)],
    indirect=["browser"],
    ids=["parts", "icons"],
)


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Browser:
    """The browser that the test's parameters name."""
    browser: Browser = request.getfixturevalue(getattr(request, "param", "browser"))
    return browser


class Trap:
    """A server that must receive nothing. Connections without a request count, too."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.page = "ok"
        """Record the request and respond."""
        self.asked: list[str] = []

    def serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._respond, args=[connection], daemon=True).start()

    def _respond(self, connection: socket.socket) -> None:
        self.asked.append("connection")
        with connection, suppress(OSError):
            while line := connection.recv(65536):
                self.asked.append(line.decode("latin-1").partition(" HTTP")[0])
                length = f"Content-Length: {len(self.page)}"
                head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{ALLOW}\r\n{length}"
                connection.sendall(f"{head}\r\n\r\n{self.page}".encode())

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def trap() -> Iterator[Trap]:
    one = Trap()
    thread = threading.Thread(target=one.serve)
    thread.start()
    yield one
    one.close()
    thread.join()


def document(part: str, url: str) -> str:
    return f"<!doctype html><title>t</title>{part.format(url=url)}<p id=end>drawn"


def preview(server: Server, page: Page, source: str) -> FrameLocator:
    """Send the source as a body, and return its preview."""
    path = f"/{uuid_of(page)}/{uuid4()}"
    post(server.address, path, source.encode(), HTML)
    newest = page.locator(".row").first
    expect(newest).to_contain_text(path[-36:])
    newest.click()
    # Until then, the Preview button belongs to the previous body.
    expect(page.locator("request-detail h2")).to_contain_text(path[-36:])
    page.get_by_role("button", name="Preview", exact=True).click()
    return page.frame_locator("webhook-html-preview iframe")


@SIZES
def test_html_is_drawn_in_a_sandboxed_frame(
    server: Server, open_page: Open, uuid: str, options: dict[str, object]
) -> None:
    page = open_page(server, f"/view/{uuid}", **options)
    frame = preview(server, page, "<!doctype html><h1>Receipt</h1><p>Thank you, J\u00fcrgen")
    expect(frame.get_by_role("heading", name="Receipt")).to_be_visible()
    expect(frame.get_by_text("Thank you, J\u00fcrgen")).to_be_visible()
    element = page.locator("webhook-html-preview iframe")
    expect(element).to_have_attribute("sandbox", "")
    expect(element).to_have_attribute("title", "Preview of the body")
    policy = frame.locator("meta").first
    expect(policy).to_have_attribute("http-equiv", "Content-Security-Policy")
    assert "default-src 'none'" in (policy.get_attribute("content") or "")
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0


def test_each_body_has_its_own_preview_without_a_history_entry(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    length = page.evaluate("() => history.length")
    for text in ("one", "two"):
        frame = preview(server, page, f"<html><p>{text}")
        expect(frame.locator("p")).to_have_text(text)
    assert page.evaluate("() => history.length") == length


@in_browser
def test_a_preview_runs_nothing_and_loads_nothing(
    server: Server,
    open_page: Open,
    uuid: str,
    console_errors: ConsoleErrors,
    parts: tuple[str, ...],
) -> None:
    console_errors.allow("")  # the browser reports everything that it blocks
    page = open_page(server, f"/view/{uuid}")
    title = page.title()
    with trap() as away:
        for part in parts:
            frame = preview(server, page, document(part, away.url))
            if "<frameset" not in part:
                expect(frame.get_by_text("drawn")).to_be_visible()
            page.wait_for_timeout(200)  # no event follows that a test could wait for
            assert away.asked == [], part
    assert page.title() == title


def test_clicks_in_a_preview_load_nothing(
    server: Server, open_page: Open, uuid: str, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("")  # as above
    page = open_page(server, f"/view/{uuid}")
    address = page.url
    with trap() as away:
        for part in ON_CLICK:
            frame = preview(server, page, document(part, away.url))
            frame.get_by_text("go").click()
            page.wait_for_timeout(200)  # as above
            assert away.asked == [], part
    assert page.url == address
    assert len(page.context.pages) == 1


@pytest.mark.parametrize(
    ("browser", "parts"),
    [("browser", (*AT_ONCE, *ON_CLICK)), ("whole_browser", ICONS)],
    indirect=["browser"],
    ids=["parts", "icons"],
)
def test_the_same_html_in_an_ordinary_page_loads_everything(
    browser: Browser, parts: tuple[str, ...]
) -> None:
    """Show that the tests above would detect a request."""
    for part in parts:
        with trap() as away, trap() as home, browser.new_context() as context:
            home.page = document(part, away.url)
            page = context.new_page()
            page.goto(home.url, wait_until="commit")
            if part in ON_CLICK:
                page.get_by_text("go").click(no_wait_after=True)
            eventually(partial(bool, away.asked))
