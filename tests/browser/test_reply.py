"""The page shows and edits the reply of a callback, and shows the response to each request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import UNREACHABLE, ConsoleErrors
from tests.support.processes import Server
from tests.support.responders import Responder, give
from tests.support.sender import ask, post
from webhook_logger.errors import Reason

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

PHONE = {"width": 390, "height": 844}
SIZES = pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
        {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
    ],
    ids=["wide, light", "phone, dark"],
)
TEMPLATE = {"encoding": "utf-8", "content": "{{ request.method }}"}
BINARY = {"encoding": "base64", "content": "AP8="}


@pytest.fixture
def page(server: Server, open_page: Open, uuid: str) -> Page:
    return open_page(server, f"/view/{uuid}")


def api(server: Server, uuid: str, method: str = "GET", **fields: object) -> dict:
    """Send a request to the API of replies, and return the reply."""
    body = json.dumps(fields).encode() if fields else b""
    response = ask(server.address, method, f"/api/callbacks/{uuid}/reply", body)
    assert response.status < 300, response.body
    return json.loads(response.body or b"{}")


def responses(page: Page) -> Locator:
    """Return the text below the callback URL."""
    return page.locator(".callback-reply .captured")


def sheet(page: Page) -> Locator:
    """Open the response sheet and return it."""
    expect(responses(page)).not_to_be_empty()  # which moves the button
    page.get_by_role("button", name="Edit the response").click()
    return page.get_by_role("dialog", name="Response")


def save(panel: Locator) -> None:
    panel.get_by_role("button", name="Save").click()


def saved(panel: Locator) -> None:
    save(panel)
    expect(panel).to_have_count(0)


# The current reply


def test_every_page_shows_a_changed_reply_at_once(
    server: Server, open_page: Open, page: Page, uuid: str
) -> None:
    other = open_page(server, f"/view/{uuid}")
    for each in (page, other):
        expect(responses(each)).to_have_text("Responds with 200, no body")
    panel = sheet(page)
    panel.get_by_label("Status").fill("503")
    panel.get_by_label("Delay").fill("0.1")
    panel.get_by_label("For how many requests").fill("3")
    saved(panel)
    for each in (page, other):
        expect(responses(each)).to_have_text(
            "Responds with 503 to the next 3 requests, after 0.1 s"
        )
    assert post(server.address, f"/{uuid}").status == 503
    for each in (page, other):
        expect(responses(each)).to_have_text(
            "Responds with 503 to the next 2 requests, after 0.1 s"
        )
    sheet(other).get_by_role("button", name="Reset").click()
    for each in (page, other):
        expect(responses(each)).to_have_text("Responds with 200, no body")
    assert post(server.address, f"/{uuid}").status == 200


def test_a_page_shows_a_reply_set_before_it_opened_or_while_it_was_disconnected(
    server: Server, open_page: Open, uuid: str, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*UNREACHABLE)
    api(server, uuid, "PUT", status=404)
    page = open_page(server, f"/view/{uuid}")
    expect(responses(page)).to_have_text("Responds with 404, no body")
    page.context.set_offline(True)
    expect(page.locator(".badge[data-state=offline]")).to_be_visible()
    api(server, uuid, "PUT", status=410)
    page.context.set_offline(False)
    expect(page.locator(".badge[data-state=live]")).to_be_visible()
    expect(responses(page)).to_have_text("Responds with 410, no body")


def test_viewers_on_every_worker_see_the_reply(
    two_workers: tuple[Server, Server], open_page: Open, uuid: str
) -> None:
    pages = [open_page(worker, f"/view/{uuid}") for worker in two_workers]
    panel = sheet(pages[0])
    panel.get_by_role("button", name="401").click()
    saved(panel)
    for page in pages:
        expect(responses(page)).to_have_text("Responds with 401, no body")


# The sheet


@SIZES
def test_the_sheet_sets_every_field_of_a_reply(
    server: Server, open_page: Open, uuid: str, options: dict[str, object]
) -> None:
    page = open_page(server, f"/view/{uuid}", **options)
    panel = sheet(page)
    panel.get_by_label("Status").fill("418")
    panel.get_by_label("Headers").fill("Content-Type: text/plain\nX-Dup: 1\nX-Dup: a: b")
    panel.get_by_label("Body").fill("short\nand stout")
    panel.get_by_label("Allow web pages on other sites").uncheck()
    for control in panel.get_by_role("textbox").all():
        control.scroll_into_view_if_needed()
        expect(control).to_be_in_viewport(ratio=1)
    saved(panel)
    expect(responses(page)).to_have_text("Responds with 418, 15 B of text/plain, without CORS")
    assert api(server, uuid) == {
        "status": 418,
        "headers": [["Content-Type", "text/plain"], ["X-Dup", "1"], ["X-Dup", "a: b"]],
        "body": {"encoding": "utf-8", "content": "short\nand stout"},
        "delay": 0,
        "times": None,
        "cors": False,
    }
    panel = sheet(page)
    expect(panel.get_by_label("Headers")).to_have_value(
        "Content-Type: text/plain\nX-Dup: 1\nX-Dup: a: b"
    )
    expect(panel.get_by_label("Body")).to_have_value("short\nand stout")
    expect(panel.get_by_label("Allow web pages on other sites")).not_to_be_checked()
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0


def test_the_sheet_keeps_and_sets_templates_and_sequences(
    server: Server, open_page: Open, uuid: str
) -> None:
    sequence = [503, {"status": 200, "headers": [], "body": TEMPLATE, "delay": 0, "template": True}]
    api(server, uuid, "PUT", sequence=sequence, body=TEMPLATE, template=True)
    post(server.address, f"/{uuid}")
    page = open_page(server, f"/view/{uuid}")
    text = "Responds with 503, then 200 (1 of 2 sent), 20 B, with values of the request"
    expect(responses(page)).to_have_text(text)
    panel = sheet(page)
    expect(panel.get_by_text("{{ uuid }}")).to_be_visible()
    panel.get_by_label("Headers").fill("X-Request: {{ request.id }}")
    saved(panel)
    kept = api(server, uuid)
    assert (kept["sequence"], kept["used"], kept["template"]) == (sequence, 1, True)
    panel = sheet(page)
    panel.get_by_label("Start the sequence again (1 sent)").check()
    saved(panel)
    assert api(server, uuid)["used"] == 0
    panel = sheet(page)
    panel.get_by_label("Replace {{ expressions }}").uncheck()
    panel.get_by_label("Sequence").fill("500 404")
    saved(panel)
    expect(responses(page)).to_have_text("Responds with 500, then 404, 20 B")
    kept = api(server, uuid)
    assert (kept["sequence"], "template" in kept) == ([500, 404], False)


@SIZES
def test_the_sheet_edits_rules(
    server: Server,
    open_page: Open,
    uuid: str,
    console_errors: ConsoleErrors,
    options: dict[str, object],
) -> None:
    console_errors.allow("status of 400")
    binary = {"match": {}, "status": 201, "headers": [], "body": BINARY, "delay": 0}
    api(server, uuid, "PUT", rules=[binary])
    page = open_page(server, f"/view/{uuid}", **options)
    expect(responses(page)).to_have_text("Responds with 200, 1 rule")
    panel = sheet(page)
    expect(panel.get_by_label("The form cannot show this rule")).to_have_value(
        json.dumps(binary, indent=2)
    )
    panel.get_by_role("button", name="Add a rule").click()
    rule = panel.get_by_role("group", name="Rule 2")
    expect(rule.get_by_label("Method to match")).to_be_focused()
    rule.get_by_label("Method to match").fill("POST")
    rule.get_by_label("Subpath to match").fill("/orders*")
    rule.get_by_label("Request headers to match").fill("X-Event: push*")
    rule.get_by_label("Request JSON to match").fill("/id: 5\n/name: a: b")
    rule.get_by_label("Response status").fill("2")
    rule.get_by_label("Response headers").fill("X-A: 1")
    rule.get_by_label("Response body").fill("{{ json./id }}")
    rule.get_by_label("Replace").check()
    save(panel)
    expect(panel.get_by_text("rule 2: status: must be a whole number")).to_be_visible()
    status = rule.get_by_label("Response status")
    expect(status).to_be_focused()
    expect(status).to_have_attribute("aria-invalid", "true")
    status.fill("202")
    panel.get_by_role("button", name="Remove rule 1").click()
    expect(panel.get_by_label("Method to match")).to_be_focused()
    saved(panel)
    match = {"method": "POST", "subpath": "/orders*", "headers": {"X-Event": "push*"}}
    assert api(server, uuid)["rules"] == [
        {
            "match": {**match, "json": {"/id": 5, "/name": "a: b"}},
            "status": 202,
            "headers": [["X-A", "1"]],
            "body": {"encoding": "utf-8", "content": "{{ json./id }}"},
            "delay": 0,
            "template": True,
        }
    ]
    panel = sheet(page)
    panel.get_by_role("button", name="204").click()
    saved(panel)
    assert len(api(server, uuid)["rules"]) == 1, "a preset keeps the rules"
    panel = sheet(page)
    panel.get_by_role("button", name="Remove rule 1").click()
    expect(panel.get_by_role("button", name="Add a rule")).to_be_focused()


def test_a_sheet_that_opens_before_the_reply_arrived_has_it(
    server: Server, open_page: Open, uuid: str
) -> None:
    api(server, uuid, "PUT", status=418)
    page = open_page(server, f"/view/{uuid}")
    panel = sheet(page)
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    page.evaluate("() => { document.querySelector('reply-sheet').reply = null; }")
    expect(sheet(page).get_by_label("Status")).to_have_value("418")


PRESETS = {
    "200 JSON": (200, {"content-type": "application/json"}, b'{"ok": true}'),
    "204": (204, {}, b""),
    "301": (301, {"location": "https://example.com/"}, b""),
    "400": (400, {}, b""),
    "401": (401, {}, b""),
    "429": (429, {"retry-after": "60"}, b""),
    "500": (500, {}, b""),
    "503": (503, {}, b""),
}


def test_each_preset_gives_the_named_response(server: Server, page: Page, uuid: str) -> None:
    for name, (status, headers, body) in PRESETS.items():
        panel = sheet(page)
        panel.get_by_role("button", name=name, exact=True).click()
        saved(panel)
        response = post(server.address, f"/{uuid}")
        assert (response.status, response.body) == (status, body)
        assert headers.items() <= response.headers.items()
    panel = sheet(page)
    panel.get_by_role("button", name="Timeout").click()
    saved(panel)
    expect(responses(page)).to_have_text("Responds with 200, after 30 s")


def test_an_error_shows_at_its_field_and_the_draft_stays(
    page: Page, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("status of 400")
    panel = sheet(page)
    status, body = panel.get_by_label("Status"), panel.get_by_label("Body")
    headers = panel.get_by_label("Headers")
    body.fill("dear sender")
    for text in ("99", "abc"):
        status.fill(text)
        message = refused(page, panel, "status")
        expect(panel.locator("#reply-status-problem")).to_have_text(message)
        expect(status).to_be_focused()
        expect(status).to_have_value(text)
    status.fill("500")
    headers.fill("Set-Cookie: a=b")
    message = refused(page, panel, "headers")
    expect(panel.locator("#reply-headers-problem")).to_have_text(message)
    expect(panel.locator("#reply-status-problem")).to_be_empty()
    expect(headers).to_be_focused()
    headers.fill("no colon here")
    save(panel)
    expect(panel.locator("#reply-headers-problem")).to_contain_text("has no colon.")
    expect(headers).to_be_focused()
    expect(headers).to_have_accessible_description(
        "“no colon here” has no colon. Write “Name: value”."
    )
    expect(body).to_have_value("dear sender")
    headers.fill("")
    saved(panel)
    expect(responses(page)).to_have_text("Responds with 500, 11 B")


def refused(page: Page, panel: Locator, field: str) -> str:
    """Return the server's error for a field."""
    with page.expect_response("**/reply") as responded:
        save(panel)
    error = responded.value.json()["error"]
    assert error["field"] == field
    return str(error["message"]).removeprefix(f"{field}: ")


def test_a_failed_save_is_reported_and_can_be_repeated(
    page: Page, console_errors: ConsoleErrors
) -> None:
    console_errors.allow(*UNREACHABLE)
    panel = sheet(page)
    panel.get_by_label("Body").fill("not lost")
    page.context.set_offline(True)
    save(panel)
    expect(panel.get_by_role("alert").last).to_have_text(
        "The server can’t be reached. Check the connection, then try again."
    )
    expect(panel.get_by_label("Body")).to_have_value("not lost")
    page.context.set_offline(False)
    saved(panel)
    expect(responses(page)).to_have_text("Responds with 200, 8 B")


def test_replies_changed_too_often_show_the_rate_limit(
    open_page: Open, uuid: str, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("status of 429")
    with Server(MAX_REPLY_CHANGES_PER_MINUTE=1) as server:
        page = open_page(server, f"/view/{uuid}")
        saved(sheet(page))
        panel = sheet(page)
        panel.get_by_role("button", name="Reset").click()
        expect(panel.get_by_role("alert").last).to_contain_text(
            Reason.REPLY_CHANGE_RATE_EXCEEDED.meaning
        )
        page.close()


def test_a_binary_body_stays_until_it_is_replaced(
    server: Server, open_page: Open, uuid: str
) -> None:
    api(server, uuid, "PUT", body=BINARY)
    page = open_page(server, f"/view/{uuid}")
    expect(responses(page)).to_have_text("Responds with 200, 2 B")
    panel = sheet(page)
    expect(panel).to_contain_text("Binary body, 2 bytes.")
    panel.get_by_label("Status").fill("500")
    saved(panel)
    expect(responses(page)).to_have_text("Responds with 500, 2 B")
    assert api(server, uuid)["body"] == BINARY
    panel = sheet(page)
    panel.get_by_role("button", name="Replace with text").click()
    panel.get_by_label("Body").fill("text")
    saved(panel)
    expect(responses(page)).to_have_text("Responds with 500, 4 B")


def test_an_untouched_body_is_saved_unchanged(server: Server, open_page: Open, uuid: str) -> None:
    body = {"encoding": "utf-8", "content": "a\r\nb\r\n"}
    api(server, uuid, "PUT", body=body)
    page = open_page(server, f"/view/{uuid}")
    expect(responses(page)).to_have_text("Responds with 200, 6 B")
    panel = sheet(page)
    panel.get_by_label("Status").fill("201")
    saved(panel)
    expect(responses(page)).to_have_text("Responds with 201, 6 B")
    assert api(server, uuid)["body"] == body


def test_changes_by_other_viewers_do_not_touch_the_draft(
    server: Server, page: Page, uuid: str
) -> None:
    panel = sheet(page)
    panel.get_by_label("Body").fill("mine")
    api(server, uuid, "PUT", status=404)
    expect(responses(page)).to_have_text("Responds with 404, no body")
    expect(panel.get_by_label("Body")).to_have_value("mine")
    expect(panel.get_by_label("Status")).to_have_value("200")
    page.mouse.click(3, 3)  # outside the sheet
    expect(panel.get_by_label("Body")).to_have_value("mine")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(sheet(page).get_by_label("Status")).to_have_value("404")


def test_everything_works_by_keyboard(page: Page) -> None:
    page.keyboard.press("r")
    panel = page.get_by_role("dialog", name="Response")
    panel.get_by_label("Status").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("503")
    page.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    expect(responses(page)).to_have_text("Responds with 503, no body")


def test_the_sheet_explains_status_paths(server: Server, page: Page, uuid: str) -> None:
    expect(sheet(page)).to_contain_text(f"{server.url}/{uuid}/status/503")
    assert post(server.address, f"/{uuid}/status/503").status == 503


# Responses to senders


@SIZES
def test_each_row_shows_the_response_and_the_detail_its_source(
    server: Server, open_page: Open, uuid: str, options: dict[str, object]
) -> None:
    page = open_page(server, f"/view/{uuid}", **options)
    post(server.address, f"/{uuid}")
    post(server.address, f"/{uuid}/status/404")
    api(server, uuid, "PUT", status=503)
    post(server.address, f"/{uuid}")
    rows = page.locator(".row")
    for row, status, tone, words in (
        (0, 503, "failed", "response 503 (configured)"),
        (1, 404, "refused", "response 404 (set by the path)"),
        (2, 200, "quiet", "response 200 (default)"),
    ):
        response = rows.nth(row).locator(".row-response")
        expect(response).to_have_text(f"response {status}")
        expect(response).to_have_attribute("data-tone", tone)
        expect(rows.nth(row)).to_have_accessible_name(re.compile(f"response {status}"))
        rows.nth(row).click()
        expect(page.locator(".detail-summary")).to_contain_text(words)
        shown = page.get_by_role("region", name="Response to the sender")
        expect(shown).to_contain_text(str(status))
        if status == 503:
            expect(shown).to_contain_text("from the configured reply")
            expect(shown.get_by_label("Headers of the response")).to_contain_text("Webhook-Viewers")
            expect(shown.locator("webhook-body")).to_contain_text("No body.")
        else:
            expect(shown).to_contain_text("only the headers that every response has (")
        if options["viewport"] == PHONE:
            page.locator(".detail-back").click()


def test_a_row_shows_no_response_while_its_sender_waits(
    server: Server, open_page: Open, uuid: str
) -> None:
    api(server, uuid, "PUT", status=202, delay=30)
    page = open_page(server, f"/view/{uuid}")
    page.evaluate("url => { fetch(url, { method: 'POST' }); }", f"{server.url}/{uuid}")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".row-response")).to_have_count(0)
    expect(page.locator(".detail-summary")).not_to_contain_text("response")


def test_a_response_while_paused_shows_after_resume(server: Server, page: Page, uuid: str) -> None:
    post(server.address, f"/{uuid}/before")
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_role("button", name="Pause").click()
    post(server.address, f"/{uuid}/status/418")
    expect(page.locator(".toolbar-counts")).to_contain_text("1 waiting")
    page.get_by_role("button", name="Resume", exact=True).click()
    expect(page.locator(".row").first.locator(".row-response")).to_have_text("response 418")


def test_a_request_that_waits_for_a_responder_shows_its_response_later(
    server: Server, page: Page, uuid: str
) -> None:
    with Responder(server, uuid) as responder, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(post, server.address, f"/{uuid}/orders")
        request = responder.request()
        row = page.locator(".row")
        expect(row).to_contain_text("/orders")
        connected = page.get_by_text("A connected responder decides the response")
        expect(connected).to_be_visible()
        row.click()
        detail = page.locator(".detail-summary")
        expect(detail).to_be_attached()
        expect(detail).not_to_contain_text("response")
        expect(row.locator(".row-response")).to_have_count(0)
        assert give(server, request, b"made", status=201).status == 204
        expect(row.locator(".row-response")).to_have_text("response 201")
        expect(row.locator(".row-response")).to_have_attribute(
            "title", "response 201 (from the responder)"
        )
        expect(detail).to_contain_text("response 201 (from the responder)")
        shown = page.get_by_role("region", name="Response to the sender")
        expect(shown.locator("webhook-body")).to_contain_text("made")
        assert waiting.result().body == b"made"
    expect(connected).to_have_count(0)
