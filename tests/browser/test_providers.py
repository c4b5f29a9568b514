"""Requests of providers: recognised in rows, filtered, and explained in the detail."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.processes import Server
from tests.support.sender import post
from webhook_logger import providers

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

SOAP = b"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><SubmitOrder/></s:Body></s:Envelope>"


def send_sample(server: Server, uuid: str, provider: str, event: str, *more: str) -> bytes:
    """Send a sample of the registry with more header lines, and return its body."""
    sample = providers.get(provider).sample(event)
    lines = [f"{name}: {value}" for name, value in sample.headers]
    post(server.address, f"/{uuid}/{provider}", sample.body, *lines, *more)
    return sample.body


def row(page: Page, path: str) -> Locator:
    return page.locator(".row", has_text=path)


def test_rows_name_the_provider_and_the_event_and_the_filter_finds_them(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    send_sample(server, uuid, "github", "push")
    send_sample(server, uuid, "stripe", "invoice.paid")
    send_sample(server, uuid, "slack", "app_mention")
    post(server.address, f"/{uuid}/soap", SOAP, "Content-Type: text/xml")
    post(server.address, f"/{uuid}/own", b'{"type": "order.paid"}')
    post(server.address, f"/{uuid}/text", b"<b>only</b> text")
    summaries = {
        "/github": "GitHub · push",
        "/stripe": "Stripe · invoice.paid",
        "/slack": "Slack · app_mention",
        "/soap": "SOAP · SubmitOrder",
        "/own": "order.paid",
        "/text": "<b>only</b> text",
    }
    for path, text in summaries.items():
        expect(row(page, path)).to_contain_text(text)
    for terms, paths in {
        "provider:github": ["/github"],
        "event:order.": ["/own"],
        "provider:soap event:submit": ["/soap"],
        "-provider:s -event:push": ["/text", "/own"],
    }.items():
        page.get_by_role("searchbox").fill(terms)
        expect(page.locator(".row-target")).to_have_text(paths)


def test_the_detail_shows_the_delivery_and_links_to_the_documentation(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    body = send_sample(server, uuid, "slack", "app_mention", "X-Slack-Retry-Num: 2")
    expect(row(page, "/slack")).to_contain_text("Delivery 3")
    row(page, "/slack").click()
    facts = page.get_by_role("region", name="Provider")
    expect(facts).to_contain_text("Slack · app_mention")
    expect(facts).to_contain_text(json.loads(body)["event_id"])
    expect(facts).to_contain_text("Attempt3")
    link = facts.get_by_role("link", name="Documentation")
    expect(link).to_have_attribute("href", providers.get("slack").documentation)
    expect(link).to_have_attribute("rel", "noopener")
