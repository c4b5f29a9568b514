"""`<webhook-log>` and the page around it: policies, isolation and styles."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bodies import CASES
from tests.browser.conftest import ConsoleErrors
from tests.browser.embedding import element, events, live, until_reported, viewers
from tests.browser.test_accessibility import AXE, FIND, OVERFLOW, TAGS
from tests.support.pages import Pages
from tests.support.processes import ROOT, Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

# The minimal policy for the element, from docs/embed.md. The nonce belongs to the test's script.
STRICT = (
    "default-src 'none'; script-src 'nonce-page' {server}/static/webhook-log.js "
    "{server}/static/brotli.js {server}/static/zstd.js; "
    "connect-src {server} {socket}; img-src data:; frame-src blob:; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)


def policy(server: Server) -> str:
    return STRICT.format(server=server.url, socket=server.url.replace("http", "ws", 1))


# Policies


def test_the_element_works_under_a_strict_policy(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, element(server, uuid), Content_Security_Policy=policy(server))
    log = live(page)
    post(server.address, f"/{uuid}/orders", b'{"a": 1}')
    log.locator(".row").click()
    expect(log.get_by_role("treeitem")).to_have_text(["{ 1 field }", '"a": 1'])
    assert log.evaluate("log => getComputedStyle(log).display") == "flex", (
        "its style sheet is there"
    )
    assert events(page, "gap", "refused") == []


def test_the_element_decompresses_under_a_strict_policy(
    server: Server, uuid: str, visit: Open
) -> None:
    page = visit(server, element(server, uuid), Content_Security_Policy=policy(server))
    page.add_init_script("delete globalThis.DecompressionStream")
    page.reload()
    log = live(page)
    for kind in ("br", "zstd"):
        body, lines, _ = CASES[kind]
        post(server.address, f"/{uuid}/{kind}", body, *lines)
        expect(log.locator(".row").first).to_contain_text(kind)
        log.locator(".row").first.click()
        expect(log.locator(".detail")).to_contain_text(f"Sent as {kind}")
        expect(log.locator(".detail")).to_contain_text('"kind": "alert"')


def test_the_element_names_a_policy_that_blocks_a_body(
    server: Server, uuid: str, visit: Open, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("Content Security Policy", "brotli.js")
    strict = policy(server).replace(f"{server.url}/static/brotli.js", "")
    strict = strict.replace("frame-src blob:", "frame-src 'none'")
    page = visit(server, element(server, uuid), Content_Security_Policy=strict)
    page.add_init_script("delete globalThis.DecompressionStream")
    page.reload()
    log = live(page)
    body, lines, _ = CASES["br"]
    post(server.address, f"/{uuid}/br", body, *lines)
    log.locator(".row").click()
    expect(log.locator(".detail")).to_contain_text("Content-Security-Policy (script-src)")
    post(server.address, f"/{uuid}/html", b"<h1>Hello</h1>", "Content-Type: text/html")
    log.locator(".row", has_text="html").click()
    log.get_by_role("button", name="Preview").click()
    expect(log.locator(".detail")).to_contain_text(
        "blocks previews. To allow them, add frame-src blob:"
    )
    expect(log.locator("iframe")).to_have_count(0)


def test_the_element_names_a_policy_that_blocks_the_connection(
    server: Server, uuid: str, visit: Open, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("Content Security Policy", "x-connect")
    strict = policy(server).replace("connect-src", "connect-src 'self';x-connect-src")
    page = visit(server, element(server, uuid), Content_Security_Policy=strict)
    log = page.locator("webhook-log")
    expect(log).to_have_attribute("state", "refused")
    expect(log.get_by_role("alert")).to_contain_text("Content-Security-Policy")
    assert viewers(post(server.address, f"/{uuid}")) == "0"


def test_an_isolated_page_can_load_the_element(server: Server, uuid: str, visit: Open) -> None:
    isolated = {
        "Cross_Origin_Embedder_Policy": "require-corp",
        "Cross_Origin_Opener_Policy": "same-origin",
    }
    live(visit(server, element(server, uuid), **isolated))


def test_a_page_of_an_unlisted_origin_is_refused_with_a_reason(uuid: str, visit: Open) -> None:
    with Server(CORS_ALLOWED_ORIGINS="https://tools.example.com") as server:
        page = visit(server, element(server, uuid))
        log = page.locator("webhook-log")
        expect(log).to_have_attribute("state", "refused")
        expect(log.locator(".badge")).to_have_text("Refused")
        connecting, refused = events(page, "link")
        assert (connecting["state"], refused["state"]) == ("connecting", "refused")
        assert refused["reason"] == "origin_not_allowed"
        expect(log.get_by_role("alert")).to_contain_text(refused["message"])
        assert viewers(post(server.address, f"/{uuid}")) == "0"


def test_a_page_of_a_listed_origin_can_send_its_cookies(
    uuid: str, visit: Open, site: Pages
) -> None:
    with Server(CORS_ALLOWED_ORIGINS=site.url) as server:
        for attributes, cookie in (({}, None), ({"with_credentials": ""}, "login=s3cret")):
            page = visit(server, element(server, uuid, **attributes))
            live(page)
            page.context.add_cookies([{"name": "login", "value": "s3cret", "url": server.url}])
            page.add_init_script("delete globalThis.WebSocket")
            with page.expect_request(lambda request: "/socket.io/" in request.url) as sent:
                page.reload()
            live(page)
            assert sent.value.all_headers().get("cookie") == cookie
            page.close()


def test_the_dashboard_can_be_framed_where_allowed(
    server: Server, uuid: str, visit: Open, site: Pages, console_errors: ConsoleErrors
) -> None:
    console_errors.allow("frame-ancestors")
    with Server(FRAME_ANCESTORS=site.url) as open_to_it:
        page = visit(open_to_it, f'<iframe src="{open_to_it.url}/view/{uuid}"></iframe>')
        badge = page.frame_locator("iframe").locator(".badge[data-state=live]")
        expect(badge).to_be_visible()
        page.close()
    page = visit(server, f'<iframe src="{server.url}/view/{uuid}"></iframe>')
    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.reload()
    expect(page.frame_locator("iframe").locator(".badge")).to_have_count(0)


# Isolation

FOREIGN = """<style>
  * { color: red !important; letter-spacing: 3px }
  button, table, pre, ol, .line, .badge { display: none !important }
  .log { background: red }
</style>"""


def test_styles_of_page_and_element_do_not_mix(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, FOREIGN + '<p class="badge line">mine</p>' + element(server, uuid))
    log = live(page)
    post(server.address, f"/{uuid}")
    expect(log.locator(".row")).to_be_visible()
    look = "node => [getComputedStyle(node).letterSpacing, getComputedStyle(node).backgroundColor]"
    assert log.locator(".log").evaluate(look) == ["normal", "rgba(0, 0, 0, 0)"]
    assert page.locator("main > p").evaluate("p => getComputedStyle(p).display") == "none"
    assert page.evaluate("document.adoptedStyleSheets.length + document.styleSheets.length") == 1


def test_the_element_adds_no_globals_to_the_page(server: Server, uuid: str, visit: Open) -> None:
    clean = visit(server, "").evaluate("Object.keys(window)")
    bare = set(clean)
    page = visit(server, element(server, uuid))
    live(page)
    assert set(page.evaluate("Object.keys(window)")) == bare
    libraries = {"litElementVersions", "litHtmlVersions", "reactiveElementVersions"}
    libraries |= {"litPropertyMetadata", "events"}
    frame = "Object.keys(document.body.appendChild(document.createElement('iframe')).contentWindow)"
    extra = bare - set(page.evaluate(frame)) - {"0"}
    assert extra <= libraries


def test_the_names_of_its_elements_start_with_webhook(
    server: Server, uuid: str, visit: Open
) -> None:
    page = visit(server, element(server, uuid))
    page.add_init_script(DEFINED)
    page.reload()
    live(page)
    names = page.evaluate("defined")
    assert "webhook-log" in names
    assert [name for name in names if not name.startswith("webhook-")] == []


DEFINED = """globalThis.defined = [];
const define = customElements.define;
customElements.define = function (name, element) {
  defined.push(name);
  return define.call(this, name, element);
};"""


def test_the_script_can_be_loaded_twice_and_late(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, "")
    page.evaluate("customElements.whenDefined('webhook-log')")
    page.goto("about:blank")
    page = visit(
        server,
        f"<webhook-log></webhook-log><script nonce=page>{EARLY}</script>".replace(
            "SRC", f"{server.url}/{uuid}"
        ),
    )
    live(page)
    url = f"{server.url}/static/webhook-log.js?again"
    page.evaluate("url => import(url)", url)
    post(server.address, f"/{uuid}/orders")
    expect(page.locator("webhook-log .row-target")).to_have_text(["/orders"])
    assert page.evaluate("document.querySelector('webhook-log').maxEntries") == 7


# Runs before the module, which defines the element after the page is parsed.
EARLY = """
const log = document.querySelector("webhook-log");
log.src = "SRC";
log.maxEntries = 7;
"""


def test_two_elements_are_independent(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, element(server, uuid, id="one") + element(server, uuid, id="two"))
    for log in page.locator("webhook-log").all():
        expect(log).to_have_attribute("state", "live")
    assert viewers(post(server.address, f"/{uuid}/orders")) == "2"
    expect(page.locator("webhook-log .row-target")).to_have_text(["/orders", "/orders"])
    page.evaluate("document.querySelector('#one').remove()")
    expect(page.locator("#two [part=viewers]")).to_have_text("1 viewer")
    until_reported(page, "request", 2)


# Styles

THEME = """<style>
  webhook-log { --webhook-log-surface: rgb(1, 2, 3); --webhook-log-ink: rgb(250, 251, 252);
    --webhook-log-radius: 0px; height: 200px }
  webhook-log::part(target) { color: rgb(9, 8, 7); font-style: italic }
  webhook-log::part(button) { font-style: italic }
  webhook-log[state=live]::part(badge-live) { text-transform: uppercase }
</style>"""


def test_properties_and_parts_style_the_element(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, THEME + element(server, uuid))
    log = live(page)
    for _ in range(20):
        post(server.address, f"/{uuid}/orders", b"{}")
    expect(log.locator(".row-target")).to_have_count(20)
    style = "(node, name) => getComputedStyle(node).getPropertyValue(name)"
    assert log.evaluate(style, "background-color") == "rgb(1, 2, 3)"
    assert log.locator(".list").evaluate(style, "color") == "rgb(250, 251, 252)"
    assert log.evaluate(style, "height") == "200px"
    assert log.evaluate(style, "border-radius") == "0px"
    assert log.locator(".row-target").first.evaluate(style, "color") == "rgb(9, 8, 7)"
    assert log.locator(".badge").evaluate(style, "text-transform") == "uppercase"
    log.locator(".row").first.click()
    for name in ("Clear", "Copy the value of Host", "Copy the body"):
        button = log.get_by_role("button", name=name)
        assert button.evaluate(style, "font-style") == "italic", name
    assert log.locator(".list").evaluate("list => list.scrollHeight > list.clientHeight")


def documented(pattern: str) -> set[str]:
    """Return the names in the first column of the tables in docs/embed.md."""
    lines = (ROOT / "docs/embed.md").read_text().splitlines()
    cells = [line.split("|")[1] for line in lines if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(pattern, cell)}


def test_the_documentation_lists_exactly_the_style_properties() -> None:
    sheet = (ROOT / "static/js/embed/webhook-log.css").read_text()
    assert documented("`(--webhook-log-[a-z]+)`") == set(re.findall("--webhook-log-[a-z]+", sheet))


def test_the_documentation_lists_exactly_the_parts() -> None:
    """The parts in its own templates, and those that it exports from inner elements."""
    files = (ROOT / "static/js/embed").glob("*.js")
    sources = "".join(file.read_text() for file in files)
    own = [name for text in re.findall(r'\bpart="([^"]*)"', sources) for name in text.split()]
    passed = [
        name for text in re.findall(r'exportparts="([^"]*)"', sources) for name in text.split(", ")
    ]
    badge = re.findall(r'"(badge[a-z-]*|button)"', sources)
    parts = {*own, *passed, *badge} - {"${entry.kind}"}
    parts |= {"gap", "recovered", "refused", "row", "row-opened"}
    assert documented("`::part\\(([a-z-]+)\\)`") == parts


SIZES = {"wide": (1280, 800), "narrow": (320, 640)}


def opened(page: Page, server: Server, uuid: str) -> None:
    post(server.address, f"/{uuid}/status/503?a=1", b'{"a": 1}', "Content-Type: application/json")
    post(server.address, f"/{uuid}/a/long/way/" + "down/" * 40, bytes(range(256)))
    log = page.locator("webhook-log")
    expect(log.locator(".row")).to_have_count(2)
    for line in log.locator(".row").all():
        line.press("Enter")  # not a click: content that loads above can move the row meanwhile
        expect(line).to_have_attribute("aria-expanded", "true")


STATES: dict[str, Callable[[Page, Server, str], object]] = {
    "empty": lambda page, server, uuid: None,
    "with a request that is open": opened,
    "refused": lambda page, server, uuid: page.evaluate(
        "document.querySelector('webhook-log').src = ''"
    ),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(server: Server, uuid: str, visit: Open, state: str, theme: str) -> None:
    page = visit(
        server, f"<style>:root {{ color-scheme: {theme} }}</style>" + element(server, uuid)
    )
    live(page)
    page.emulate_media(reduced_motion="reduce")  # colors in transition can lack contrast
    STATES[state](page, server, uuid)
    page.evaluate(AXE.read_text())
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        assert (name, page.evaluate(FIND, TAGS)) == (name, [])
        assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"


def test_the_element_follows_the_color_scheme_of_the_page(
    server: Server, uuid: str, visit: Open
) -> None:
    surface = "log => getComputedStyle(log).backgroundColor"
    page = visit(server, element(server, uuid))
    assert live(page).evaluate(surface) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert live(page).evaluate(surface) == "rgb(255, 255, 255)", "the page has but one theme"
    page.evaluate("document.documentElement.style.colorScheme = 'light dark'")
    assert live(page).evaluate(surface) == "rgb(19, 20, 23)"
    page.evaluate("document.querySelector('webhook-log').style.colorScheme = 'light'")
    assert live(page).evaluate(surface) == "rgb(255, 255, 255)"


def test_the_keyboard_reaches_every_control(server: Server, uuid: str, visit: Open) -> None:
    page = visit(server, element(server, uuid))
    log = live(page)
    for number in range(3):
        post(server.address, f"/{uuid}/{number}")
    expect(log.locator(".row")).to_have_count(3)
    for name in ("Clear", "Copy URL", "Open dashboard"):
        page.keyboard.press("Tab")
        expect(log.locator(".button", has_text=name)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    expect(log.locator(".row").last).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(log.locator(".row").nth(1)).to_have_attribute("aria-expanded", "true")
    post(server.address, f"/{uuid}/later")
    expect(log.locator(".row")).to_have_count(4)
    expect(log.locator(".row").nth(2)).to_be_focused()


# Size


@pytest.mark.parametrize("name", ["webhook-log.js", "stream.js"])
def test_the_documented_size_is_correct(name: str) -> None:
    size = len(gzip.compress((ROOT / "static/vendor/embed" / name).read_bytes(), mtime=0))
    documented_size = re.search(
        rf"`/static/{re.escape(name)}`[^|]*\|[^|]*\| (\d+) kB", (ROOT / "docs/embed.md").read_text()
    )
    print(f"{name}: {size:,} bytes")
    assert documented_size, "docs/embed.md does not give its size"
    assert round(size / 1000) <= int(documented_size[1]) <= round(1.1 * size / 1000), size
