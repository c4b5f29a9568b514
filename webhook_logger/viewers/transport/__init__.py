"""Engine.IO's WebSocket transport, made for one event that goes to many viewers.

Engine.IO's own has an unbounded queue and two green threads for each viewer, and encodes an event
again for each. Here a frame is made once for all viewers, and is written without a thread where the
socket takes it.
"""

from __future__ import annotations

from functools import partial
from queue import Empty
from typing import Any

from webhook_logger.viewers.transport.chores import cut_off, send_away, when_it_should_be_connected
from webhook_logger.viewers.transport.engineio import Engine, Session, run_on, take_packets
from webhook_logger.viewers.transport.outbox import Outbox, Shared
from webhook_logger.viewers.transport.packets import NamedPacket, packets_below
from webhook_logger.viewers.transport.websocket import MaySpeak, UpgradeRequired, WebSocket

__all__ = [
    "Engine",
    "NamedPacket",
    "Outbox",
    "Session",
    "Shared",
    "UpgradeRequired",
    "cut_off",
    "install",
    "outbox_of",
    "packets_below",
    "send_away",
    "take_packets",
    "when_it_should_be_connected",
]


def outbox_of(server: Any, sid: str) -> Outbox | None:
    """Return where packets for a viewer of the Socket.IO server go; None when it is gone."""
    socket = server.eio.sockets.get(server.manager.eio_sid_from_sid(sid, "/"))
    return socket.queue if socket else None


def install(engineio: Engine, most_bytes_waiting: int, may_speak: MaySpeak) -> None:
    """Let the Engine.IO server use this transport."""
    run_on(engineio, partial(Outbox, most_bytes_waiting), Empty, partial(WebSocket, may_speak))
