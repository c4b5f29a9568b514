"""Access the internals of python-engineio's server.

It does not document its sessions and its asynchronous backend. The types here declare every
attribute that this project uses. The type checker allows no other attributes, and
tests/test_library_seams.py checks each one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, Protocol, cast

from engineio.packet import Packet
from engineio.payload import Payload
from engineio.socket import Socket

from webhook_logger.viewers.transport.outbox import Outbox


class Session(Protocol):
    """A viewer's Engine.IO session, with either transport. Engine.IO calls it a socket."""

    sid: str
    server: Engine
    queue: Outbox
    last_ping: float | None
    """Time of the ping that waits for its pong, in seconds since 1970."""
    connected: bool
    """Whether the session has begun, with its first poll or WebSocket."""
    upgrading: bool
    upgraded: bool
    """Whether the session uses a WebSocket."""
    closing: bool
    closed: bool

    def receive(self, pkt: Packet) -> None:
        """Handle a packet from the viewer."""

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """End the session, and report the reason to Socket.IO."""


class Reasons(Protocol):
    """The reasons for the end of a session."""

    TRANSPORT_CLOSE: str
    PING_TIMEOUT: str


class Engine(Protocol):
    """An Engine.IO server."""

    sockets: dict[str, Session]
    handlers: dict[str, Callable[..., Any]]
    """Socket.IO's handlers of `connect`, `message` and `disconnect`."""
    handle_request: Callable[..., Iterable[bytes]]
    generate_id: Callable[[], str]
    max_http_buffer_size: int
    ping_interval: float
    ping_timeout: float
    reason: Reasons
    logger: logging.Logger

    def on(self, event: str, handler: Callable[..., Any]) -> Any:
        """Replace a handler."""

    def start_background_task(self, target: Callable[..., Any], *args: Any) -> Any:
        """Run `target` in a green thread."""


def use_backend(
    engine: Engine,
    queue: Callable[[], Any],
    queue_empty: type[Exception],
    websocket: Callable[..., Any],
) -> None:
    """Make Engine.IO use these queues and WebSockets for new sessions."""
    server = cast("Any", engine)
    server._async = {
        **server._async,
        "queue": queue,
        "queue_empty": queue_empty,
        "websocket": websocket,
    }


def end_session_ids(engine: Engine, suffix: str) -> None:
    """Make the id of each new session end in this text. Socket.IO takes its ids from here, too."""
    generate = engine.generate_id
    engine.generate_id = lambda: generate() + suffix


def session_of(handler: Callable[..., Any]) -> Session:
    """Return the session of the method that Engine.IO passes to a WebSocket."""
    return cast("Session", handler.__self__)  # type: ignore[attr-defined]


def set_max_packets(maximum: int) -> None:
    """Set the maximum number of packets in one POST."""
    Payload.max_decode_packets = maximum


def schedule_pings(schedule: Callable[[Session], None]) -> None:
    """Call `schedule` when a session begins and after each pong, to send the next ping after the
    interval. Engine.IO would start a thread, which sleeps for that long.
    """
    Socket.schedule_ping = schedule
