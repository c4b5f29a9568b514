"""Requests of providers: recognised in rows, filtered, and explained in the detail."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from hashlib import sha256

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ConsoleErrors
from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.sender import Response, post
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


def send_signed(server: Server, uuid: str, name: str, secret: bytes) -> None:
    """Send a request of GitHub that is signed with a secret."""
    signature = hmac.new(secret, b"{}", sha256).hexdigest()
    event = ("X-GitHub-Event: push", f"X-GitHub-Delivery: {name}")
    post(
        server.address, f"/{uuid}/{name}", b"{}", *event, f"X-Hub-Signature-256: sha256={signature}"
    )


def remember(page: Page, label: str, secret: str) -> None:
    """Enter a secret for the selected request, and remember it."""
    page.locator(".signature > summary").click()
    page.get_by_label(label).fill(secret)
    page.get_by_label("Remember for this tab").check()


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
    expect(page.locator(".detail-head")).to_contain_text("Slack · app_mention")
    expect(facts).to_contain_text(json.loads(body)["event_id"])
    expect(facts).to_contain_text("Attempt3")
    link = facts.get_by_role("link", name="Slack documentation")
    expect(link).to_have_attribute("href", providers.get("slack").documentation)
    expect(link).to_have_attribute("rel", "noopener")


def test_a_remembered_secret_marks_each_row_until_it_is_forgotten(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    send_signed(server, uuid, "right", b"hush")
    send_signed(server, uuid, "wrong", b"other")
    send_sample(server, uuid, "stripe", "invoice.paid")
    row(page, "/right").click()
    remember(page, "Webhook secret", "hush")
    right, wrong = (row(page, name).locator(".row-verdict") for name in ("/right", "/wrong"))
    expect(right).to_have_text("Valid signature")
    expect(wrong).to_contain_text("Invalid signature: The signature does not match")
    expect(wrong).to_have_attribute("title", re.compile("the secret is wrong"))
    expect(row(page, "/stripe").locator(".row-verdict")).to_have_count(0)
    assert "hush" not in page.evaluate("() => JSON.stringify({...localStorage})")
    page.reload()
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    send_signed(server, uuid, "again", b"hush")
    expect(row(page, "/again").locator(".row-verdict")).to_have_text("Valid signature")
    page.locator(".signature > summary").click()
    page.get_by_label("Webhook secret").fill("")
    expect(page.locator(".signature-verdict")).to_contain_text("Enter the webhook secret")
    page.get_by_label("Webhook secret").fill("hush")
    expect(page.locator(".signature-verdict")).to_contain_text("Valid.")
    page.get_by_label("Remember for this tab").uncheck()
    expect(page.locator(".row-verdict")).to_have_count(0)
    assert "hush" not in page.evaluate("() => JSON.stringify({...sessionStorage})")


def test_the_detail_says_what_happened_at_a_handshake(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    post(server.address, f"/{uuid}/slack", b'{"type": "url_verification", "challenge": "abc"}')
    row(page, "/slack").click()
    facts = page.get_by_role("region", name="Provider")
    expect(facts).to_contain_text("The response contained its challenge")
    expect(page.locator(".detail-summary")).to_contain_text("response 200 (handshake)")


def test_the_page_responds_to_a_handshake_that_needs_the_secret(
    server: Server, open_page: Open, uuid: str, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("status of 409")  # until the server holds handshakes for the page
    page = open_page(server, f"/view/{uuid}")
    body = b'{"event": "endpoint.url_validation", "payload": {"plainToken": "a"}, "event_ts": 1}'

    def validate(name: str) -> Response:
        return post(server.address, f"/{uuid}/{name}", body, "Content-Type: application/json")

    assert validate("before").body == b""
    row(page, "/before").click()
    sentence = page.locator(".provider-handshake")
    expect(sentence).to_contain_text("Enter the secret under")
    expect(page.locator(".detail-signature")).to_have_text("Check signature")
    sentence.get_by_role("button", name="Check signature").click()
    secret = page.get_by_label("Secret token")
    expect(secret).to_be_focused()
    secret.fill("hush")
    page.get_by_label("Remember for this tab").check()
    expect(sentence).to_contain_text("The secret is remembered")
    expect(page.locator(".signature-verdict")).to_have_text("This handshake is not signed.")
    token = hmac.new(b"hush", b"a", sha256).hexdigest()
    eventually(lambda: validate("after").body)
    assert json.loads(validate("held").body) == {"plainToken": "a", "encryptedToken": token}
    row(page, "/held").click()
    expect(page.locator(".provider-handshake")).to_contain_text("Zoom checks that")


def test_a_button_confirms_a_subscription_only_at_the_provider(
    server: Server, open_page: Open, uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    for name, host in (("own", "sns.eu-west-1.amazonaws.com"), ("evil", "evil.example")):
        fields = {"Type": "SubscriptionConfirmation", "SubscribeURL": f"https://{host}/?Token=1"}
        kind = "x-amz-sns-message-type: SubscriptionConfirmation"
        post(server.address, f"/{uuid}/{name}", json.dumps(fields).encode(), kind)
    row(page, "/own").click()
    link = page.get_by_role("link", name="Confirm subscription")
    expect(link).to_have_attribute("href", "https://sns.eu-west-1.amazonaws.com/?Token=1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    row(page, "/evil").click()
    expect(page.locator(".detail-head")).to_contain_text("SubscriptionConfirmation")
    expect(link).to_have_count(0)


def test_a_sample_is_sent_and_signed(server: Server, open_page: Open, uuid: str) -> None:
    page = open_page(server, f"/view/{uuid}", viewport={"width": 390, "height": 844})
    page.keyboard.press("n")
    sheet = page.get_by_role("dialog", name="Send a sample webhook")
    sheet.get_by_label("Provider").select_option("Slack")
    expect(sheet.get_by_label("Event")).to_have_value("app_mention")
    expect(sheet).to_contain_text("so that the request is recognised as Slack")
    sheet.get_by_label("Signing secret").fill("hush")
    expect(sheet).not_to_contain_text("so that the request is recognised")
    sheet.get_by_label("Body").fill('{"event": {"type": "reaction_added"}}')
    sheet.get_by_role("button", name="Send", exact=True).click()
    expect(sheet).to_have_count(0)
    expect(page.locator(".row")).to_contain_text("Slack · reaction_added")
    page.locator(".row").click()
    page.locator(".signature > summary").click()
    page.get_by_label("Signing secret").fill("hush")
    expect(page.locator(".signature-verdict")).to_contain_text("Valid.")
