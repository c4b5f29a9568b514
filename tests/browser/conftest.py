"""A real Chromium, the distribution's, driven by Playwright."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.embedding import page_with
from tests.support.pages import Pages, web_site
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server

UNREACHABLE = ("net::ERR_", "^WebSocket connection to")
"""What Chromium writes to a page's console when the page's server cannot be reached."""
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


def be_patient(context: BrowserContext) -> None:
    """All that a test does in a browser waits as long as anything else; of itself it is half."""
    context.set_default_timeout(PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[[str], Browser]]:
    """Starts a browser of that path, which is ended with the session."""
    sources = [*(ROOT / "static/js").rglob("*.*s"), *(ROOT / "static/css").glob("*.css")]
    changed = max(file.stat().st_mtime for file in sources)
    bundled = (ROOT / "static/vendor/page.js").stat().st_mtime
    assert changed <= bundled, "the page's scripts have changed: run the tests with `make test`"
    with sync_playwright() as playwright, ExitStack() as stack:

        def launch(path: str) -> Browser:
            browser = playwright.chromium.launch(
                executable_path=path, args=OPTIONS, timeout=PATIENCE_SECONDS * 1000
            )
            browser.on("context", be_patient)
            stack.callback(browser.close)
            return browser

        yield launch


@pytest.fixture(scope="session")
def whole_browser(launch: Callable[[str], Browser]) -> Browser:
    """With all that a browser has around a page, such as icons."""
    path = shutil.which("chromium")
    assert path, "no chromium on the PATH: run the tests with `make test`"
    return launch(path)


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest, launch: Callable[[str], Browser]) -> Browser:
    """The same engine without what is around a page, for a third of the work, where it is there."""
    path = shutil.which("chromium-headless-shell")
    return launch(path) if path else request.getfixturevalue("whole_browser")


class Complaints:
    """What pages write to their consoles as errors.

    A test allows what its browser is going to write *before* the cause: then it makes no difference
    when the browser writes it, or at which line the test fails. That nothing listens is no page's
    fault: a test that fails ends its server while its page is open.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._allowed = ["net::ERR_CONNECTION_REFUSED"]

    def allow(self, *patterns: str) -> None:
        """Expect lines in which one of these regular expressions is found."""
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
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def open_page(browser: Browser, complaints: Complaints) -> Iterator[Callable[..., Page]]:
    """Opens pages that are live, each after `prepare`; at the end none may have complained."""
    contexts = []

    def open_one(
        server: Server,
        path: str = "/",
        prepare: Callable[[Page], object] = lambda page: None,
        **options: object,
    ) -> Page:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.add(str(error)))
        page.on("console", lambda said: said.type == "error" and complaints.add(said.text))
        prepare(page)
        page.goto(server.url + path)
        if "/view/" in page.url:
            expect(page.locator(".badge[data-state=live]")).to_be_visible()
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints.unexpected() == []


@pytest.fixture(scope="module")
def server(memory_server: Server) -> Server:
    return memory_server


@pytest.fixture(scope="module")
def site() -> Iterator[Pages]:
    """Somebody else's web site."""
    with web_site() as pages:
        yield pages


@pytest.fixture
def visit(site: Pages, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a page of that site, with this in its body and the script of that server's element."""

    def visit_one(server: Server, body: str, **headers: str) -> Page:
        site.put("/", page_with(server, body), **headers)
        return open_page(site, "/")

    return visit_one
