"""A reply has the dashboard's origin, but can't do anything there, regardless of its content."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.client import HTTPConnection

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

SCRIPT = """
  document.title = "ran";
  top.document.title = "ran";
  localStorage.setItem("evil", "1");
  navigator.serviceWorker.register(location.pathname);
  document.cookie = "evil=1";
  fetch("/api/callbacks/" + location.pathname.split("/")[1] + "/reply", {method: "DELETE"});
"""
EVIL = (
    "<title>quiet</title><script>{script}</script><svg onload='{script}'/>"
    "<img src='x' onerror='{script}'/><a id='a' href='javascript:{script}'>a</a>"
    "<iframe id='f' src='/view/{uuid}'></iframe>"
    "<meta http-equiv='refresh' content='0;url=javascript:{script}'/>"
)
XSLT = (
    "<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='#s'?>"
    "<x:stylesheet id='s' version='1.0' xmlns:x='http://www.w3.org/1999/XSL/Transform'>"
    "<x:template match='/'><html xmlns='http://www.w3.org/1999/xhtml'><title>quiet</title>"
    "<script>{script}</script></html></x:template></x:stylesheet>"
)
SVG = "<svg xmlns='http://www.w3.org/2000/svg'><title>quiet</title><script>{script}</script></svg>"
XHTML = "<html xmlns='http://www.w3.org/1999/xhtml'><title>quiet</title><script>{script}</script></html>"
REPLIES = {
    "text/html": EVIL,
    "text/html; charset=utf-16be": EVIL,
    "image/svg+xml": SVG,
    "application/xhtml+xml": XHTML,
    "text/xml": XSLT,
    "text/javascript": SCRIPT,
}
"""Bodies by content type; a reply can also choose the charset."""

# The data that a script in a reply could access if it ran.
FINDINGS = """async (uuid) => {
  const tried = async (what) => {
    try { return String(await what()); } catch (error) { return error.name; }
  };
  return {
    origin: await tried(() => self.origin),
    storage: await tried(() => localStorage.length),
    session: await tried(() => sessionStorage.length),
    database: await tried(() => new Promise((done, fail) => {
      const open = indexedDB.open("x");
      open.onsuccess = () => done("open");
      open.onerror = () => fail(open.error);
    })),
    cookie: await tried(() => document.cookie),
    worker: await tried(() => navigator.serviceWorker.register("/" + uuid)),
    api: await tried(async () => (await fetch(`/api/callbacks/${uuid}/reply`)).text()),
    page: await tried(async () => (await fetch(`/view/${uuid}`)).text()),
    opener: await tried(() => opener.document.title),
  };
}"""
WORKERS = "async () => (await navigator.serviceWorker.getRegistrations()).length"
KEPT_OUT = {
    "origin": "null",
    "storage": "SecurityError",
    "session": "SecurityError",
    "database": "SecurityError",
    "cookie": "SecurityError",
    "worker": "SecurityError",
    "api": "TypeError",
    "page": "TypeError",
}


def set_reply(server: Server, uuid: str, content_type: str, content: str) -> None:
    fields = {
        "headers": [["Content-Type", content_type]],
        "body": {"encoding": "utf-8", "content": content},
    }
    connection = HTTPConnection(*server.address, timeout=PATIENCE_SECONDS)
    connection.request("PUT", f"/api/callbacks/{uuid}/reply", json.dumps(fields))
    assert connection.getresponse().status == 200
    connection.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context() as context:
        yield context


@pytest.fixture
def dashboard(server: Server, context: BrowserContext, uuid: str) -> Page:
    """The dashboard of the callback, with data in the browser's storage."""
    page = context.new_page()
    page.goto(f"{server.url}/view/{uuid}")
    page.evaluate("() => { localStorage.setItem('secret', '1'); }")
    return page


def opened_by(dashboard: Page, url: str) -> Page:
    with dashboard.expect_popup() as popup:
        dashboard.evaluate("url => { open(url); }", url)
    popup.value.wait_for_load_state()
    return popup.value


@pytest.mark.parametrize("content_type", REPLIES)
def test_nothing_in_a_reply_runs(
    server: Server, dashboard: Page, uuid: str, content_type: str
) -> None:
    content = REPLIES[content_type].replace("{script}", SCRIPT).replace("{uuid}", uuid)
    set_reply(server, uuid, content_type, content)
    title = dashboard.title()
    reply = opened_by(dashboard, f"{server.url}/{uuid}")
    assert reply.title() != "ran"
    assert dashboard.title() == title
    kept = set(dashboard.evaluate("() => Object.keys(localStorage)"))
    assert kept - {"webhook-logger recent"} == {"secret"}
    assert dashboard.evaluate(WORKERS) == 0
    assert dashboard.context.cookies() == []
    assert reply.context.pages == [dashboard, reply]
    assert post(server.address, f"/{uuid}").body == content.encode(), "the reply was not reset"


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/xhtml+xml"])
def test_a_script_in_a_reply_would_have_an_opaque_origin(
    server: Server, dashboard: Page, uuid: str, content_type: str
) -> None:
    content = SVG if content_type == "image/svg+xml" else XHTML
    set_reply(server, uuid, content_type, content.replace("{script}", ""))
    reply = opened_by(dashboard, f"{server.url}/{uuid}")
    found = reply.evaluate(FINDINGS, uuid)
    assert {name: found[name] for name in KEPT_OUT} == KEPT_OUT
    assert found["opener"] in ("SecurityError", "TypeError")


def test_a_reply_cannot_frame_the_dashboard(server: Server, dashboard: Page, uuid: str) -> None:
    set_reply(server, uuid, "text/html", f"<iframe src='/view/{uuid}'></iframe>")
    reply = opened_by(dashboard, f"{server.url}/{uuid}")
    [frame] = reply.frames[1:]
    assert frame.locator("webhook-page").count() == 0
