"""The picture of the interactive view of `listen`, drawn in memory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from playwright.sync_api import Browser

from tests.browser.pictures.webhooks import Webhook
from tests.client.tui.samples import FakeActions, outcome, sample
from webhook_logger.captured import CapturedRequest
from webhook_logger.client.display import Check
from webhook_logger.client.stream.events import ConnectionStatus, Responded
from webhook_logger.client.tui.app import ListenApp
from webhook_logger.client.tui.view import View

_UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_URL = f"http://localhost:8000/{_UUID}"
_TARGET = "localhost:3000/hooks"
_SIZE = (124, 34)
_STYLE = "svg { width: 1160px } body { background: #292929 }"  # the colour behind its round corners
_START = datetime.now(timezone.utc)  # the row of the connection has the current time


def view_svg(webhooks: Sequence[Webhook]) -> str:
    """Return a picture of the view with these requests."""
    ended = threading.Event()
    try:
        return asyncio.run(_svg(webhooks, ended))
    finally:
        ended.set()


def take_view(browser: Browser, svg: str) -> bytes:
    """Return the picture as a PNG."""
    page = browser.new_page(viewport={"width": 1600, "height": 1000}, device_scale_factor=2)
    page.set_content(f"<style>{_STYLE}</style>{svg}")
    return page.locator("svg").screenshot()


async def _svg(webhooks: Sequence[Webhook], ended: threading.Event) -> str:
    view = View((_TARGET,))
    view.connection_changed(ConnectionStatus("live"), "Live.")
    view.addresses(_URL, _URL)
    for seq, webhook in enumerate(webhooks, start=1):
        request = _captured(seq, *webhook)
        is_signed = "stripe" in request.subpath
        view.totals.add("received")
        view.request(request, Check("✓", "The signature is valid.") if is_signed else None)
        view.forwarded(request, outcome(200, b"ok", f"http://{_TARGET}"))
        view.responded(Responded("first", seq, 200, "responder"))
        if seq == 2:
            view.gap("2 requests were missed while this was not live.")
            view.totals.add("missed", 2)
    app = ListenApp(view, FakeActions(_TARGET), ended.wait)
    async with app.run_test(size=_SIZE) as pilot:
        await pilot.pause(0.5)
        return app.export_screenshot(title="webhook-logger listen")


def _captured(
    seq: int, method: str, target: str, body: bytes, lines: Sequence[str]
) -> CapturedRequest:
    subpath, _, query = target.partition("?")
    headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
    return sample(
        seq,
        body,
        method=method,
        path=f"/{_UUID}{subpath}",
        subpath=subpath,
        query_string=query,
        headers=headers,
        received_at=_START + timedelta(seconds=7 * seq),
    )
