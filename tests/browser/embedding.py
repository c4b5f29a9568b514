"""Pages of other origins with `<webhook-log>`, and the events that they receive."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.waiting import until_true
from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.sender import Response, post

EVENTS = ("request", "gap", "recovered", "refused", "responded", "link")
# Runs before the element, and records each event that reaches the document.
LISTEN = f"""<script nonce="page">
  window.events = [];
  for (const name of {json.dumps(EVENTS)})
    document.addEventListener(name, ({{type, detail, target}}) =>
      events.push([type, detail, target.id]));
</script>"""


def url_of(server: Server) -> str:
    """Return the server's base URL, with its prefix."""
    return server.url + str(server.settings.get("URL_PREFIX", ""))


def page_with(server: Server, body: str) -> str:
    """Return a page with this body and the element script of that server."""
    return f"""<!doctype html><html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A tool</title><link rel="icon" href="data:,">{LISTEN}</head>
<body><main><h1>A tool</h1>{body}</main>
<script type="module" src="{url_of(server)}/static/webhook-log.js"></script></body></html>"""


def element(server: Server, uuid: str, **attributes: object) -> str:
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<webhook-log src="{url_of(server)}/{uuid}"{more}></webhook-log>'


def live(page: Page) -> Locator:
    """Wait until the page's element is live, and return it."""
    log = page.locator("webhook-log")
    expect(log).to_have_attribute("state", "live")
    expect(log.locator(".badge")).to_have_text("Live")
    return log


def events(page: Page, *names: str) -> list[Any]:
    """Return the details of the page's events of those names so far."""
    return [detail for name, detail, _ in page.evaluate("events") if name in names]


def until_reported(page: Page, name: str, count: int = 1) -> list[Any]:
    """Wait for at least `count` events of that name, and return their details."""
    until_true(page, f"events.filter(([name]) => name === '{name}').length >= {count}")
    return events(page, name)


def until_unwatched(server: Server, path: str) -> None:
    """Send requests until the server has noticed that the last viewer has left."""
    eventually(lambda: viewers(post(server.address, path)) == "0")


def viewers(response: Response) -> str:
    return response.headers["webhook-viewers"]
