"""A page of a callback, and the requests that are sent to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.pictures.webhooks import SECRETS, Webhook, all_webhooks
from tests.support.processes import Server
from tests.support.sender import send
from webhook_logger.callbacks import uuid_of_key

SITE = "http://localhost:8000"
"""The address of `make run`, so that the pictures do not show a random port."""
KEY = "Vb3qk0o5tQ9dLx2mYp7RzA"
UUID = uuid_of_key(KEY)


@dataclass
class Stage:
    """A page that a scene prepares for its picture."""

    page: Page
    server: Server

    def watch(self, key: str = KEY) -> None:
        """Open the page of a private callback, and wait until it is live."""
        self.page.goto(f"{SITE}/view/{uuid_of_key(key)}#key={key}")
        expect(self.page.locator(".badge[data-state=live]")).to_be_visible()

    def send(self, webhooks: Iterable[Webhook], uuid: str = UUID) -> None:
        for method, target, body, lines in webhooks:
            length = f"Content-Length: {len(body)}"
            head = (f"{method} /{uuid}{target} HTTP/1.1", "Host: hooks.example.com", *lines, length)
            response = send(self.server.address, "\r\n".join(head).encode() + b"\r\n\r\n" + body)
            assert response.status == 200, response

    def receive_all(self) -> None:
        """Send all requests, and wait until the page shows them."""
        webhooks = all_webhooks()
        self.send(webhooks)
        expect(self.page.locator(".row")).to_have_count(len(webhooks))

    def row(self, text: str) -> Locator:
        return self.page.locator(".row", has_text=text).first

    def open(self, text: str) -> None:
        """Open the newest request whose row contains this text."""
        self.row(text).click()
        expect(self.page.locator("request-detail webhook-body").first).to_be_visible()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def dialog(self, key: str) -> Locator:
        """Open a dialog with its key."""
        self.press(key)
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        return dialog

    def check_signature(self, provider: str) -> None:
        """Enter the secret for the open request, and let the page remember it."""
        self.page.locator(".detail-signature").click()
        self.page.locator("#signature-secret").fill(SECRETS[provider])
        self.page.get_by_label("Remember for this tab").check()
        expect(self.page.locator(".signature-verdict")).to_contain_text("Valid.")
