"""The pictures: what each one shows, and how the page gets there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from playwright.sync_api import expect

from tests.browser.pictures.stage import KEY, SITE, UUID, Stage
from tests.browser.pictures.webhooks import PAYMENT, all_webhooks, slack_handshake, stripe
from tests.support.sender import post
from webhook_logger.callbacks import new_key

WIDE = {"viewport": {"width": 1280, "height": 832}}
NARROW = {"viewport": {"width": 960, "height": 720}}
TALL = {"viewport": {"width": 1280, "height": 1400}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}


class Picture(NamedTuple):
    """One picture, and the name of its file without `.png`."""

    name: str
    prepare: Callable[[Stage], object]
    of: str = ""
    """A selector: the picture shows the elements that match, or the whole page."""
    options: Mapping[str, Any] = WIDE
    """Options of the browser's context."""


def new_callback(stage: Stage) -> None:
    stage.watch()


def received(stage: Stage) -> None:
    stage.watch()
    stage.receive_all()


def opened(stage: Stage) -> None:
    received(stage)
    stage.open("/stripe")
    expect(stage.page.locator("request-detail")).to_contain_text("Stripe-Signature")


def missed(stage: Stage) -> None:
    """A list with missed and refused requests, and with a retry."""
    stage.watch()
    webhooks = all_webhooks()
    stage.send(webhooks[:3])
    expect(stage.page.locator(".row")).to_have_count(3)
    stage.page.context.set_offline(True)
    expect(stage.page.locator(".badge[data-state=offline]")).to_be_visible()
    stage.send(webhooks[3:5])
    stage.page.context.set_offline(False)
    expect(stage.page.locator(".badge[data-state=live]")).to_be_visible()
    expect(stage.page.locator(".gap")).to_be_visible()
    post(stage.server.address, f"//{UUID}/stripe/events")
    expect(stage.page.locator(".refused")).to_be_visible()
    stage.send([webhooks[1], stripe()])
    expect(stage.page.locator(".row")).to_have_count(5)


def offline(stage: Stage) -> None:
    received(stage)
    stage.page.context.set_offline(True)
    expect(stage.page.locator(".badge[data-state=offline]")).to_be_visible()


def filtered(stage: Stage) -> None:
    received(stage)
    stage.page.locator(".filter-text").fill("provider:stripe|github -event:ping")
    expect(stage.page.locator(".row")).to_have_count(2)
    stage.page.locator(".filter-star").click()


def filter_menu(stage: Stage) -> None:
    filtered(stage)
    stage.page.locator(".filter-text").fill("")
    stage.page.get_by_role("button", name="Filter fields").click()
    expect(stage.page.locator(".filter-menu")).to_be_visible()


def found(stage: Stage) -> None:
    opened(stage)
    stage.press("f")
    stage.page.keyboard.type("ada")
    expect(stage.page.locator("webhook-body-search")).to_contain_text("of 2")


def copy_menu(stage: Stage) -> None:
    opened(stage)
    stage.page.get_by_role("button", name="Copy as").click()
    expect(stage.page.get_by_role("menuitem", name="HTTPie")).to_be_visible()


def signature(stage: Stage) -> None:
    opened(stage)
    stage.check_signature("stripe")


def sample(stage: Stage) -> None:
    stage.watch()
    dialog = stage.dialog("n")
    dialog.get_by_label("Provider").select_option("Slack")
    dialog.get_by_label("Signing secret").fill("8f742231b10e8888abcd99yyyzzz85a5")


def reply(stage: Stage) -> None:
    stage.watch()
    dialog = stage.dialog("r")
    dialog.get_by_role("button", name="200 JSON").click()
    dialog.get_by_label("Sequence").fill("503, 503, 200")
    dialog.get_by_label("Body", exact=True).fill('{"received": "{{ json./id }}"}')
    dialog.get_by_label("with values from the request").check()
    dialog.get_by_role("button", name="Add a rule").click()
    dialog.get_by_label("Subpath to match").fill("/orders*")
    dialog.get_by_label("Response status").fill("404")


def handshake(stage: Stage) -> None:
    stage.watch()
    stage.send([slack_handshake()])
    stage.open("/slack")
    expect(stage.page.locator(".provider-handshake")).to_be_visible()


def compared(stage: Stage) -> None:
    stage.watch()
    stage.send([stripe(), stripe(PAYMENT)])
    expect(stage.page.locator(".row")).to_have_count(2)
    stage.open("checkout.session")
    stage.press("d")
    stage.row("payment_intent").click()
    expect(stage.page.locator("compare-view")).to_contain_text("differences")


def resent(stage: Stage) -> None:
    stage.watch()
    stage.send([stripe()])
    stage.open("/stripe")
    stage.check_signature("stripe")
    stage.page.locator(".detail-resend").click()
    panel = stage.page.locator("resend-panel")
    panel.get_by_text("This callback", exact=True).click()
    panel.get_by_label("Sign again").check()
    panel.locator(".resend-send .primary").click()
    expect(panel.locator(".resend-status")).to_contain_text("200")


def shared(stage: Stage) -> None:
    opened(stage)
    stage.dialog("h")


def local(stage: Stage) -> None:
    stage.watch()
    dialog = stage.dialog("m")
    dialog.get_by_label("Port or URL").fill("localhost:3000/hooks")


def recent(stage: Stage) -> None:
    for name in ("Orders, staging", "Payments", "GitHub"):
        stage.watch(new_key())
        stage.page.get_by_role("button", name="Name this callback").click()
        stage.page.get_by_placeholder("Name", exact=True).fill(name)
        stage.press("Enter", "Escape")
        expect(stage.page.locator(".topbar-callback")).to_have_text(name)
    stage.dialog("o")


def without_key(stage: Stage) -> None:
    stage.page.goto(f"{SITE}/view/{UUID}")
    expect(stage.page.locator(".missing-key")).to_be_visible()


def settings(stage: Stage) -> None:
    stage.watch()
    stage.dialog("s")


def element(stage: Stage) -> None:
    """A page of another site that contains a log."""
    stage.page.set_content(f"""
        <script type="module" src="{SITE}/static/webhook-log.js"></script>
        <style>:root {{ font-family: sans-serif; color-scheme: light dark; padding: 16px }}</style>
        <h2>Orders, staging</h2><p>The latest events of our payment provider:</p>
        <webhook-log src="{SITE}/view/{UUID}#key={KEY}"></webhook-log>""")
    expect(stage.page.locator("webhook-log .badge")).to_have_text("Live")
    stage.send(all_webhooks())
    stage.page.locator("webhook-log .row", has_text="/sms").click()
    expect(stage.page.locator("webhook-log")).to_contain_text("TwilioProxy")


def phone_request(stage: Stage) -> None:
    received(stage)
    stage.row("/stripe").click()
    expect(stage.page.locator("request-detail")).to_contain_text("Stripe-Signature")


DIALOG = "dialog[open]"
DETAIL_HEAD = ".detail-head"
LIST = ".toolbar, .row, .gap, .refused"
PICTURES = (
    Picture("page", opened),
    Picture("page-phone", received, options=PHONE),
    Picture("page-phone-request", phone_request, options=PHONE),
    Picture("new", new_callback),
    Picture("missed", missed, of=LIST),
    Picture("offline", offline, of=".topbar", options=NARROW),
    Picture("filter", filtered, of=LIST),
    Picture("filter-menu", filter_menu, of=".filter-menu"),
    Picture("find", found, of=".page-detail"),
    Picture("copy", copy_menu, of=f"{DETAIL_HEAD}, .menu:visible"),
    Picture("signature", signature, of=f"{DETAIL_HEAD}, signature-check"),
    Picture("sample", sample, of=DIALOG),
    Picture("reply", reply, of=DIALOG, options=TALL),
    Picture("handshake", handshake, of=f"{DETAIL_HEAD}, .provider"),
    Picture("compare", compared, of=".compare-head, .compare-pair, .compare-rows"),
    Picture("resend", resent, of=".resend-head, .resend-form", options=TALL),
    Picture("share", shared, of=DIALOG),
    Picture("local", local, of=DIALOG),
    Picture("recent", recent, of=DIALOG),
    Picture("private", without_key, of=".missing-key"),
    Picture("settings", settings, of=DIALOG),
    Picture("element", element, options=NARROW),
)
