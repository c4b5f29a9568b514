"""A WebSocket transport for Engine.IO, optimized for sending one event to many viewers.

Engine.IO's own transport has an unbounded queue and two green threads per viewer, and encodes an
event for each viewer. This one makes a frame once for all viewers, and writes it without a thread
while the socket's buffer has room.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from queue import Empty
from typing import Any

from webhook_logger.viewers.transport.engineio import (
    Engine,
    Session,
    end_session_ids,
    schedule_pings,
    set_max_packets,
    use_backend,
)
from webhook_logger.viewers.transport.event_stream import EVENTS, EventStream, Opening
from webhook_logger.viewers.transport.outbox import Outbox, measure_turn
from webhook_logger.viewers.transport.outgoing import Shared, draining
from webhook_logger.viewers.transport.packets import NamedPacket, packet_class
from webhook_logger.viewers.transport.tasks import (
    after_connect_timeout,
    disconnect,
    disconnect_after,
    disconnect_over_limit,
    disconnect_with_bye,
    pong,
)
from webhook_logger.viewers.transport.websocket import MessageRate, UpgradeRequired, WebSocket

__all__ = [
    "EVENTS",
    "Engine",
    "NamedPacket",
    "Opening",
    "Outbox",
    "Session",
    "Shared",
    "UpgradeRequired",
    "after_connect_timeout",
    "disconnect",
    "disconnect_after",
    "disconnect_over_limit",
    "disconnect_with_bye",
    "draining",
    "end_session_ids",
    "install",
    "measure_turn",
    "outbox_of",
    "packet_class",
    "session_of",
    "set_max_packets",
]


def session_of(server: Any, sid: str) -> Session | None:
    """Return the session of a viewer of the Socket.IO server; None if the viewer has left."""
    socket: Session | None = server.eio.sockets.get(server.manager.eio_sid_from_sid(sid, "/"))
    return socket


def outbox_of(server: Any, sid: str) -> Outbox | None:
    """Return the outbox of a viewer of the Socket.IO server; None if the viewer has left."""
    socket = session_of(server, sid)
    return socket.queue if socket else None


def install(engineio: Engine, max_outbox_bytes: int, rate: MessageRate) -> None:
    """Make the Engine.IO server use this transport, and event streams."""

    def connect(handler: Callable[..., Any], server: Engine) -> Callable[..., Any]:
        def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            if EVENTS in environ:
                transport: Any = EventStream(max_outbox_bytes, handler)
            else:
                transport = WebSocket(rate, handler)
            return transport(environ, start_response)

        return serve

    schedule_pings(pong)
    use_backend(engineio, partial(Outbox, max_outbox_bytes), Empty, connect)
