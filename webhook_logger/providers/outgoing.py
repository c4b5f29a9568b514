"""Requests to send: made from the registry's samples, signed as their providers do."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from webhook_logger.headers import HeaderLines
from webhook_logger.providers.errors import UnknownEvent
from webhook_logger.providers.json_values import replace_texts
from webhook_logger.providers.locations import FORM, Values
from webhook_logger.providers.provider import Provider

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(uuid|now|now:iso)\}")


@dataclass(frozen=True)
class OutgoingRequest:
    """A request to sign; each provider signs some parts of it."""

    body: bytes = b""
    url: str = ""
    headers: HeaderLines = ()
    method: str = "POST"
    timestamp: int = field(default_factory=lambda: int(time.time()))
    """When it is signed, in seconds since 1970."""

    def values(self) -> Values:
        """Return the values that templates read."""
        parts = urlsplit(self.url)
        return Values(
            self.method,
            parts.scheme,
            parts.netloc.rpartition("@")[2],
            parts.path or "/",
            parts.query,
            self.headers,
            self.body,
        )


@dataclass(frozen=True)
class SignedRequest:
    """A signed request. Some providers put the signature into the body."""

    headers: HeaderLines
    body: bytes


def sample(provider: Provider, event: str | None, url: str) -> OutgoingRequest:
    """Return a sample of a provider. Raises `UnknownEvent`."""
    samples = provider.entry["samples"]
    events = [each["event"] for each in samples if "event" in each]
    if event is not None and event not in events:
        known = f"The events are: {', '.join(events)}." if events else "Its sample has no event."
        raise UnknownEvent(f"There is no sample of {provider.name}'s event “{event}”. {known}")
    chosen = next(each for each in samples if event in (None, each.get("event")))
    return _outgoing(chosen, url)


def _outgoing(chosen: dict[str, Any], url: str) -> OutgoingRequest:
    now = int(time.time())
    body, content_type = _body(chosen, lambda text: fill_sample(text, now))
    lines = [(name, fill_sample(text, now)) for name, text in chosen.get("headers", {}).items()]
    if content_type and all(name.lower() != "content-type" for name, _ in lines):
        lines.insert(0, ("Content-Type", content_type))
    query = fill_sample(chosen.get("query", ""), now)
    if query:
        url += ("&" if "?" in url else "?") + query
    headers = tuple((name, value.encode().decode("latin-1")) for name, value in lines)
    return OutgoingRequest(body, url, headers, chosen.get("method", "POST"), now)


def fill_sample(text: str, now: int) -> str:
    """Fill in `{uuid}`, `{now}` (seconds since 1970) and `{now:iso}`."""

    def filled(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        if found[1] == "uuid":
            return str(uuid4())
        if found[1] == "now":
            return str(now)
        return datetime.fromtimestamp(now, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    return _PLACEHOLDER.sub(filled, text)


def _body(chosen: dict[str, Any], fill: Callable[[str], str]) -> tuple[bytes, str]:
    """Return the body of a sample and its media type, both empty for none."""
    if "json" in chosen:
        filled = replace_texts(chosen["json"], fill)
        text = json.dumps(filled, separators=(",", ":"), ensure_ascii=False)
        return text.encode(), "application/json"
    if "form" in chosen:
        return urlencode(replace_texts(chosen["form"], fill)).encode(), FORM
    if "text" in chosen:
        return fill(chosen["text"]).encode(), "text/plain; charset=utf-8"
    return b"", ""
