"""Behind a log-in, no credential of the dashboard reaches a captured request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ConsoleErrors, uuid_of
from tests.support.processes import Server
from tests.support.sender import send
from tests.support.two_hosts import PASSWORD, TwoHosts
from tests.support.viewers import PacketViewer, Wire

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SESSION = {"name": "login", "value": "of-the-dashboard"}


@pytest.fixture(scope="module")
def hosts() -> Iterator[TwoHosts]:
    with TwoHosts("hooks.test", "dashboard.test") as hosts:
        yield hosts


def login(page: Page, url: str) -> None:
    page.context.add_cookies([{**SESSION, "url": url}])


def secrets_in(request: Wire) -> list[str]:
    """Return the names of headers with credentials, which must have no other place."""
    names = [name.lower() for name, _ in request["headers"]]
    found = [name for name in names if name in ("authorization", "cookie")]
    assert found or not any(each in json.dumps(request) for each in (PASSWORD, SESSION["value"]))
    return found


def test_the_page_works_behind_the_log_in(hosts: TwoHosts, open_page: Open) -> None:
    page = open_page(hosts)
    uuid = uuid_of(page)
    expect(page.locator(".callback-text").first).to_have_text(f"{hosts.callbacks}/{uuid}")
    page.evaluate(
        "url => void fetch(url, {method: 'POST', body: 'from the page'})",
        f"{hosts.callbacks}/{uuid}/x",
    )
    row = page.locator(".row")
    expect(row).to_contain_text("/x")
    row.click()
    expect(page.locator("request-detail")).to_contain_text(f"{hosts.callbacks}/{uuid}/x")


def test_no_credential_reaches_a_captured_request(
    hosts: TwoHosts, open_page: Open, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("status of 421")
    uuid = str(uuid4())
    page = open_page(hosts, prepare=lambda page: login(page, hosts.dashboard))
    with PacketViewer(hosts.server.url, {"uuid": uuid}, host=hosts.authorities[1]) as stranger:
        stranger.event("joined")
        page.evaluate(
            "url => fetch(url, {credentials: 'include', mode: 'no-cors'}).then(() => 0)",
            f"{hosts.callbacks}/{uuid}/fetched",
        )
        page.evaluate("url => location.assign(url)", f"{hosts.callbacks}/{uuid}/followed")
        page.wait_for_url("**/followed")
        for path in ("fetched", "followed"):
            request = stranger.event("request")
            assert (request["subpath"], secrets_in(request)) == (f"/{path}", [])

        # On the dashboard's host, the browser sends both; the server refuses this request.
        with page.expect_response("**/lured") as answered:
            page.goto(f"{hosts.dashboard}/{uuid}/lured")
        sent = answered.value.request.all_headers()
        assert {"authorization", "cookie"} <= set(sent)
        assert answered.value.status == 421
        head = f"GET /{uuid}/last HTTP/1.1\r\nHost: {hosts.authorities[0]}\r\n\r\n"
        assert send(hosts.server.address, head.encode()).status == 200
        assert stranger.event("request")["subpath"] == "/last"


def test_on_one_host_a_cookie_would_reach_a_captured_request(
    memory_server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(memory_server, prepare=lambda page: login(page, memory_server.url))
    with PacketViewer(memory_server.url, {"uuid": uuid}) as stranger:
        stranger.event("joined")
        page.goto(f"{memory_server.url}/{uuid}")
        assert secrets_in(stranger.event("request")) == ["cookie"]
