"""axe-core finds no violations in any state of the page, in both themes and at every width."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import UNREACHABLE, ConsoleErrors
from tests.browser.test_detail import png_head
from tests.support.processes import ROOT, Server, free_port
from tests.support.sender import post

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
# The dark theme and contrast themes differ only in colors.
THEMES = {"light": TAGS, "dark": COLOURS}
# The last is the first at 200 % zoom (WCAG 2.2, success criterion 1.4.4).
SIZES = {
    "wide": {"width": 1280, "height": 800},
    "phone": {"width": 390, "height": 844},
    "zoomed": {"width": 640, "height": 400},
}
FIND = """async wanted => {
  const { violations } = await axe.run({ runOnly: wanted, resultTypes: ["violations"] });
  return violations.map(({ id, help, nodes }) =>
    `${id}: ${help} at ${nodes.map(({ target }) => target).join(" and ")}`);
}"""
OVERFLOW = "() => document.documentElement.scrollWidth - innerWidth"


class Stage(NamedTuple):
    """A live page, with methods that bring it to a state."""

    page: Page
    server: Server
    uuid: str

    def post(self, path: str = "/orders", body: bytes = b"", *lines: str) -> None:
        """Send a request and wait until the page lists it."""
        rows = self.page.locator(".row")
        before = rows.count()
        post(self.server.address, f"/{self.uuid}{path}", body, *lines)
        expect(rows).to_have_count(before + 1)

    def open(self, body: bytes, content_type: str) -> None:
        """Send a request with this body and look at it."""
        self.post("/orders?a=1&b=two%20words", body, f"Content-Type: {content_type}")
        self.page.locator(".row").first.click()
        expect(self.page.locator("webhook-body .body-bar").first).to_be_visible()

    def open_long(self) -> None:
        """Send a request with a long target and long lines, and look at it."""
        self.post(f"/{'a' * 2000}/{'deep/' * 300}?q={'b' * 2000}", b"", f"X-Long: {'c' * 3000}")
        self.page.locator(".row").first.click()

    def lose(self) -> None:
        """End the server and wait until the page has noticed."""
        self.server.end(kill=True)
        expect(self.page.locator(".badge[data-state=reconnecting]")).to_be_visible()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def refuse(self) -> None:
        """Try to save an invalid reply."""
        self.press("Edit the response")
        self.page.get_by_label("Status").fill("99")
        self.press("Save")
        expect(self.page.locator("#reply-status-problem")).not_to_be_empty()

    def filter(self, text: str) -> None:
        """Show only the requests that match."""
        self.page.get_by_role("searchbox").fill(text)
        expect(self.page.locator(".row")).to_have_count(0)


def several(stage: Stage) -> None:
    for path in ("/orders?a=1", "/", "/a/long/way/" + "down/" * 40):
        stage.post(path, b"hello")


def note(stage: Stage) -> None:
    """Open the dialog of a note."""
    several(stage)
    stage.page.keyboard.press("y")
    expect(stage.page.locator("#note-text")).to_be_focused()


def annotated(stage: Stage) -> None:
    """Write a note, follow, clear the list, and point at the row that is left."""
    note(stage)
    stage.page.locator("#note-text").fill("Ask Ada why")
    stage.press("Save")
    stage.page.keyboard.press("a")
    stage.press("Clear")
    expect(stage.page.locator(".row")).to_have_count(1)
    stage.post()
    stage.page.locator(".row").last.hover()
    expect(stage.page.locator(".row-actions")).to_be_visible()


def hexadecimal(stage: Stage) -> None:
    stage.open(bytes(range(256)), "application/octet-stream")


def compressed(stage: Stage) -> None:
    stage.post("/", gzip.compress(b'{"a": 1}'), "Content-Encoding: gzip")
    stage.page.locator(".row").click()
    expect(stage.page.get_by_role("button", name="Show as sent")).to_be_visible()


def parts(stage: Stage) -> None:
    """Nested parts with a charset, an image that is too large to draw, and no final boundary."""
    image = png_head(23_000, 23_000)
    inner = b"--i\r\n\r\none\r\n--i\r\nContent-Type: image/png\r\n\r\n" + image + b"\r\n--i--"
    field = b"--b\r\nContent-Type: text/plain; charset=latin1\r\n\r\nGr\xfc\xdfe\r\n"
    head = b"--b\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n"
    stage.open(field + head + inner, "multipart/form-data; boundary=b")


def unfolded(stage: Stage) -> None:
    """Signature and resend, with their results."""
    stage.post("/", b"{}", "X-GitHub-Event: push", "X-Hub-Signature-256: sha256=00")
    stage.press("Resend")
    expect(stage.page.get_by_label("Send from this browser to")).to_be_focused()
    for title in stage.page.locator("signature-check summary").all():
        title.click()
    stage.page.get_by_label("Webhook secret").fill("secret")
    stage.page.get_by_label("Remember for this tab").check()
    expect(stage.page.locator(".row-verdict[data-valid=false]")).to_be_visible()
    expect(stage.page.locator(".signature-verdict[data-valid=false]")).to_be_visible()
    stage.page.get_by_label("Send from this browser to").fill(f"localhost:{free_port()}")
    stage.page.locator("resend-panel").get_by_role("button", name="Send", exact=True).click()
    expect(stage.page.locator(".resend-status")).to_contain_text("CORS")


def compared(stage: Stage) -> None:
    several(stage)
    stage.press("Compare")
    stage.page.locator(".row").first.click()
    expect(stage.page.locator(".compare-cell").first).to_be_visible()


def preview(stage: Stage) -> None:
    stage.open(b"<!doctype html><title>a</title><h1>b</h1><img src=c>", "text/html")
    stage.press("Preview")
    expect(stage.page.frame_locator("webhook-html-preview iframe").locator("h1")).to_be_visible()


def ruled_reply(stage: Stage) -> None:
    stage.press("Edit the response")
    stage.page.get_by_label("Replace").check()
    stage.press("Add a rule")


def binary_reply(stage: Stage) -> None:
    script = "(reply) => document.querySelector('webhook-page').replies.save(reply)"
    stage.page.evaluate(script, {"body": {"encoding": "base64", "content": "AP8="}})
    expect(stage.page.get_by_text("Responds with 200, 2 B")).to_be_visible()
    stage.press("Edit the response")


def gap(stage: Stage) -> None:
    stage.post()
    stage.lose()
    stage.server.start()
    expect(stage.page.locator(".badge[data-state=live]")).to_be_visible()
    stage.post("/after")
    expect(stage.page.locator(".gap")).to_be_visible()


def recovered(stage: Stage) -> None:
    """Join like a page that reconnects to a server that kept three requests."""
    stage.post()
    joined = {"epoch": "e", "seq": 1, "missed": 0, "viewers": 1, "recovered": 3}
    stage.page.evaluate(
        "joined => document.querySelector('webhook-page').store.joined(joined)", joined
    )
    expect(stage.page.locator(".recovered")).to_have_text("3 requests recovered")


def missing_key(stage: Stage) -> None:
    """Open a private callback without its key, and enter something else."""
    stage.page.goto(f"{stage.server.url}/view/dab4b7e8-9783-8a7c-87b8-8657aef61edf")
    stage.page.get_by_label("Complete link or key").fill("nonsense")
    stage.press("Watch")
    stage.page.evaluate(AXE.read_text())


def recent(stage: Stage) -> None:
    """One callback whose name is edited, one that was forgotten, and one more."""
    stage.page.evaluate(
        """server => document.querySelector("webhook-page").recents.restore(["a", "b"].map(
          uuid => ({ server, uuid, key: "", name: uuid, visited: 0 })))""",
        stage.server.url,
    )
    stage.press("Recent callbacks")
    stage.press("Forget a")
    stage.press("Rename No name")
    expect(stage.page.get_by_role("button", name="Undo")).to_be_visible()


def filtering(stage: Stage) -> None:
    """A saved filter, a filter with a problem and marked words, and the menu of fields."""
    several(stage)
    box = stage.page.get_by_role("searchbox")
    box.fill("orders")
    stage.press("Save this filter")
    box.fill("orders metod:x")
    expect(stage.page.get_by_role("button", name="Use method:x")).to_be_visible()
    box.press("ArrowDown")
    expect(stage.page.get_by_role("button", name="Remove orders")).to_be_visible()


HAR = {
    "startedDateTime": "2026-11-28T10:00:00.000Z",
    "request": {"method": "POST", "url": "https://shop.example/a", "postData": {"text": "x"}},
    "response": {
        "status": 503,
        "headers": [{"name": "Server", "value": "x"}],
        "content": {"text": "late"},
    },
}


def file(stage: Stage) -> None:
    stage.page.evaluate(
        "har => document.querySelector('webhook-page').openFile(new Blob([har]), 'shop.har')",
        json.dumps({"log": {"entries": [HAR, HAR]}}),
    )
    expect(stage.page.get_by_role("region", name="Response to the sender")).to_be_visible()


def share(stage: Stage) -> None:
    stage.post("/", b"{}", "Authorization: Bearer a")
    stage.page.locator(".row").click()
    expect(stage.page.locator("request-detail")).to_be_visible()
    stage.page.keyboard.press("h")
    expect(stage.page.get_by_label("Link", exact=True)).to_be_visible()


def found(stage: Stage) -> None:
    """JSON with JSON in a string, and a search in it."""
    stage.open(b'{"a": [1, true, null, "x"], "b": "{\\"x\\": 1}"}', "application/json")
    stage.page.keyboard.press("f")
    stage.page.get_by_role("textbox", name="Find in the body").fill("x")
    expect(stage.page.locator(".body-search-count")).to_have_text("1 of 2")


# Name of each state, and a function that brings a new page to it.
STATES: dict[str, Callable[[Stage], object]] = {
    "empty": lambda stage: None,
    "refused": lambda stage: (
        post(stage.server.address, f"//{stage.uuid}"),
        expect(stage.page.locator("request-list .refused")).to_be_visible(),
    ),
    "with requests": several,
    "a long target": lambda stage: stage.open_long(),
    "JSON": found,
    "text": lambda stage: stage.open(b"line\n" * 100, "text/plain"),
    "form": lambda stage: stage.open(b"a=1&b=%20", "application/x-www-form-urlencoded"),
    "XML": lambda stage: stage.open(b"<a><b c='d'>e</b></a>", "application/xml"),
    "broken JSON": lambda stage: stage.open(b'{"a": tru}', "application/json"),
    "Latin-1": lambda stage: stage.open(b"Zo\xeb", "text/plain"),
    "parts": parts,
    "hex": hexadecimal,
    "compressed": compressed,
    "no body": lambda stage: stage.post(),
    "over the limit": lambda stage: stage.post("/", b"x" * (2**20 + 1)),
    "signature and resend": unfolded,
    "to be compared": lambda stage: (several(stage), stage.press("Compare")),
    "compared": compared,
    "actions": lambda stage: (several(stage), stage.press("More")),
    "responded": lambda stage: [stage.post(f"/status/{code}") for code in (204, 301, 404, 503)],
    "HTML preview": preview,
    "reply": lambda stage: stage.press("Edit the response"),
    "reply, refused": Stage.refuse,
    "reply, with a binary body": binary_reply,
    "reply, with a template and rules": ruled_reply,
    "copy menu": lambda stage: (several(stage), stage.press("Copy as")),
    "a delivery sent again": lambda stage: [
        stage.post("/", b"{}", "Webhook-Id: a") for _ in range(2)
    ],
    "a provider": lambda stage: stage.post(
        "/", b"{}", "X-GitHub-Event: push", "X-GitHub-Delivery: a"
    ),
    "a sample": lambda stage: (
        stage.page.keyboard.press("n"),
        expect(stage.page.get_by_label("Provider")).to_be_visible(),
    ),
    "the command for the user's machine": lambda stage: (
        stage.page.keyboard.press("m"),
        expect(
            stage.page.get_by_role("dialog").get_by_label("Command", exact=True)
        ).to_be_visible(),
    ),
    "gap": gap,
    "recovered": recovered,
    "cleared, except a pinned note": annotated,
    "note": note,
    "filtered to nothing": lambda stage: (several(stage), stage.filter("nothing like it")),
    "filter": filtering,
    "paused": lambda stage: (several(stage), stage.press("Pause")),
    "help": lambda stage: stage.press("Keyboard shortcuts"),
    "settings": lambda stage: stage.press("Settings"),
    "QR code": lambda stage: stage.press("QR code of the callback URL"),
    "a file": file,
    "a link to a request": share,
    "missing key": missing_key,
    "recent callbacks": recent,
    "reconnecting": Stage.lose,
    "reconnecting, with requests": lambda stage: (several(stage), stage.lose()),
}


ENDING = ("gap", "reconnecting", "reconnecting, with requests")
"""States that end their server."""


@pytest.fixture
def server(request: pytest.FixtureRequest, memory_server: Server) -> Iterator[Server]:
    if request.node.callspec.params.get("state") not in ENDING:
        yield memory_server
        return
    with Server() as server:
        yield server


def findings(page: Page, size: str, theme: str, forced: str = "none") -> list[str]:
    """Return the violations at this size and in this theme, one line per rule."""
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=theme, forced_colors=forced)
    found = page.evaluate(FIND, THEMES[theme])
    if page.evaluate(OVERFLOW) > 0:
        found.append("reflow: the page scrolls sideways")
    return [f"{size}, {theme}, forced colors {forced}: {line}" for line in found]


def findings_everywhere(page: Page) -> list[str]:
    """Return the violations at all sizes, and those of the colors of the other themes."""
    return [
        *(line for size in SIZES for line in findings(page, size, "light")),
        *findings(page, "wide", "dark"),
        *findings(page, "phone", "dark"),
        *findings(page, "wide", "dark", forced="active"),
    ]


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(
    server: Server,
    open_page: Callable[..., Page],
    uuid: str,
    console_errors: ConsoleErrors,
    state: str,
) -> None:
    console_errors.allow(*UNREACHABLE, "CORS", "status of 400")
    page = open_page(server, f"/view/{uuid}", reduced_motion="reduce")
    page.evaluate(AXE.read_text())
    STATES[state](Stage(page, server, uuid))
    found = findings_everywhere(page)
    assert not found, "\n".join(found)
    page.close()  # otherwise it keeps trying to reach a server that has ended


def local_problem(stage: Stage) -> None:
    """A responder, and an address that is not valid, in the dialog for the user's machine."""
    script = "() => document.querySelector('webhook-page').store.viewersChanged(2, true)"
    stage.page.evaluate(script)
    stage.page.keyboard.press("m")
    stage.page.get_by_label("Port or URL of your server").fill("nonsense://")
    expect(stage.page.get_by_role("alert").filter(has_text="Enter a port")).to_be_visible()
    expect(stage.page.get_by_text("A responder is connected")).to_be_visible()


def wrong_file(stage: Stage) -> None:
    """A file that cannot be opened, while another one is dragged over the page."""
    stage.page.keyboard.press("Escape")
    script = "document.querySelector('webhook-page').openFile(new Blob(['{']), 'a.har')"
    stage.page.evaluate(script)
    expect(stage.page.get_by_role("alert").filter(has_text="a.har is neither")).to_be_visible()
    stage.page.evaluate("document.body.dataset.dropping = ''")


def resent(stage: Stage) -> None:
    """A response with a body next to the one that the sender got, and a header without a name."""
    stage.page.evaluate("delete document.body.dataset.dropping")
    reply = {"status": 201, "body": {"encoding": "utf-8", "content": '{"a": 1}'}}
    stage.page.evaluate(
        "reply => document.querySelector('webhook-page').replies.save(reply)", reply
    )
    stage.open(b"{}", "application/json")
    stage.press("Resend")
    panel = stage.page.locator("resend-panel")
    panel.get_by_role("button", name="This callback").click()
    panel.get_by_label("Times").fill("2")
    panel.get_by_role("button", name="Send", exact=True).click()
    expect(panel.get_by_role("status")).to_contain_text("2 responses")
    expect(panel.get_by_role("group", name="Response to the sender")).to_contain_text("201")
    panel.get_by_role("button", name="Add header").click()


def not_sent(stage: Stage) -> None:
    """A request that browsers cannot send."""
    panel = stage.page.locator("resend-panel")
    stage.page.keyboard.press("Enter")
    expect(panel.get_by_role("status")).to_have_text("A header needs a name.")
    panel.get_by_label(re.compile("^Value of header")).last.fill("x")
    expect(panel.get_by_role("status")).to_be_empty()
    stage.page.keyboard.press("Enter")
    expect(panel.get_by_role("status")).not_to_be_empty()


def too_large_for_a_link(stage: Stage) -> None:
    stage.page.locator(".row").first.click()
    stage.post("/", random.Random(1).randbytes(100_000))
    stage.page.locator(".row").first.click()
    stage.page.keyboard.press("h")
    expect(stage.page.get_by_role("alert").filter(has_text="too large for a link")).to_be_visible()


def linked(stage: Stage) -> None:
    """The page of a link to a request, which offers nothing that needs a callback."""
    stage.page.keyboard.press("Escape")
    stage.page.locator(".row").last.click()
    stage.page.keyboard.press("h")
    link = stage.page.get_by_label("Link", exact=True).input_value()
    stage.page.goto(link)
    stage.page.evaluate(AXE.read_text())
    stage.press("Resend")
    panel = stage.page.locator("resend-panel")
    expect(panel.get_by_label("Send from this browser to")).to_be_focused()
    expect(panel.get_by_role("button", name="Send to your machine")).to_have_count(0)


def damaged_link(stage: Stage) -> None:
    stage.page.evaluate("location.hash = location.hash.slice(0, -40)")
    expect(stage.page.get_by_role("alert").filter(has_text="damaged")).to_be_visible()


WALK = (local_problem, wrong_file, resent, not_sent, too_large_for_a_link, linked, damaged_link)
"""States that follow each other on one page."""


def test_axe_finds_nothing_on_a_walk(
    memory_server: Server, open_page: Callable[..., Page], uuid: str
) -> None:
    page = open_page(memory_server, f"/view/{uuid}", reduced_motion="reduce")
    page.evaluate(AXE.read_text())
    stage, found = Stage(page, memory_server, uuid), []
    for state in WALK:
        state(stage)
        page.evaluate("scrollTo(0, 0)")
        found += [f"{state.__name__}: {line}" for line in findings(page, "phone", "light")]
        found += findings(page, "wide", "dark", "active") + findings(page, "wide", "dark")
        page.set_viewport_size(SIZES["wide"])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_on_the_documentation(
    server: Server, open_page: Callable[..., Page], theme: str
) -> None:
    page = open_page(server, "/docs", reduced_motion="reduce")
    page.evaluate(AXE.read_text())
    assert [line for size in SIZES for line in findings(page, size, theme)] == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_on_an_error_page(
    server: Server, open_page: Callable[..., Page], console_errors: ConsoleErrors, theme: str
) -> None:
    console_errors.allow("status of 404")
    page = open_page(server, "/nonsense", reduced_motion="reduce")
    page.evaluate(AXE.read_text())
    assert [line for size in SIZES for line in findings(page, size, theme)] == []
