"""Clients in a browser: pages of another origin that run the code in docs/protocol.md, and the
dashboard, which follows the same contract.

One of those pages uses plain socket.io-client; the others use no library, so that they share no
code with the server or the dashboard. Two of them read events over HTTP.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, WebSocket, expect

from tests.support.clients import check_client_across_a_restart
from tests.support.contract.documents import ContractBroken
from tests.support.contract.protocol import snippet
from tests.support.contract.stream import Conversation, parsed
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Redis, Server
from tests.support.sender import post
from tests.support.viewers import PacketViewer

pytestmark = pytest.mark.browser

LIBRARY = ROOT / "node_modules/socket.io-client/dist/socket.io.min.js"
SNIPPETS = {
    "socket.io-client": ("js stream", LIBRARY),
    "no library": ("js bare", None),
    "EventSource": ("js eventsource", None),
    "fetch": ("js fetch", None),
}


class Tool:
    """A page of another origin; `lines` is its console output."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._lines: deque[str] = deque()
        page.on("console", self._said)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "log":
            self._lines.append(message.text)

    def line(self) -> str:
        while not self._lines:
            self._page.wait_for_event("console", timeout=PATIENCE_SECONDS * 1000)
        return self._lines.popleft()


@pytest.fixture
def here(redis: Redis) -> Iterator[Server]:
    """A worker that a test can restart."""
    with Server(REDIS_URL=redis.url) as server:
        yield server.until_ready()


class EmptyPage(BaseHTTPRequestHandler):
    """A server of another origin."""

    def do_GET(self) -> None:
        self.send_response_only(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Tool</title>")


@pytest.fixture(scope="module")
def tool_url() -> Iterator[str]:
    """A real server: Chromium lets only pages that come from this machine connect to it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, tool_url: str) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(tool_url)
    yield page
    context.close()


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_page_watches_and_learns_what_it_missed(
    page: Page, here: Server, two_workers: tuple[Server, Server], uuid: str, name: str
) -> None:
    info, library = SNIPPETS[name]
    tool = Tool(page)
    if library:
        page.add_script_tag(path=library)
    page.add_script_tag(content=snippet(info, here.url, uuid), type="module")
    check_client_across_a_restart(tool, here, two_workers[0], uuid)


def test_a_refused_page_without_a_library_gives_up(page: Page) -> None:
    with Server(CORS_ALLOWED_ORIGINS="https://tools.example.com") as server:
        source = snippet("js bare", server.url, str(uuid4()))
        refused = page.expect_console_message(lambda said: "origin_not_allowed" in said.text)
        with refused, page.expect_websocket() as opened:
            page.add_script_tag(content=source)
        if not opened.value.is_closed():
            opened.value.wait_for_event("close")


REPORTS = """async ([server, uuid]) => {
  const type = "application/json";
  const body = JSON.stringify({ ms: 412 });
  const to = `${server}/${uuid}`;
  const queued = navigator.sendBeacon(`${to}/beacon`, new Blob([body], { type }));
  const credentials = "include";
  const options = { method: "POST", credentials, headers: { "Content-Type": type }, body };
  const { status } = await fetch(`${to}/fetch`, options);
  const reply = fetch(`${server}/api/callbacks/${uuid}/reply`, { credentials });
  return [queued, status, await reply.catch(({ name }) => name)];
}"""


def test_a_page_of_another_origin_can_send_but_not_use_the_api(
    page: Page, memory_server: Server, uuid: str
) -> None:
    with PacketViewer(memory_server.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        results = page.evaluate(REPORTS, [memory_server.url, uuid])
        assert results == [True, 200, "TypeError"]
        sent = {(each["method"], each["path"].rpartition("/")[2]) for each in viewer.requests(4)}
    methods = ("OPTIONS", "POST")
    assert sent == {(method, name) for method in methods for name in ("beacon", "fetch")}


class Exchange:
    """The messages between a page and its server, checked against the contract."""

    def __init__(self, page: Page) -> None:
        self._conversation = Conversation()
        self.received: list[str] = []
        self.violations: list[ContractBroken] = []
        page.on("websocket", self._listen)

    def _listen(self, connection: WebSocket) -> None:
        connection.on("framesent", self._conversation.record_sent)
        connection.on("framereceived", self._receive)

    def _receive(self, packet: str) -> None:
        kind, data = parsed(packet)
        self.received.append(data[0] if kind == "42" else kind)
        try:
            self._conversation.check_received(kind, data)
        except ContractBroken as error:
            self.violations.append(error)


def test_the_dashboard_exchanges_only_documented_messages(
    browser: Browser, memory_server: Server, uuid: str
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        exchange = Exchange(page)
        page.goto(f"{memory_server.url}/view/{uuid}")
        expect(page.locator(".badge[data-state=live]")).to_be_visible()
        for path in ("", "/status/404"):
            post(memory_server.address, f"/{uuid}{path}")
        page.get_by_role("button", name="Edit the response").click()
        page.get_by_label("Status").fill("201")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Responds with 201")).to_be_visible()
    assert {"40", "joined", "request", "responded", "reply"} <= set(exchange.received)
    assert not exchange.violations
