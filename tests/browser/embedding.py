"""Pages of others with `<webhook-log>` in them, and what they are told."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.sender import Response, post

EVENTS = ("request", "gap", "refused", "responded", "link")
# What every page here has before its element: it keeps each event that reaches the document.
LISTEN = f"""<script nonce="page">
  window.told = [];
  for (const name of {json.dumps(EVENTS)})
    document.addEventListener(name, ({{type, detail, target}}) =>
      told.push([type, detail, target.id]));
</script>"""


def url_of(server: Server) -> str:
    """With its prefix."""
    return server.url + str(server.settings.get("URL_PREFIX", ""))


def page_with(server: Server, body: str) -> str:
    """The page, with the script of the element as that server gives it out."""
    return f"""<!doctype html><html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A tool</title><link rel="icon" href="data:,">{LISTEN}</head>
<body><main><h1>A tool</h1>{body}</main>
<script type="module" src="{url_of(server)}/static/webhook-log.js"></script></body></html>"""


def element(server: Server, uuid: str, **attributes: object) -> str:
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<webhook-log src="{url_of(server)}/{uuid}"{more}></webhook-log>'


def live(page: Page) -> Locator:
    """The page's element, once it is live."""
    log = page.locator("webhook-log")
    expect(log).to_have_attribute("state", "live")
    expect(log.locator(".badge")).to_have_text("Live")
    return log


def told(page: Page, *names: str) -> list[Any]:
    """The details of the page's events so far, of those names."""
    return [detail for name, detail, _ in page.evaluate("told") if name in names]


def until_told(page: Page, name: str, count: int = 1) -> list[Any]:
    """The details of the events of that name, once there are so many."""
    page.wait_for_function(f"told.filter(([name]) => name === '{name}').length >= {count}")
    return told(page, name)


def until_unwatched(server: Server, path: str) -> None:
    """Send requests until the server knows that the last viewer has gone."""
    eventually(lambda: viewers(post(server.address, path)) == "0")


def viewers(response: Response) -> str:
    return response.headers["webhook-viewers"]
