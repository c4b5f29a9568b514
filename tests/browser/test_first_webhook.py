"""Follows docs/first-webhook.md: its commands, and what the page shows after each."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.processes import ROOT, Server
from tests.test_docs import snippets

pytestmark = pytest.mark.browser

START, ORDER, SIGNED, CHANGED, RETRIED, _TUNNEL = snippets(ROOT / "docs/first-webhook.md", "sh")
SECRET = "It's a Secret to Everybody"


def run(command: str, page: Page) -> None:
    """Run a command of the tutorial, with the URL for senders of the page."""
    url = page.locator(".callback-text").first.inner_text()
    environment = {"CALLBACK": url, "PATH": "/usr/bin:/bin", "no_proxy": "*"}
    subprocess.run(["bash", "-ec", command], env=environment, check=True)


def select(page: Page, number: int, text: str) -> None:
    """Select the newest row, when the list has this number of rows."""
    expect(page.locator(".row")).to_have_count(number)
    row = page.locator(".row").first
    expect(row).to_contain_text(text)
    row.click()


def test_each_step_shows_what_the_tutorial_says(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(server)
    detail, verdict = page.locator("request-detail"), page.locator(".signature-verdict")
    run(ORDER, page)
    select(page, 1, "order.created")
    for text in ("Query", "source", "Raw", "Hex", "Headers", "Response to the sender"):
        expect(detail).to_contain_text(text)
    expect(page.locator(".callback-watch")).to_contain_text("Link to watch")
    run(SIGNED, page)
    select(page, 2, "GitHub · push")
    page.get_by_role("button", name="Check signature").click()
    page.get_by_label("Webhook secret").fill(SECRET)
    expect(verdict).to_have_text("Valid.")
    run(CHANGED, page)
    select(page, 3, "GitHub · push")
    expect(verdict).to_contain_text("The signature does not match")
    expect(page.locator(".callback-reply")).to_contain_text("Responds with 200, no body")
    page.get_by_role("button", name="Edit the response").click()
    page.get_by_role("button", name="503", exact=True).click()
    page.get_by_label("For how many requests").fill("1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".callback-reply")).to_contain_text("Responds with 503")
    run(RETRIED, page)
    expect(page.locator(".row")).to_have_count(5)
    expect(page.locator(".row").first).to_contain_text("200")
    expect(page.locator(".row").nth(1)).to_contain_text("503")


def test_the_server_starts_with_the_command_of_the_readme() -> None:
    assert START.endswith("\nmake run\n")
    assert "make run\n" in snippets(ROOT / "README.md", "sh")
