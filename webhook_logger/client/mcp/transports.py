"""Build the MCP server, and serve it over stdio or streamable HTTP."""

from __future__ import annotations

import hmac
import logging
import socket
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import anyio
import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webhook_logger import __version__
from webhook_logger.client.mcp import resources
from webhook_logger.client.mcp.app import Server, ToolContext
from webhook_logger.client.mcp.sessions import IDLE_SECONDS, MAX_SESSIONS
from webhook_logger.client.mcp.stdin import ending_at_ctrl_c
from webhook_logger.client.mcp.tools import callbacks, requests, sending

TOOLS = [*callbacks.TOOLS, *requests.TOOLS, *sending.TOOLS]
PATH = "/mcp"
MAX_BODY_BYTES = 4 * 2**20
_STOP_SECONDS = 1
_LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
_CLOSED = b'{"error": "unauthorized", "message": "Send the header Authorization: Bearer <token>, '
_CLOSED += b'with the token in WEBHOOK_LOGGER_MCP_TOKEN."}'


def build(app: ToolContext) -> Server:
    """Return the server with all tools and resources."""
    logging.getLogger("mcp").setLevel(logging.ERROR)
    server = Server(app, __version__, TOOLS)
    resources.add_to(server)
    return server


def serve_stdio(app: ToolContext) -> None:
    """Serve one client until it closes stdin, or until Ctrl-C.

    Only the protocol is written to stdout. Raises `KeyboardInterrupt` after Ctrl-C.
    """
    with ending_at_ctrl_c():
        anyio.run(build(app).run_stdio_async)


def is_local(host: str) -> bool:
    """Return whether only this machine can connect to a server on this host."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def serve_http(app: ToolContext, listening: socket.socket, token: str) -> None:
    """Serve clients over HTTP until Ctrl-C. With a token, each request needs it."""
    host, port = listening.getsockname()[:2]
    security = _security(host, port) if is_local(host) else None
    asgi: ASGIApp = build(app).streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=MAX_BODY_BYTES,
        session_idle_timeout=IDLE_SECONDS,
        max_sessions=MAX_SESSIONS,
        transport_security=security,
        host=host,
    )
    config = uvicorn.Config(
        Doorkeeper(asgi, app, token),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
        ws="none",
    )
    anyio.run(uvicorn.Server(config).serve, [listening])


def _security(host: str, port: int) -> TransportSecuritySettings:
    """Return the settings against DNS rebinding: other names for this machine are refused."""
    hosts = [f"{name}:{port}" for name in (*_LOCAL_NAMES, host)]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=hosts,
        allowed_origins=[f"http://{host}" for host in hosts],
    )


class Doorkeeper:
    """Checks the token, refuses other sites, and frees sessions that clients end."""

    def __init__(self, inner: ASGIApp, app: ToolContext, token: str) -> None:
        self._inner = inner
        self._app = app
        self._expected = f"Bearer {token}".encode() if token else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if self._expected and not hmac.compare_digest(
            headers.get(b"authorization", b""), self._expected
        ):
            await _refuse(send)
            return
        if scope["method"] == "DELETE":
            await self._end(
                headers.get(b"mcp-session-id", b"").decode("latin-1"), scope, receive, send
            )
            return
        await self._inner(scope, receive, send)

    async def _end(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the library end a session, and then free its callbacks."""
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._inner(scope, receive, watch)
        if key and 200 <= status < 300:
            await self._app.sessions.end(key)


async def _refuse(send: Send) -> None:
    head: list[Any] = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(_CLOSED)).encode()),
        (b"www-authenticate", b"Bearer"),
    ]
    await send({"type": "http.response.start", "status": 401, "headers": head})
    await send({"type": "http.response.body", "body": _CLOSED})
