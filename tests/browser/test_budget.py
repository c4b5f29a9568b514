"""The cost of the page: bytes sent, requests, and time until it is live."""

from __future__ import annotations

import re
from statistics import median
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.support.processes import ROOT, Server

pytestmark = pytest.mark.browser

MAX_FIRST_BYTES = 140_000
"""Maximum size of the scripts and style sheets of the first load, compressed, with the registry."""
MAX_SAMPLES_BYTES = 36_000
"""Maximum size of the registry's samples, compressed, which are loaded on demand."""
SAMPLES = "vendor/providers/samples.js"
MAX_PART_BYTES = 40_000
"""Maximum size of a part that is loaded on demand, compressed."""
NAMED = re.compile(r'(?:href|src)="(/static/[^"]+)"')
SHORTEST = 1000
"""Shorter files may grow with gzip."""
MAX_DECODER_BYTES = 80_000
"""Maximum size of a body decoder, loaded by the first body that needs it; br has a dictionary."""
DECODERS = ("vendor/embed/brotli.js", "vendor/embed/zstd.js")
LOADS = 5
DEEPEST = 3
"""Maximum length of a chain of requests, each found by the one before, until the page is live."""

# The time at which the badge shows "live", by the page's clock.
LIVE_AT = """new Promise(resolve => {
  const badge = () => document.querySelector("webhook-badge")?.shadowRoot
  const look = () => badge()?.querySelector("[data-state=live]")
    ? resolve(performance.now()) : requestAnimationFrame(look)
  look()
})"""
SENT = """() => performance.getEntriesByType("resource")
  .filter(({name, transferSize}) => name.includes("/static/") && transferSize > 0)
  .map(({name}) => name)"""


class Loads:
    """The requests of a page, and the initiator of each."""

    def __init__(self, session: CDPSession) -> None:
        self.urls: list[str] = []
        self._parents: dict[str, str] = {}
        session.on("Network.requestWillBeSent", self._note)
        session.send("Network.enable")

    def _note(self, event: dict) -> None:
        url, initiator = event["request"]["url"], event["initiator"]
        calls = initiator.get("stack", {}).get("callFrames", [])
        self.urls.append(url)
        self._parents.setdefault(url, initiator.get("url") or (calls and calls[0]["url"]) or "")

    def depth(self, url: str) -> int:
        """Return the number of responses that had to arrive in turn before this request."""
        parent = self._parents.get(url, "")
        return 1 + self.depth(parent) if parent and parent != url else 0


def load(page: Page, server: Server, uuid: str) -> float:
    """Load the page; return the milliseconds from the navigation until it is live."""
    page.goto(f"{server.url}/view/{uuid}")
    live_at = page.evaluate(LIVE_AT)
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    return live_at


def test_the_page_is_small(server: Server, uuid: str) -> None:
    with urlopen(f"{server.url}/view/{uuid}") as response:
        html = response.read().decode()
    folder = re.search(r'"(/static/\w+/)', html)[1]
    first = {path: compressed_size(f"{server.url}{path}") for path in set(NAMED.findall(html))}
    print(f"{sum(first.values()):,} bytes at first load: {first}")
    parts = [path.relative_to(ROOT / "static") for path in (ROOT / "static").glob("vendor/*.js")]
    sizes = {str(path): compressed_size(f"{server.url}{folder}{path}") for path in parts}
    rare = {path: size for path, size in sizes.items() if folder + path not in first}
    print(f"{sum(rare.values()):,} bytes on demand: {rare}")
    decoders = {path: compressed_size(f"{server.url}{folder}{path}") for path in DECODERS}
    print(f"decoders: {decoders}")
    assert sum(decoders.values()) <= MAX_DECODER_BYTES
    assert compressed_size(f"{server.url}{folder}{SAMPLES}") <= MAX_SAMPLES_BYTES
    assert max(rare.values()) <= MAX_PART_BYTES
    assert sum(first.values()) <= MAX_FIRST_BYTES


def compressed_size(url: str) -> int:
    """Return the bytes that the server sends to a browser for a URL."""
    with urlopen(Request(url, headers={"Accept-Encoding": "gzip"})) as response:
        size = len(response.read())
        assert response.headers["Content-Encoding"] == "gzip" or size < SHORTEST
        return size


def test_the_page_loads_each_file_once_and_early(
    browser: Browser, server: Server, uuid: str
) -> None:
    with urlopen(f"{server.url}/view/{uuid}") as response:
        named = NAMED.findall(response.read().decode())
    with browser.new_context() as context:
        page = context.new_page()
        # Otherwise the page loads the notice about its local address.
        page.add_init_script("""localStorage.setItem("webhook-logger", '{"address": false}')""")
        asked = Loads(context.new_cdp_session(page))
        load(page, server, uuid)
        static = [url for url in asked.urls if "/static/" in url]
        assert len(static) == len(set(static))
        assert {urlsplit(url).path for url in static} == set(named)
        assert max(map(asked.depth, asked.urls)) <= DEEPEST, asked.urls


def test_a_page_is_live_soon_and_reopens_from_the_cache(
    browser: Browser, server: Server, uuid: str
) -> None:
    first, again = [], []
    for _ in range(LOADS):
        with browser.new_context() as context:
            page = context.new_page()
            first.append(load(page, server, uuid))
            assert page.evaluate(SENT) != []
            again.append(load(page, server, uuid))
            assert page.evaluate(SENT) == []
    for name, times in (("first", first), ("again", again)):
        each = ", ".join(f"{time:.0f}" for time in times)
        print(f"live after {median(times):.0f} ms when opened {name} ({each})")
