"""Checks signatures in a real browser, with secrets that stay in the page."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clock import stop_clock
from tests.providers.vectors import FOLDER, Vector, read, request_of
from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

SECRET = "It's a Secret to Everybody"
BODY = b"Hello, World!"
# From GitHub's documentation.
SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def send_signed(server: Server, uuid: str, name: str, body: bytes = BODY) -> None:
    head = ("X-GitHub-Event: push", f"X-Hub-Signature-256: {SIGNATURE}")
    post(server.address, f"/{uuid}/{name}", body, *head)


def open_check(page: Page, name: str) -> None:
    """Open the check with the button in the head if the request seems to be signed."""
    page.locator(".row", has_text=name).click()
    expect(page.locator(".detail-title")).to_contain_text(name)
    button = page.locator(".detail-signature")
    if button.count() == 0:
        button = page.locator(".signature > summary")
    button.click()


def test_right_and_wrong_secrets_are_distinguished_and_not_stored(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    page.on("websocket", lambda socket: socket.on("framesent", sent.append))
    send_signed(server, uuid, "signed")
    open_check(page, "signed")
    expect(page.locator(".signature > summary")).to_contain_text("GitHub")
    verdict = page.locator(".signature-verdict")
    expect(verdict).to_have_text("Enter the webhook secret.")
    secret = page.get_by_label("Webhook secret")
    expect(secret).to_have_attribute("type", "password")
    secret.fill(SECRET)
    expect(verdict).to_have_text("Valid.")
    expect(page.locator(".detail-signature")).to_have_text("Signature valid")
    stop_clock(page)  # otherwise the page checks a moment after the last letter
    for word, check in (
        ("another", lambda: secret.press("Enter")),
        ("a third", page.locator(".signature").get_by_role("button", name="Check").click),
    ):
        secret.fill(SECRET)
        secret.press("Enter")
        expect(verdict).to_have_text("Valid.")
        secret.fill(word)
        check()
        expect(verdict).to_contain_text("the secret is wrong")
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    for text in (kept, page.url, page.content(), *sent):
        assert SECRET not in str(text)
        assert "another" not in str(text)
        assert "a third" not in str(text)


def test_the_secret_is_used_for_the_next_selected_request(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    send_signed(server, uuid, "signed")
    send_signed(server, uuid, "with-a-line-break", BODY + b"\n")
    open_check(page, "signed")
    page.get_by_label("Webhook secret").fill(SECRET)
    verdict = page.locator(".signature-verdict")
    expect(verdict).to_have_text("Valid.")
    page.locator(".row", has_text="with-a-line-break").click()
    expect(verdict).to_contain_text("without the line break at its end")
    expect(page.locator(".signature-result")).to_have_text("invalid")
    expect(page.locator(".detail-signature")).to_have_text("Signature invalid")
    post(server.address, f"/{uuid}/unknown", BODY)
    page.locator(".row", has_text="unknown").click()
    expect(page.locator(".signature")).to_contain_text("Signed by Another HMAC")
    expect(page.locator(".signature-result")).to_have_count(0)


def test_another_provider_can_be_chosen(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}", viewport={"width": 360, "height": 800})
    signature = hmac.new(b"hush", b"7.hi", sha256).hexdigest()
    post(server.address, f"/{uuid}/own", b"hi", f"X-Own: v={signature}", "X-Time: 7")
    open_check(page, "own")
    page.get_by_label("Signed by").select_option("Another HMAC")
    for label, text in (
        ("Secret", "hush"),
        ("Header with the signature", "x-own"),
        ("Text before the signature", "v="),
        ("Signed content", "{header:x-time}.{body}"),
    ):
        page.get_by_label(label, exact=True).fill(text)
    verdict = page.locator(".signature-verdict")
    expect(verdict).to_have_text("Valid.")
    page.get_by_label("Encoding").select_option("base64")
    expect(verdict).to_contain_text("not contain a SHA-256 hash in base64")
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0


def test_a_page_without_webcrypto_shows_a_message(
    server: Server, open_page: Open, uuid: str
) -> None:
    """Plain http from another machine has no Web Crypto."""
    without = "Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})"
    page = open_page(server, f"/view/{uuid}", prepare=lambda page: page.add_init_script(without))
    send_signed(server, uuid, "signed")
    open_check(page, "signed")
    expect(page.locator(".signature")).to_contain_text("only on https and localhost")
    expect(page.locator(".signature input")).to_have_count(0)


def test_signatures_of_key_pairs_are_checked(server: Server, open_page: Open, uuid: str) -> None:
    """Ed25519, ECDSA, RSA with SHA-1, and a certificate, as the browser's WebCrypto has them."""
    page = open_page(server, f"/view/{uuid}")
    for provider in ("discord", "sendgrid", "travis-ci", "aws-sns"):
        vector = valid_vector(provider)
        request = request_of(vector)
        lines = [f"{name}: {value}" for name, value in request.headers]
        post(server.address, f"/{uuid}/{provider}", request.body.content, *lines)
        page.locator(".row", has_text=f"/{provider}").click()
        expect(page.locator(".detail-title")).to_contain_text(f"/{provider}")
        details = page.locator(".signature")
        if details.get_attribute("open") is None:
            details.locator("> summary").click()
        page.locator("#signature-secret").fill(vector["signature"]["secret"])
        expect(page.locator(".signature-verdict")).to_contain_text("Valid.")


def valid_vector(provider: str) -> Vector:
    """Return a request with a valid signature."""
    vectors = read(FOLDER / f"{provider}.json")
    return next(vector for vector in vectors if vector.get("signature", {}).get("ok"))
