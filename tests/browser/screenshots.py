"""Takes the README's screenshots of a real page: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import OPTIONS
from tests.browser.view_picture import take_view, view_svg
from tests.support.processes import ROOT, Server
from tests.support.sender import send

FOLDER = ROOT / "docs"
UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
# The address of `make run`, so that the screenshots do not show a random port.
AUTHORITY = "localhost:8000"
WIDE = {"width": 1280, "height": 832}
PHONE = {"width": 390, "height": 844}

# Name of each screenshot, the options of its context, and whether a request is open.
PICTURES = {
    "screenshot": ({"viewport": WIDE, "color_scheme": "light"}, True),
    "screenshot-dark": ({"viewport": WIDE, "color_scheme": "dark"}, True),
    "screenshot-phone": ({"viewport": PHONE, "color_scheme": "light", "is_mobile": True}, False),
}

STRIPE = {
    "id": "evt_1QJ4TnLkdIwHu7ixTzb1xTzq",
    "object": "event",
    "api_version": "2026-10-28.acacia",
    "created": 1795000000,
    "type": "checkout.session.completed",
    "data": {
        "object": {
            "id": "cs_live_a1Vb9Qz",
            "amount_total": 4200,
            "currency": "eur",
            "customer_details": {"email": "ada@example.com", "name": "Ada Lovelace"},
            "payment_status": "paid",
            "shipping_cost": None,
        }
    },
    "livemode": True,
    "pending_webhooks": 1,
}
GITHUB = {
    "ref": "refs/heads/main",
    "before": "90d43cc1d5f1c2a8b3c46f1a3a9a4f0b5b0f5c11",
    "after": "810a9352b8d7e4f6a1c3b5d79e0f2a4c6b8d0e1f",
    "repository": {"id": 186853002, "full_name": "ada/engine", "private": False},
    "pusher": {"name": "ada", "email": "ada@example.com"},
    "commits": [{"id": "810a9352", "message": "Carry the ones", "added": [], "removed": []}],
}
FORM = "From=%2B15005550006&To=%2B15005550001&Body=Your+parcel+is+on+its+way&NumMedia=0"
JSON = "Content-Type: application/json"


def picture_bytes() -> bytes:
    """A PNG with a gradient (its specification, section 5)."""
    side = 160
    rows = (bytes((0, *(part for x in range(side) for part in (x, y, 200)))) for y in range(side))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(rows))),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def webhooks() -> Iterator[tuple[str, str, bytes, list[str]]]:
    """Yield the method, subpath and query, body and header lines of each request."""
    yield "GET", "/health?from=monitor", b"", ["User-Agent: Better-Uptime/1.0"]
    github = ["User-Agent: GitHub-Hookshot/044aadd", "X-GitHub-Event: push", JSON]
    yield (
        *("POST", "/github", json.dumps(GITHUB).encode()),
        [*github, "X-Hub-Signature-256: sha256=d57c68ca6f92289e6987922ff26938930f6e66a2d161ef06ab"],
    )
    form = ["User-Agent: TwilioProxy/1.1", "Content-Type: application/x-www-form-urlencoded"]
    yield "POST", "/sms?account=7", FORM.encode(), form
    yield (
        "PUT",
        "/avatars/ada.png",
        picture_bytes(),
        ["User-Agent: curl/8.9", "Content-Type: image/png"],
    )
    yield "DELETE", "/carts/1842", b"", ["User-Agent: shop-worker/3.2"]
    stripe = ["User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)", JSON]
    yield (
        *("POST", "/stripe/events", json.dumps(STRIPE, indent=2).encode()),
        [
            *stripe,
            "Stripe-Signature: t=1795000000,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56",
        ],
    )


def send_all(server: Server) -> None:
    for method, path, body, lines in webhooks():
        head = [f"{method} /{UUID}{path} HTTP/1.1", "Host: hooks.example.com", *lines]
        head.append(f"Content-Length: {len(body)}")
        response = send(server.address, "\r\n".join(head).encode() + b"\r\n\r\n" + body)
        assert response.status == 200, response


def take(browser: Browser, server: Server, name: str) -> None:
    """Take one screenshot of a page that has received all requests."""
    options, opened = PICTURES[name]
    with browser.new_context(device_scale_factor=2, reduced_motion="reduce", **options) as context:
        page = context.new_page()
        page.goto(f"http://{AUTHORITY}/view/{UUID}")
        expect(page.locator(".badge[data-state=live]")).to_be_visible()
        send_all(server)
        settle(page, opened)
        page.screenshot(path=FOLDER / f"{name}.png")
        print(FOLDER.name + f"/{name}.png")


def settle(page: Page, opened: bool) -> None:
    """Wait until the page shows all requests; open the newest if `opened`."""
    count = len(list(webhooks()))
    expect(page.locator(".row")).to_have_count(count)
    if opened:
        page.locator(".row").first.click()
        expect(page.locator("request-detail")).to_contain_text("Stripe-Signature")
        page.mouse.move(0, 0)


def main() -> None:
    svg = view_svg(list(webhooks()))
    with Server() as server, sync_playwright() as playwright:
        here = f"--host-resolver-rules=MAP {AUTHORITY} {server.authority}"
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*OPTIONS, here]
        )
        for name in PICTURES:
            take(browser, server, name)
        take_view(browser, svg)
        browser.close()


if __name__ == "__main__":
    main()
