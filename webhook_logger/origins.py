"""Whose pages may connect to the stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

# A proxy may give a WebSocket's scheme; a page's origin never has one.
_SCHEMES = {"ws": "http", "wss": "https"}

Rule = Callable[[str, dict[str, Any]], bool]


def origin_rule(allowed: Sequence[str]) -> str | Rule:
    """What Engine.IO takes as `cors_allowed_origins`: `*`, or those listed and the page's own."""
    if "*" in allowed:
        return "*"

    def allows(origin: str, environ: dict[str, Any]) -> bool:
        scheme = environ["wsgi.url_scheme"]
        own = f"{_SCHEMES.get(scheme, scheme)}://{environ.get('HTTP_HOST', '')}"
        return origin == own or origin in allowed

    return allows
