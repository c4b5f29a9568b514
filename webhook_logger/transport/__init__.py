"""Engine.IO's WebSocket transport, made for one event that goes to many viewers.

Engine.IO's own has a queue without a limit and two green threads for each viewer, and encodes an
event for each anew. Here a frame is made once, and written at once where the socket takes it.
"""

from __future__ import annotations

from queue import Empty
from typing import Any

from webhook_logger.transport.outbox import Outbox, Shared
from webhook_logger.transport.websocket import WebSocket

__all__ = ["Outbox", "Shared", "install"]


def install(engineio_server: Any) -> None:
    """Let the Engine.IO server use it, by the table in which it keeps what it runs on."""
    engineio_server._async = {
        **engineio_server._async,
        "queue": Outbox,
        "queue_empty": Empty,
        "websocket": WebSocket,
    }
