"""The page resends a captured request to servers that allow it by CORS and that do not."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ConsoleErrors
from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Show = Callable[..., Locator]

CORS = ("blocked by CORS policy", "net::ERR_")
"""Patterns of Chromium's console errors when a target blocks the page or does not respond."""
EVERY_BYTE = bytes(range(256))
# Renders the element with a request that has that body.
SHOW = """async ([uuid, fields, bytes]) => {
  const content = btoa(String.fromCharCode(...bytes));
  const panel = document.querySelector("resend-panel");
  panel.request = {
    uuid, epoch: "e", seq: 1, id: "1", received_at: "2026-11-22T04:41:00.123456Z",
    method: "POST", scheme: "http", host: "test", path: `/${uuid}/orders`,
    subpath: "/orders", query_string: "a=1&a=2",
    http_version: "1.1", remote_addr: "127.0.0.1", headers: [],
    body: {size: bytes.length, encoding: "base64", content, complete: true}, ...fields,
  };
  await panel.updateComplete;
}"""


class Received(NamedTuple):
    method: str
    target: str
    headers: dict[str, str]
    """Header names are in lower case."""
    body: bytes


class Target(ThreadingHTTPServer):
    """A server of another origin, with or without CORS headers."""

    daemon_threads = True

    def __init__(
        self, allow: dict[str, str], status: int = 200, response: bytes = b"thanks"
    ) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.allow, self.status, self.body = allow, status, response
        self.received: list[Received] = []
        self.may_respond = Event()
        self.may_respond.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def sent(self) -> list[Received]:
        """Return the received requests without preflights and reachability checks."""
        return [each for each in self.received if each.method not in ("OPTIONS", "HEAD")]


class Handler(BaseHTTPRequestHandler):
    server: Target

    def take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.command, self.path, headers, body))
        preflight = self.command == "OPTIONS"
        if not preflight:
            self.server.may_respond.wait()
        self.send_response(204 if preflight else self.server.status)
        response = b"" if preflight else self.server.body
        for name, value in {**self.server.allow, "Content-Length": str(len(response))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response)

    do_GET = do_POST = do_PUT = do_PURGE = do_OPTIONS = do_HEAD = take  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def target(allow: dict[str, str], **options: object) -> Iterator[Target]:
    with Target(allow, **options) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.may_respond.set()
        server.shutdown()
        thread.join()


ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "*",
    "Access-Control-Allow-Headers": "*",
}


@pytest.fixture
def page(server: Server, open_page: Callable[..., Page], uuid: str) -> Page:
    page = open_page(server, f"/view/{uuid}")
    post(server.address, f"/{uuid}")
    page.get_by_role("button", name="Resend").click()
    expect(page.get_by_label("Send from this browser to")).to_be_focused()
    return page


@pytest.fixture
def show(page: Page, uuid: str) -> Show:
    """Return a function that renders the panel, unfolded."""

    def show_one(body: bytes = b"", **fields: object) -> Locator:
        page.evaluate(SHOW, [uuid, fields, list(body)])
        return page.locator("resend-panel")

    return show_one


def send(panel: Locator, url: str) -> None:
    panel.get_by_role("textbox", name="Send from this browser to").fill(url)
    panel.get_by_role("button", name="Send", exact=True).click()


def test_the_same_method_path_headers_and_bytes_arrive(show: Show) -> None:
    headers = [["Content-Type", "application/x-own"], ["X-Dup", "1"], ["x-dup", "2"], ["Host", "a"]]
    panel = show(EVERY_BYTE, method="PURGE", headers=headers)
    expect(panel).to_contain_text("Set by the browser or left out: Host.")
    with target(ALL) as own:
        send(panel, f"{own.url}/orders?a=1&a=2")
        expect(panel.get_by_role("status")).to_contain_text("200 OK in ")
        (received,) = own.sent
    assert (received.method, received.target) == ("PURGE", "/orders?a=1&a=2")
    assert received.headers["content-type"] == "application/x-own"
    assert received.headers["x-dup"] == "1, 2"
    assert "cookie" not in received.headers
    assert "referer" not in received.headers
    assert received.body == EVERY_BYTE


def test_status_headers_body_and_time_are_shown(show: Show, console_errors: ConsoleErrors) -> None:
    console_errors.allow("status of 404")
    allow = {**ALL, "X-Hidden": "1", "Content-Type": "text/html"}
    with target(allow, status=404, response=b"<b>no\xe2\x80\xae</b>") as own:
        panel = show()
        send(panel, f"{own.url}/orders")
        expect(panel.get_by_role("status")).to_contain_text("404 Not Found in ")
        expect(panel.get_by_role("status")).to_contain_text(" ms")
        table = panel.get_by_role("table", name="Response headers")
        expect(table.get_by_role("rowheader")).to_have_text(["content-length", "content-type"])
        expect(panel).to_contain_text("Only the headers that CORS lets this page read.")
        expect(panel.locator(".body-text")).to_have_text("<b>no⟨U+202E⟩</b>")


def test_only_the_first_part_of_a_large_response_is_read(show: Show) -> None:
    with target(ALL, response=b"x" * 1_000_000) as own:
        panel = show()
        send(panel, own.url)
        expect(panel).to_contain_text("Only the first 65,536 bytes were read.")


def test_a_redirect_is_named_and_not_followed(show: Show) -> None:
    with target({**ALL, "Location": "/elsewhere"}, status=302) as own:
        panel = show()
        send(panel, f"{own.url}/orders")
        expect(panel.get_by_role("status")).to_contain_text("Redirect, in ")
        assert [each.target for each in own.sent] == ["/orders"]


def test_a_request_blocked_by_cors_shows_the_headers_to_add(
    show: Show, page: Page, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*CORS)
    json = [["Content-Type", "application/json"], ["X-Key", "1"]]
    with target({}) as own:
        panel = show(b"{}", method="PUT", headers=json)
        send(panel, f"{own.url}/orders")
        expect(panel.get_by_role("status")).to_contain_text("or CORS blocked the request")
        help_text = panel.locator(".resend-headers").inner_text()
        assert own.sent == []
        own.allow = dict(line.split(": ", 1) for line in help_text.splitlines())
        assert own.allow == {
            "Access-Control-Allow-Origin": page.evaluate("origin"),
            "Access-Control-Allow-Methods": "PUT",
            "Access-Control-Allow-Headers": "content-type, x-key",
        }
        send(panel, f"{own.url}/orders")
        expect(panel.get_by_role("status")).to_contain_text("200 OK in ")
        (received,) = own.sent
        assert received.body == b"{}"


def test_a_simple_request_may_have_arrived(show: Show, console_errors: ConsoleErrors) -> None:
    console_errors.allow(*CORS)
    with target({}) as own:
        panel = show(b"a", headers=[["Content-Type", "text/plain"]])
        send(panel, f"{own.url}/orders")
        expect(panel.get_by_role("status")).to_contain_text("may still have received the request")
        assert panel.locator(".resend-headers").inner_text().count("Access-Control") == 1
        assert [each.body for each in own.sent] == [b"a"]


def test_check_reachability_does_not_resend_the_request(
    show: Show, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*CORS)
    with target({}) as own:
        panel = show(b"a", headers=[["Content-Type", "text/plain"]])
        send(panel, f"{own.url}/orders")
        panel.get_by_role("button", name="Check reachability").click()
        expect(panel.get_by_role("status")).to_contain_text("so CORS blocked the request")
        assert [(each.method, each.target) for each in own.received] == [
            ("POST", "/orders"),
            ("HEAD", "/"),
        ]
    send(panel, f"{own.url}/orders")
    panel.get_by_role("button", name="Check reachability").click()
    expect(panel.get_by_role("status")).to_contain_text(f"No server responds at {own.url}, or")


def test_a_running_request_is_not_sent_twice_and_can_be_cancelled(show: Show) -> None:
    with target(ALL) as own:
        own.may_respond.clear()
        panel = show()
        send(panel, own.url)
        expect(panel.get_by_role("status")).to_have_text("Sending…")
        eventually(lambda: own.sent)
        panel.get_by_role("button", name="Send", exact=True).press("Enter")
        panel.get_by_role("button", name="Cancel").click()
        expect(panel.get_by_role("status")).to_contain_text("Cancelled.")
        expect(panel.get_by_role("button", name="Send", exact=True)).to_be_focused()
        assert len(own.sent) == 1


def test_a_target_that_does_not_respond_times_out(show: Show, page: Page) -> None:
    with target(ALL) as own:
        own.may_respond.clear()
        page.clock.install()
        panel = show()
        send(panel, own.url)
        expect(panel.get_by_role("status")).to_have_text("Sending…")
        page.clock.fast_forward(30_000)
        expect(panel.get_by_role("status")).to_contain_text("No response within 30 seconds.")


def test_an_invalid_url_is_reported_at_once(show: Show) -> None:
    panel = show()
    send(panel, "localhost:99999")
    expect(panel.get_by_role("status")).to_contain_text("a URL with http:// or https://")
    expect(panel.get_by_role("button", name="Check reachability")).to_have_count(0)


def test_the_target_url_is_kept_with_the_path_of_the_request(show: Show, uuid: str) -> None:
    panel = show()
    field = panel.get_by_label("Send from this browser to")
    expect(field).to_have_value("http://localhost:3000/orders?a=1&a=2")
    with socket.create_server(("127.0.0.1", 0)) as unused:
        base = f"http://127.0.0.1:{unused.getsockname()[1]}/api"
        send(panel, f"{base}/orders?a=1&a=2")
        show(path=f"/{uuid}/refunds", subpath="/refunds", query_string="")
        expect(field).to_have_value(f"{base}/refunds")
        expect(panel.get_by_role("status")).to_be_empty()


def test_a_method_that_browsers_forbid_is_not_sent(show: Show) -> None:
    panel = show(method="TRACE")
    expect(panel).to_contain_text("Browsers do not allow pages to send this method.")
    with target(ALL) as own:
        panel.get_by_label("Send from this browser to").fill(own.url)
        button = panel.get_by_role("button", name="Send", exact=True)
        button.press("Enter")
        expect(button).to_be_disabled()
        panel.get_by_label("Method").fill("GET")
        button.click()
        expect(panel.get_by_role("status")).to_contain_text("200 OK in ")
        assert [each.method for each in own.sent] == ["GET"]


def test_an_edited_request_is_sent_several_times(page: Page, uuid: str) -> None:
    body = {"size": 9, "encoding": "utf-8", "content": '{\r\n"a":1}', "complete": True}
    headers = [["Content-Type", "application/json"], ["X-Old", "1"], ["X-Off", "1"]]
    page.evaluate(SHOW, [uuid, {"body": body, "headers": headers}, []])
    panel = page.locator("resend-panel")
    panel.get_by_label("Method").fill("PUT")
    panel.get_by_label("Send header 3").uncheck()
    panel.get_by_role("button", name="Remove header 2").press("Enter")
    expect(panel.get_by_role("button", name="Remove header 2")).to_be_focused()
    panel.get_by_role("button", name="Add header").click()
    page.keyboard.type("X-New")
    page.keyboard.press("Tab")
    page.keyboard.type("é")
    text = panel.get_by_label("Body")
    text.fill('{\n"a":')
    expect(panel).to_contain_text("Not valid JSON: it ends too early, at line 2")
    text.fill('{\n"a":2}')
    expect(panel).to_contain_text("Valid JSON.")
    panel.get_by_label("Times").fill("3")
    with target(ALL) as own:
        send(panel, f"{own.url}/x")
        expect(panel.get_by_role("status")).to_contain_text("3 responses: 3 × 200.")
        assert [(each.method, each.target) for each in own.sent] == [("PUT", "/x")] * 3
        assert own.sent[2].body == b'{\r\n"a":2}'
        sent = own.sent[2].headers
        assert sent["content-type"] == "application/json"
        assert sent["x-new"].encode("latin-1") == "é".encode()
        assert not {"x-old", "x-off"} & set(sent)
        own.may_respond.clear()
        panel.get_by_role("button", name="Send", exact=True).click()
        eventually(lambda: len(own.sent) == 4)
        expect(panel.get_by_role("progressbar")).to_have_attribute("max", "3")
        panel.get_by_role("button", name="Cancel").click()
        expect(panel.get_by_role("status")).to_contain_text("Cancelled.")
    panel.get_by_role("button", name="Reset to captured").click()
    expect(panel.get_by_label("Method")).to_have_value("POST")
    expect(panel.get_by_label("Value of header 2")).to_have_value("1")
    expect(text).to_have_value('{\n"a":1}')


def test_the_response_is_next_to_the_one_that_the_sender_got(
    page: Page, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("status of 503")
    panel = page.locator("resend-panel")
    panel.get_by_role("button", name="This callback").click()
    field = panel.get_by_label("Send from this browser to")
    field.fill(field.input_value() + "/status/503")
    panel.get_by_role("button", name="Send", exact=True).click()
    expect(panel.get_by_role("status")).to_contain_text("503")
    expect(panel.get_by_role("status")).to_contain_text("had another status")
    expect(panel.get_by_role("group", name="Response to the sender")).to_contain_text("200")
    page.get_by_role("button", name="Close Resend").click()
    expect(panel).to_have_count(0)
    expect(page.get_by_role("button", name="Resend", exact=True)).to_be_focused()
    page.keyboard.press("b")
    expect(field).to_be_focused()


def test_an_edited_request_is_signed_again_with_the_remembered_secret(
    server: Server, page: Page, uuid: str
) -> None:
    post(
        server.address, f"/{uuid}", b'{"id":"evt_1","object":"event"}', "Stripe-Signature: t=1,v1=0"
    )
    expect(page.locator(".row")).to_have_count(2)
    page.locator(".row").first.click()
    panel = page.locator("resend-panel")
    panel.get_by_label("Body").fill('{"id":"evt_2","object":"event"}')
    expect(panel).to_contain_text("The signature of Stripe does not match the edited body.")
    page.evaluate(
        """() => document.querySelector("webhook-page").secrets.remember("stripe", {
          secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" })"""
    )
    panel.get_by_role("button", name="This callback").click()
    panel.get_by_label("Sign again as Stripe").check()
    panel.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".row-verdict[data-valid=true]")).to_have_count(1)
