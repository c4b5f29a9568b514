"""Whose pages may connect to the stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

# A proxy may give a WebSocket's scheme; a page's origin never has one.
_SCHEMES = {"ws": "http", "wss": "https"}

Rule = Callable[[str, dict[str, Any]], bool]


class Origins:
    """Those listed, or every one with `*`; and always the page's own."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = allowed

    @property
    def rule(self) -> str | Rule:
        """What Engine.IO takes as `cors_allowed_origins`.

        A WebSocket gets through, to be refused by `refusal`: browsers tell a page why a CONNECT
        failed, and of a handshake nothing. No page can send `Upgrade` with anything else, whose
        answer CORS would then let it read.
        """
        if "*" in self._allowed:
            return "*"
        return lambda origin, environ: _is_websocket(environ) or self._allows(origin, environ)

    def refusal(self, environ: dict[str, Any]) -> str | None:
        """Why the page that opens this connection may not; None where it may."""
        origin = environ.get("HTTP_ORIGIN")
        if not origin or "*" in self._allowed or self._allows(origin, environ):
            return None
        return (
            f"pages of {origin} may not connect to this server; its setting CORS_ALLOWED_ORIGINS "
            "says which may"
        )

    def _allows(self, origin: str, environ: dict[str, Any]) -> bool:
        scheme = environ["wsgi.url_scheme"]
        own = f"{_SCHEMES.get(scheme, scheme)}://{environ.get('HTTP_HOST', '')}"
        return origin == own or origin in self._allowed


def _is_websocket(environ: dict[str, Any]) -> bool:
    return str(environ.get("HTTP_UPGRADE", "")).lower() == "websocket"
