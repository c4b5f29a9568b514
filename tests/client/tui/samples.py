"""Requests and actions for the tests of the view."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.display import Check
from webhook_logger.client.errors import Invalid
from webhook_logger.client.http import HttpResponse
from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.relay.target import Target

HOSTILE = "\x1b[31mred\x1b]0;title\x07 [bold]x[/bold] \u202e"
_WIRE = json.loads((Path(__file__).parents[2] / "fixtures" / "curl.json").read_text())["request"]


def sample(seq: int = 1, body: bytes = b"", **fields: Any) -> CapturedRequest:
    """Return a captured request."""
    request = CapturedRequest.from_wire(_WIRE | {"seq": seq})
    return replace(request, body=Body(body, len(body)), **fields)


def outcome(status: int, body: bytes = b"", url: str = "http://localhost:3000") -> ForwardOutcome:
    """Return the outcome of forwarding a request."""
    return ForwardOutcome(Target.at(url), HttpResponse(status, (), body), seconds=0.5, attempts=1)


class FakeActions:
    """Records what the keys do, instead of doing it."""

    def __init__(self, *targets: str) -> None:
        self.known = list(targets)
        self.sent: list[CapturedRequest] = []
        self.secrets: list[str] = []
        self.opened = threading.Event()

    def targets(self, request: CapturedRequest) -> Sequence[str]:
        return self.known

    def add_target(self, url: str) -> None:
        if "://" not in url:
            raise Invalid(f"Not a URL: {url}")
        self.known.append(url)

    def replay(self, request: CapturedRequest) -> Sequence[ForwardOutcome]:
        self.sent.append(request)
        return [outcome(503, b"try later", url) for url in self.known]

    def curl(self, request: CapturedRequest) -> str:
        return "curl " + "x" * len(request.body.content)

    def open(self, url: str) -> bool:
        self.opened.set()
        return False

    def signer(self, request: CapturedRequest) -> str:
        return "Stripe"

    def check(self, request: CapturedRequest) -> Check | None:
        if not self.secrets:
            return None
        is_right = self.secrets[-1] == "right"
        return Check("✓", "Valid.") if is_right else Check("✗", "The signature is not valid.")

    def set_secret(self, request: CapturedRequest, secret: str) -> None:
        self.secrets.append(secret)
