"""Check the origins of pages that connect to the stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from webhook_logger.errors import Reason, Refusal

# A proxy may report a WebSocket's scheme, which is never part of an origin.
_SCHEMES = {"ws": "http", "wss": "https"}

Rule = Callable[[str, dict[str, Any]], bool]


class Origins:
    """The allowed origins: the listed ones, or all with `*`, and always the server's own."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = allowed

    @property
    def rule(self) -> str | Rule:
        """Return the value of Engine.IO's `cors_allowed_origins`.

        The value allows all WebSockets; `refusal` refuses them later. A page can read why a CONNECT
        failed, but not why a handshake failed. From a page, only a WebSocket can send `Upgrade`, so
        pages of other origins can read no other response.
        """
        if "*" in self._allowed:
            return "*"
        return lambda origin, environ: _is_websocket(environ) or self._allows(origin, environ)

    @property
    def allow_credentials(self) -> bool:
        """Whether pages of the allowed origins may send cookies; not with `*`, which allows all."""
        return "*" not in self._allowed

    def headers(self, environ: dict[str, Any]) -> dict[str, str]:
        """Return the headers that let a page of another origin read a response, if it may."""
        origin = environ.get("HTTP_ORIGIN")
        if not origin or self.refusal(environ):
            return {}
        allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        if self.allow_credentials:
            allowed["Access-Control-Allow-Credentials"] = "true"
        return allowed

    def refusal(self, environ: dict[str, Any]) -> Refusal | None:
        """Return why this page cannot connect; None if it can."""
        origin = environ.get("HTTP_ORIGIN")
        if not origin or "*" in self._allowed or self._allows(origin, environ):
            return None
        message = (
            f"Pages of {origin} cannot connect to this server. To allow them, add the origin to "
            "the server's setting CORS_ALLOWED_ORIGINS."
        )
        return Refusal(Reason.ORIGIN_NOT_ALLOWED, message)

    def _allows(self, origin: str, environ: dict[str, Any]) -> bool:
        scheme = environ["wsgi.url_scheme"]
        own = f"{_SCHEMES.get(scheme, scheme)}://{environ.get('HTTP_HOST', '')}"
        return origin == own or origin in self._allowed


def _is_websocket(environ: dict[str, Any]) -> bool:
    return str(environ.get("HTTP_UPGRADE", "")).lower() == "websocket"
