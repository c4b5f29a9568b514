"""Captured content is shown as text: none of its scripts run, and the page sends nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ConsoleErrors
from tests.browser.hostile import BODIES, GROUPS, TOGETHER, heads_of, in_value, token
from tests.browser.payloads import PAYLOADS
from tests.browser.test_resend import ALL, target
from tests.browser.waiting import until_true
from tests.support.processes import Server
from tests.support.sender import post, send

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

# Runs before the page's scripts, in every frame.
ALARM = """for (const name of ["alert", "confirm", "prompt", "print"])
  globalThis[name] = () => { globalThis.pwned = name; };"""

# The browser's messages about a sandboxed frame.
STOPPED = "Content Security Policy|sandbox|^Refused to refresh|attachShadow"


class Watch:
    """Records the scripts that run in a page and its requests. Create it before the page loads."""

    def __init__(self, page: Page, own: tuple[str, ...]) -> None:
        self.page = page
        self.own = own
        self.asked: list[str] = []
        self.previewed = False
        page.add_init_script(ALARM)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("dialog", lambda dialog: self.asked.append(f"a dialog: {dialog.message}"))
        page.on("popup", lambda popup: self.asked.append(f"a window: {popup.url}"))

    def check(self) -> None:
        """Assert that no payload ran, and that the page requested only its own files."""
        assert self.page.evaluate("() => globalThis.pwned ?? null") is None
        assert [url for url in self.asked if not url.startswith(self.own)] == []
        assert [frame.url for frame in self.page.frames] == [self.page.url]
        foreign = "img, svg script, iframe, object, embed, base, link[href*=evil], video, math"
        assert self.page.locator(f"webhook-page :is({foreign})").count() == 0


@pytest.fixture
def watch(
    server: Server, open_page: Open, uuid: str, console_errors: ConsoleErrors
) -> Iterator[Watch]:
    """A live page. At the end no payload may have run; `open_page` checks for console errors."""
    own = [f"{server.url}{part}{uuid}" for part in ("/view/", "/api/callbacks/")]
    own += [f"{server.url}/static/", f"{server.url}/socket.io/"]
    watches: list[Watch] = []
    open_page(
        server,
        f"/view/{uuid}",
        prepare=lambda page: watches.append(Watch(page, (*own, "blob:"))),
    )
    [watch] = watches
    yield watch
    watch.check()
    if watch.previewed:
        console_errors.allow(STOPPED)


def walk(watch: Watch) -> None:
    """Show the body in every view."""
    page = watch.page
    for view in page.locator(".body-views button").all():
        view.click()
        expect(view).to_have_attribute("aria-pressed", "true")  # the previous view has disappeared
        if view.inner_text().strip() == "Preview":
            watch.previewed = True
            expect(page.frame_locator(".html-preview").locator("body")).to_be_attached()
        for whole in page.get_by_role("button", name="Show all").all():
            whole.click()
        # A list that loads while it scrolls moves its button, or removes it.
        more = page.get_by_role("button", name="Show 50 more")
        more.evaluate_all("buttons => buttons.forEach(each => each.click())")
        for image in page.get_by_role("button", name="Show image").all():
            image.click()


@pytest.mark.parametrize("kind", BODIES)
def test_no_body_runs_in_any_view(server: Server, watch: Watch, uuid: str, kind: str) -> None:
    body, content_type = BODIES[kind]
    post(server.address, f"/{uuid}", body, f"Content-Type: {content_type}")
    watch.page.locator(".row").click()
    expect(watch.page.locator("request-detail .body-views button").first).to_be_visible()
    walk(watch)
    # The last view shows text as sent, and bytes as characters.
    shown = ".".join("alert") if kind == "UTF-16" else "alert"
    expect(watch.page.locator("webhook-body")).to_contain_text(shown)


@pytest.mark.parametrize("group", range(len(GROUPS)))
def test_no_head_runs(server: Server, watch: Watch, uuid: str, group: int) -> None:
    for head in heads_of(uuid, GROUPS[group]):
        assert send(server.address, head).status == 200
    expect(watch.page.locator(".row")).to_have_count(2)
    for row in watch.page.locator(".row").all():
        row.click()
        expect(watch.page.locator("request-detail table").first).to_be_visible()
    expect(watch.page.locator("request-detail")).to_contain_text("alert(1)")


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml"])
def test_no_payload_alone_runs(server: Server, watch: Watch, uuid: str, content_type: str) -> None:
    for number, payload in enumerate(PAYLOADS, 1):
        post(server.address, f"/{uuid}/{number}", payload.encode(), f"Content-Type: {content_type}")
    expect(watch.page.locator(".row", has_text=f"/{len(PAYLOADS)}")).to_be_visible()
    watch.page.keyboard.press("g")
    for number in range(len(PAYLOADS), 0, -1):
        expect(watch.page.locator("request-detail h2")).to_contain_text(f"/{number}")
        watch.page.keyboard.press("j")


def test_no_token_runs(server: Server, watch: Watch, uuid: str) -> None:
    for payload in PAYLOADS:
        post(server.address, f"/{uuid}", b"", f"Authorization: Bearer {token(payload)}")
    expect(watch.page.locator(".row").first).to_be_visible()
    watch.page.keyboard.press("g")
    for _ in PAYLOADS:
        expect(watch.page.locator("found-tokens .token").first).to_be_visible()
        watch.page.keyboard.press("j")


def test_no_event_runs(server: Server, watch: Watch, uuid: str) -> None:
    for payload in PAYLOADS:
        value = in_value(payload)
        body = json.dumps({"action": payload, "type": payload}).encode()
        lines = (f"X-GitHub-Event: {value}", f"X-GitHub-Delivery: {value}")
        post(server.address, f"/{uuid}/github", body, *lines)
        post(server.address, f"/{uuid}/other", body)
    expect(watch.page.locator(".row").first).to_contain_text(in_value(PAYLOADS[-1])[:20])
    watch.page.keyboard.press("g")
    for _ in range(2 * len(PAYLOADS)):
        expect(watch.page.locator("request-detail h2")).to_be_visible()
        watch.page.keyboard.press("j")
    expect(watch.page.locator(".detail-summary")).to_contain_text(in_value(PAYLOADS[0])[:20])


def test_no_compressed_body_runs(server: Server, watch: Watch, uuid: str) -> None:
    body = gzip.compress(TOGETHER.encode())
    post(server.address, f"/{uuid}", body, "Content-Type: text/html", "Content-Encoding: gzip")
    watch.page.locator(".row").click()
    expect(watch.page.get_by_role("button", name="Show as sent")).to_be_visible()
    walk(watch)


def test_no_comparison_runs(server: Server, watch: Watch, uuid: str) -> None:
    for name, body in (("/1", TOGETHER), ("/2", "\n".join(reversed(PAYLOADS)))):
        post(server.address, f"/{uuid}{name}", body.encode(), f"X-Evil: {PAYLOADS[0]}{name}")
        expect(watch.page.locator(".row", has_text=name)).to_be_visible()
    expect(watch.page.locator("request-detail")).to_be_visible()
    watch.page.keyboard.press("d")
    watch.page.locator(".row", has_text="/2").click()
    view = watch.page.locator("compare-view")
    expect(view.get_by_role("status")).to_contain_text("differences")
    for more in view.get_by_role("button", name="Show 100 more").all():
        more.click()
    assert "alert(1)" in view.inner_text()


def test_no_response_to_a_resent_request_runs(server: Server, watch: Watch, uuid: str) -> None:
    post(server.address, f"/{uuid}/{'<svg onload=alert(1)>'.replace(' ', '%20')}", b"")
    watch.page.locator(".row").click()
    panel = watch.page.locator("resend-panel")
    watch.page.get_by_role("button", name="Resend").click()
    headers = {**ALL, "Access-Control-Expose-Headers": "*", "Content-Type": "text/html"}
    with target({**headers, "X-Evil": PAYLOADS[0]}, response=TOGETHER.encode()) as own:
        watch.own += (own.url,)
        panel.get_by_label("Send from this browser to").fill(f"{own.url}/<svg onload=alert(1)>")
        panel.get_by_role("button", name="Send", exact=True).click()
        expect(panel.get_by_role("status")).to_contain_text("200")
        expect(panel).to_contain_text(PAYLOADS[0])


def test_no_signature_runs(server: Server, watch: Watch, uuid: str) -> None:
    evil = "<img src=x onerror=alert(1)>"
    signed = ("X-Hub-Signature-256", "Stripe-Signature", "webhook-signature", "X-Gitlab-Token")
    for name in signed:
        head = ("X-GitHub-Event: push",) if name.startswith("X-Hub") else ()
        post(server.address, f"/{uuid}/{name}", evil.encode(), f"{name}: {evil}", *head)
        expect(watch.page.locator(".row", has_text=name)).to_be_visible()
        watch.page.locator(".row", has_text=name).click()
        expect(watch.page.locator("request-detail h2")).to_contain_text(name)
        fold = watch.page.locator(".signature")
        fold.evaluate("fold => { fold.open = true; }")
        for field in fold.get_by_role("textbox").all():
            field.fill(evil)
        fold.get_by_label("Remember").set_checked(True)


def test_no_search_runs(server: Server, watch: Watch, uuid: str) -> None:
    evil = "<img/src=x/onerror=alert(1)>"
    post(server.address, f"/{uuid}/{evil}", evil.encode())
    expect(watch.page.locator(".row")).to_be_visible()
    watch.page.keyboard.press("/")
    watch.page.keyboard.type(evil)
    expect(watch.page.locator(".row")).to_contain_text(evil)
    watch.page.keyboard.type(evil)
    expect(watch.page.locator(".row")).to_have_count(0)


@pytest.mark.parametrize("kind", ["JSON", "HAR"])
def test_no_export_runs_when_opened_as_text(
    server: Server, watch: Watch, uuid: str, browser: Browser, tmp_path: Path, kind: str
) -> None:
    for body, content_type in BODIES.values():
        post(server.address, f"/{uuid}", body, f"Content-Type: {content_type}")
    expect(watch.page.locator(".row")).to_have_count(len(BODIES))
    with watch.page.expect_download() as started:
        watch.page.get_by_role("button", name="Export", exact=True).click()
        watch.page.get_by_role("menuitem").filter(has_text=kind).click()
    saved = tmp_path / ("export.json" if kind == "JSON" else "export.txt")
    started.value.save_as(saved)
    with browser.new_context() as context:
        opened = context.new_page()
        other = Watch(opened, (saved.as_uri(),))
        opened.goto(saved.as_uri())
        assert "alert(1)" in opened.locator("body").inner_text()
        assert other.page.evaluate("() => globalThis.pwned ?? null") is None
        assert set(other.asked) == {saved.as_uri()}


def test_the_alarm_detects_a_script_that_runs(browser: Browser) -> None:
    with browser.new_context() as context:
        bare = context.new_page()
        bare.add_init_script(ALARM)
        bare.goto("about:blank")
        bare.set_content("<img src=x onerror=alert(1)>")
        until_true(bare, "() => globalThis.pwned")
