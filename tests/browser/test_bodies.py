"""The page shows bodies as real senders write them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.bodies import CASES
from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser


def body_of(page: Page, server: Server, uuid: str, kind: str) -> Locator:
    """Send a case, open it, and return its body."""
    body, lines, _ = CASES[kind]
    path = f"/{kind.replace(' ', '-')}"
    post(server.address, f"/{uuid}{path}", body, *lines)
    page.locator(".row", has_text=path).click()
    expect(page.locator("request-detail h2")).to_contain_text(path)
    return page.locator("webhook-body")


def test_each_body_is_decoded_as_its_sender_intended(
    server: Server, open_page: Callable[..., Page], uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    for kind, (_, _, shown) in CASES.items():
        body = body_of(page, server, uuid, kind)
        for text in shown:
            expect(body, kind).to_contain_text(text)


def test_the_filter_searches_compressed_bodies(
    server: Server, open_page: Callable[..., Page], uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    for kind in ("gzip", "br", "zstd", "UTF-16 XML"):
        body_of(page, server, uuid, kind)
    page.get_by_role("searchbox").fill("body:alert")
    expect(page.locator(".row")).to_have_count(3)
