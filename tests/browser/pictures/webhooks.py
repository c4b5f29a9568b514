"""The requests that the pictures show."""

from __future__ import annotations

import json
import struct
import time
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from webhook_logger import providers
from webhook_logger.providers import OutgoingRequest

SECRETS = {"stripe": "whsec_lZ3q8VbB7tK2", "github": "It's a Secret to Everybody"}

STRIPE: dict[str, Any] = {
    "id": "evt_1QJ4TnLkdIwHu7ixTzb1xTzq",
    "object": "event",
    "api_version": "2026-10-28.acacia",
    "created": int(time.time()),
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
PAYMENT = {**STRIPE, "id": "evt_1QJ4UcLkdIwHu7ixJ0s9yPmd", "type": "payment_intent.succeeded"}
GITHUB = {
    "ref": "refs/heads/main",
    "before": "90d43cc1d5f1c2a8b3c46f1a3a9a4f0b5b0f5c11",
    "after": "810a9352b8d7e4f6a1c3b5d79e0f2a4c6b8d0e1f",
    "repository": {"id": 186853002, "full_name": "ada/engine", "private": False},
    "pusher": {"name": "ada", "email": "ada@example.com"},
    "commits": [{"id": "810a9352", "message": "Carry the ones", "added": [], "removed": []}],
}
CHALLENGE = {
    "token": "Jhj5dZrVaK7ZwHHjRyZWjbDl",
    "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
    "type": "url_verification",
}
FORM = "From=%2B15005550006&To=%2B15005550001&Body=Your+parcel+is+on+its+way&NumMedia=0"


class Webhook(NamedTuple):
    """A request to send."""

    method: str
    target: str
    """The subpath and the query."""
    body: bytes = b""
    lines: tuple[str, ...] = ()
    """The header lines."""


def signed(provider: str, target: str, event: object, *lines: str) -> Webhook:
    """Return a request with a JSON body that the provider has signed now."""
    body = json.dumps(event, indent=2).encode()
    given = ("Content-Type: application/json", *lines)
    headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in given))
    outgoing = OutgoingRequest(body=body, headers=headers)
    done = providers.get(provider).sign(outgoing, SECRETS[provider])
    return Webhook("POST", target, body, tuple(map(": ".join, done.headers)))


def github() -> Webhook:
    event = ("X-GitHub-Event: push", "X-GitHub-Delivery: 9d0f4a5c-22b8-4b1d-9c1e-7a6b3f1f7d21")
    return signed("github", "/github", GITHUB, "User-Agent: GitHub-Hookshot/044aadd", *event)


def stripe(event: object = STRIPE) -> Webhook:
    agent = "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)"
    return signed("stripe", "/stripe/events", event, agent)


def slack_handshake() -> Webhook:
    lines = (
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
        "Content-Type: application/json",
        f"X-Slack-Request-Timestamp: {int(time.time())}",
        "X-Slack-Signature: v0=1f2a8f1c5f0b7e7a9f1d5c0e5b4a39281706f5e4d3c2b1a00f9e8d7c6b5a4938",
    )
    return Webhook("POST", "/slack", json.dumps(CHALLENGE).encode(), lines)


def earlier() -> Iterator[Webhook]:
    """Yield some requests of different kinds, the oldest first."""
    yield Webhook("GET", "/health?from=monitor", b"", ("User-Agent: Better-Uptime/1.0",))
    yield github()
    form = ("User-Agent: TwilioProxy/1.1", "Content-Type: application/x-www-form-urlencoded")
    yield Webhook("POST", "/sms?account=7", FORM.encode(), form)
    picture = ("User-Agent: curl/8.9", "Content-Type: image/png")
    yield Webhook("PUT", "/avatars/ada.png", _gradient(), picture)
    yield Webhook("DELETE", "/carts/1842", b"", ("User-Agent: shop-worker/3.2",))


def all_webhooks() -> list[Webhook]:
    """Return the requests of most pictures, the oldest first."""
    return [*earlier(), stripe()]


def _gradient() -> bytes:
    """Return a PNG (its specification, section 5)."""
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
