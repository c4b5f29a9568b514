"""The origins whose pages may connect to the stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from webhook_logger.errors import Reason, Refusal

# A proxy may report a WebSocket's scheme, which no origin has.
_SCHEMES = {"ws": "http", "wss": "https"}

Rule = Callable[[str, dict[str, Any]], bool]


class Origins:
    """Allowed origins: those listed, or all with `*`, and always the server's own."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = allowed

    @property
    def rule(self) -> str | Rule:
        """Return the value of Engine.IO's `cors_allowed_origins`.

        It allows all WebSockets; `refusal` refuses them later. A page learns why a CONNECT failed,
        and nothing about a failed handshake. Only a WebSocket can send `Upgrade` from a page, so
        this allows no other response to be read.
        """
        if "*" in self._allowed:
            return "*"
        return lambda origin, environ: _is_websocket(environ) or self._allows(origin, environ)

    def refusal(self, environ: dict[str, Any]) -> Refusal | None:
        """Return why the page that opens this connection may not; None where it may."""
        origin = environ.get("HTTP_ORIGIN")
        if not origin or "*" in self._allowed or self._allows(origin, environ):
            return None
        message = (
            f"Pages of {origin} may not connect to this server. Its setting CORS_ALLOWED_ORIGINS "
            "says which may."
        )
        return Refusal(Reason.ORIGIN_NOT_ALLOWED, message)

    def _allows(self, origin: str, environ: dict[str, Any]) -> bool:
        scheme = environ["wsgi.url_scheme"]
        own = f"{_SCHEMES.get(scheme, scheme)}://{environ.get('HTTP_HOST', '')}"
        return origin == own or origin in self._allowed


def _is_websocket(environ: dict[str, Any]) -> bool:
    return str(environ.get("HTTP_UPGRADE", "")).lower() == "websocket"
