"""The notice about an address that providers can't reach, and the first sight of a new callback."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.processes import Server

pytestmark = pytest.mark.browser


def test_a_new_callback_says_what_it_is_and_how_providers_reach_it(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(server)
    expect(page.locator("webhook-empty")).to_contain_text("appears here in real time")
    notice = page.locator("address-notice")
    expect(notice.get_by_text("Only this computer can reach this address.")).to_be_visible()
    command = notice.get_by_text(f"cloudflared tunnel --url {server.url}")
    expect(command).to_be_hidden()
    notice.locator("summary").click()
    expect(command).to_be_visible()
    notice.get_by_role("button", name="Hide this notice").click()
    expect(notice).to_have_count(0)
    page.reload()
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    expect(notice).to_have_count(0)
    page.keyboard.press("s")
    page.get_by_label("Notice about an address").check()
    expect(notice).to_have_count(1)
