"""The door to the inside of python-engineio's server.

It documents neither its sessions nor what it runs on. All that is used of them has a name here, the
type checker allows nothing else, and tests/test_library_seams.py asserts each.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, Protocol, cast

from engineio.packet import Packet
from engineio.payload import Payload

from webhook_logger.viewers.transport.outbox import Outbox


class Session(Protocol):
    """One Engine.IO session, of a viewer on either transport; Engine.IO calls it a socket."""

    sid: str
    server: Engine
    queue: Outbox
    last_ping: float | None
    """When the ping was sent that waits for its pong, in seconds since 1970."""
    connected: bool
    """Whether it has begun, by its first poll or WebSocket."""
    upgrading: bool
    upgraded: bool
    """Whether it is on a WebSocket."""
    closing: bool
    closed: bool

    def receive(self, pkt: Packet) -> None:
        """Handle a packet of the viewer."""

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """End it, and let Socket.IO know why."""


class Reasons(Protocol):
    """Why a session ends."""

    TRANSPORT_CLOSE: str
    PING_TIMEOUT: str


class Engine(Protocol):
    """An Engine.IO server."""

    sockets: dict[str, Session]
    handlers: dict[str, Callable[..., Any]]
    """Of `connect`, `message` and `disconnect`: Socket.IO's own."""
    handle_request: Callable[..., Iterable[bytes]]
    max_http_buffer_size: int
    ping_interval: float
    ping_timeout: float
    reason: Reasons
    logger: logging.Logger

    def on(self, event: str, handler: Callable[..., Any]) -> Any:
        """Replace a handler."""

    def start_background_task(self, target: Callable[..., Any], *args: Any) -> Any:
        """Run it in a green thread."""


def run_on(
    engine: Engine,
    queue: Callable[[], Any],
    queue_empty: type[Exception],
    websocket: Callable[..., Any],
) -> None:
    """Let Engine.IO use other queues and WebSockets for the sessions that begin from now on."""
    inside = cast("Any", engine)
    inside._async = {
        **inside._async,
        "queue": queue,
        "queue_empty": queue_empty,
        "websocket": websocket,
    }


def session_of(handler: Callable[..., Any]) -> Session:
    """Return the session whose method Engine.IO gives to a WebSocket."""
    return cast("Session", handler.__self__)  # type: ignore[attr-defined]


def take_packets(most: int) -> None:
    """Set the maximum number of packets in one POST."""
    Payload.max_decode_packets = most
