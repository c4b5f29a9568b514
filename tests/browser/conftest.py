"""Fixtures: the distribution's Chromium, driven by Playwright."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.embedding import page_with
from tests.support.pages import Pages, web_site
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server

UNREACHABLE = ("net::ERR_", "^WebSocket connection to")
"""Patterns of Chromium's console errors when the page's server cannot be reached."""
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    "--host-resolver-rules=MAP *.test 127.0.0.1",
)

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


def set_timeout(context: BrowserContext) -> None:
    """Use the timeout of all other tests; Playwright's default is half of it."""
    context.set_default_timeout(PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[[str], Browser]]:
    """Return a function that starts the browser at a path, until the end of the session."""
    registry = (ROOT / "webhook_logger/providers/registry").glob("*.json")
    scripts, sheets = (ROOT / "static/js").rglob("*.*s"), (ROOT / "static/css").glob("*.css")
    sources = [*scripts, *sheets, *registry]
    changed = max(file.stat().st_mtime for file in sources)
    bundled = (ROOT / "static/vendor/page.js").stat().st_mtime
    assert changed <= bundled, "the page's scripts have changed: run the tests with `make test`"
    with sync_playwright() as playwright, ExitStack() as stack:

        def launch(path: str) -> Browser:
            browser = playwright.chromium.launch(
                executable_path=path, args=OPTIONS, timeout=PATIENCE_SECONDS * 1000
            )
            browser.on("context", set_timeout)
            stack.callback(browser.close)
            return browser

        yield launch


@pytest.fixture(scope="session")
def whole_browser(launch: Callable[[str], Browser]) -> Browser:
    """The complete browser, including what surrounds a page, such as icons."""
    path = shutil.which("chromium")
    assert path, "no chromium on the PATH: run the tests with `make test`"
    return launch(path)


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest, launch: Callable[[str], Browser]) -> Browser:
    """The same engine without what surrounds a page, if installed; it needs a third of the work."""
    path = shutil.which("chromium-headless-shell")
    return launch(path) if path else request.getfixturevalue("whole_browser")


def uuid_of(page: Page) -> str:
    """Return the UUID of the callback that a page shows."""
    return urlsplit(page.url).path.rpartition("/")[2]


class ConsoleErrors:
    """The errors that pages write to their consoles.

    A test allows the errors that it expects *before* it causes them, so that neither their timing
    nor the line at which the test fails matters. A refused connection is always allowed: a test
    that fails ends its server while its page is open.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._allowed = ["net::ERR_CONNECTION_REFUSED"]

    def allow(self, *patterns: str) -> None:
        """Allow lines that match one of these regular expressions."""
        self._allowed += patterns

    def add(self, line: str) -> None:
        self._lines.append(line)

    def unexpected(self) -> list[str]:
        return [
            line
            for line in self._lines
            if not any(re.search(pattern, line) for pattern in self._allowed)
        ]


@pytest.fixture
def console_errors() -> ConsoleErrors:
    return ConsoleErrors()


@pytest.fixture
def open_page(browser: Browser, console_errors: ConsoleErrors) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page and waits until it is live.

    `prepare` receives the page before it loads. At the end, no page may have unexpected errors.
    """
    contexts = []

    def open_one(
        server: Server,
        path: str = "/",
        prepare: Callable[[Page], object] = lambda page: None,
        **options: object,
    ) -> Page:
        contexts.append(browser.new_context(**{"reduced_motion": "reduce"} | options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: console_errors.add(str(error)))
        page.on("console", lambda said: said.type == "error" and console_errors.add(said.text))
        prepare(page)
        page.goto(server.url + path)
        if "/view/" in page.url:
            expect(page.locator(".badge[data-state=live]")).to_be_visible()
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert console_errors.unexpected() == []


@pytest.fixture(scope="module")
def server(memory_server: Server) -> Server:
    return memory_server


@pytest.fixture(scope="module")
def site() -> Iterator[Pages]:
    """A web site of another origin."""
    with web_site() as pages:
        yield pages


@pytest.fixture
def visit(site: Pages, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Return a function that opens a page of `site` with this body and the element script."""

    def visit_one(server: Server, body: str, **headers: str) -> Page:
        site.put("/", page_with(server, body), **headers)
        return open_page(site, "/")

    return visit_one
