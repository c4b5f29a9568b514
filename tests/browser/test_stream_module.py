"""stream.js in a page of another origin, in a worker of that page, and without WebSocket."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.embedding import until_unwatched
from tests.browser.waiting import until_true
from tests.support.pages import Pages
from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

# A module that uses the stream; the page defines `report`.
MODULE = """
import {{ openStream, parseCallbackUrl }} from "{server}/static/stream.js";
globalThis.stream = openStream(parseCallbackUrl("{server}/{uuid}"), {{
  joined: () => report("live"),
  linkChanged: ({{ state }}) => report(state),
  requestArrived: ({{ seq, body }}) => report(`${{seq}} ${{body.content}}`),
}});
"""
PAGE = """<!doctype html><link rel="icon" href="data:,"><script>
window.reports = []; window.report = text => reports.push(text);</script>"""
IN_PAGE = PAGE + '<script type="module">{module}</script>'
# From a blob: a worker's script must have its page's origin, but its imports need not.
IN_WORKER = (
    PAGE
    + """<script>const source = `const report = text => postMessage(text);{module}`;
const url = URL.createObjectURL(new Blob([source], {{ type: "text/javascript" }}));
new Worker(url, {{ type: "module" }}).onmessage = ({{ data }}) => report(data);</script>"""
)
WITHOUT_WEBSOCKET = "delete globalThis.WebSocket"


def until_reported(page: Page, text: str) -> None:
    until_true(page, "text => reports.includes(text)", text)


@pytest.mark.parametrize("template", [IN_PAGE, IN_WORKER], ids=["page", "worker"])
def test_the_module_receives_requests_across_origins(
    server: Server, uuid: str, site: Pages, open_page: Open, template: str
) -> None:
    module = MODULE.format(server=server.url, uuid=uuid)
    if template is IN_WORKER:
        module = module.replace("`", "\\`").replace("$", "\\$")
    site.put("/", template.format(module=module))
    page = open_page(site, "/")
    until_reported(page, "live")
    response = post(server.address, f"/{uuid}", b"hello")
    assert response.headers["webhook-viewers"] == "1"
    until_reported(page, "1 hello")


def test_the_module_polls_across_origins_without_websocket(
    server: Server, uuid: str, site: Pages, open_page: Open
) -> None:
    site.put("/", IN_PAGE.format(module=MODULE.format(server=server.url, uuid=uuid)))
    page = open_page(site, "/")
    until_reported(page, "live")
    page.add_init_script(WITHOUT_WEBSOCKET)
    page.reload()
    until_reported(page, "live")
    post(server.address, f"/{uuid}", b"hello")
    until_reported(page, "1 hello")
    page.evaluate("stream.close()")
    until_unwatched(server, f"/{uuid}")
