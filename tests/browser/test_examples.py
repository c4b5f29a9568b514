"""The examples that are pages, opened in a browser from another origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import UNREACHABLE, ConsoleErrors
from tests.support.pages import Pages, web_site
from tests.support.processes import ROOT, Redis, Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[[str, Server], Page]

CLIENT = ROOT / "node_modules/socket.io-client/dist/socket.io.min.js"
SERVER, UUID = "https://hooks.example.com", "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
"""The placeholder URL in the examples, which users replace."""


@pytest.fixture
def site() -> Iterator[Pages]:
    with web_site() as pages:
        pages.put("/favicon.ico", b"")
        pages.put("/socket.io.min.js", CLIENT.read_bytes())
        yield pages


@pytest.fixture
def open_example(site: Pages, open_page: Callable[..., Page], uuid: str) -> Open:
    def open_one(name: str, server: Server) -> Page:
        text = (ROOT / "examples" / name).read_text()
        assert SERVER in text
        assert UUID in text
        site.put(f"/{name}", text.replace(SERVER, server.url).replace(UUID, uuid))
        return open_page(site, f"/{name}")

    return open_one


def test_plain_html_shows_requests(memory_server: Server, open_example: Open, uuid: str) -> None:
    page = open_example("plain.html", memory_server)
    expect(page.locator("#link")).to_have_text("live")
    post(memory_server.address, f"/{uuid}/orders?a=1", b"<b>hello</b>")
    expect(page.locator("#log li")).to_have_text([f"POST /{uuid}/orders?a=1 <b>hello</b>"])


def test_plain_html_reconnects_and_counts_missed_requests(
    redis: Redis,
    open_example: Open,
    uuid: str,
    console_errors: ConsoleErrors,
) -> None:
    console_errors.allow(*UNREACHABLE)
    with Server(REDIS_URL=redis.url) as a, Server(REDIS_URL=redis.url) as b:
        page = open_example("plain.html", a.until_ready())
        expect(page.locator("#link")).to_have_text("live")
        a.end(kill=True)
        expect(page.locator("#link")).not_to_have_text("live")
        for _ in range(3):
            assert post(b.until_ready().address, f"/{uuid}").status == 200
        a.start()
        expect(page.locator("#log li")).to_have_text(["missed requests: 3"])
        expect(page.locator("#link")).to_have_text("live")
        page.close()


def test_the_element_shows_requests_and_reports_them_to_the_page(
    memory_server: Server, open_example: Open, uuid: str
) -> None:
    page = open_example("element.html", memory_server)
    log = page.locator("webhook-log")
    expect(log).to_have_attribute("state", "live")
    for path in ("/payments", "/refunds", "/payments"):
        post(memory_server.address, f"/{uuid}{path}")
    expect(log.locator(".row-target")).to_have_text(["/payments", "/refunds", "/payments"])
    expect(page.locator("#payments")).to_have_text("2")
    weight = "node => getComputedStyle(node).fontWeight"
    assert log.locator(".row-target").first.evaluate(weight) == "600"
