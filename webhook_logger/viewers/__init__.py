"""The Socket.IO connections of this worker: admission, rooms, and delivery to viewers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flask import Flask
from flask_socketio import SocketIO

from webhook_logger.access import Access
from webhook_logger.delivery import Delivery
from webhook_logger.metrics import Metrics
from webhook_logger.viewers import transport
from webhook_logger.viewers.admission import Admission, ViewerLimits
from webhook_logger.viewers.events import EventStreams
from webhook_logger.viewers.guard import RequestGuard
from webhook_logger.viewers.handlers import Viewers
from webhook_logger.viewers.library_logs import library_logger
from webhook_logger.viewers.origins import Origins
from webhook_logger.viewers.responders import Responders
from webhook_logger.viewers.rooms import Rooms

__all__ = ["Admission", "ViewerLimits", "make_viewers"]


class Doors(NamedTuple):
    """The parts of the viewers that the rest of a worker uses."""

    admission: Admission
    viewers_of: Callable[[str], int]
    """Returns the number of a callback's viewers on this worker."""
    events: EventStreams


PING_SECONDS, PING_TIMEOUT_SECONDS = 10, 5


def make_viewers(
    app: Flask,
    delivery: Delivery,
    metrics: Metrics,
    access: Access,
    limits: ViewerLimits,
    origins: Sequence[str],
    prefix: str,
    callbacks: str,
    session_suffix: str = "",
) -> Doors:
    """Add Socket.IO to the app, and start delivery to its viewers.

    `callbacks` is the base URL of the host for callbacks, or empty if viewers share it. The id of
    each session ends in `session_suffix`, which names this worker.
    """
    allowed = Origins(origins)
    # Pass the manager: otherwise init_app would keep the one of an earlier app.
    socketio = SocketIO(
        app,
        client_manager=delivery.manager,
        manage_session=False,
        cors_allowed_origins=allowed.rule,
        cors_credentials=allowed.allow_credentials,
        serializer=transport.packet_class(prefix),
        logger=library_logger(),
        engineio_logger=library_logger(),
        ping_interval=PING_SECONDS,
        ping_timeout=PING_TIMEOUT_SECONDS,
        max_http_buffer_size=limits.message_bytes,
    )
    engineio = socketio.server.eio
    if session_suffix:
        transport.end_session_ids(engineio, session_suffix)

    def sid_of(eio_sid: str) -> str | None:
        sid: str | None = delivery.manager.sid_from_eio_sid(eio_sid, "/")
        return sid

    def is_replaced(eio_sid: str) -> bool:
        return rooms.membership.replaced.is_replaced(sid_of(eio_sid) or "")

    admission = Admission(
        engineio,
        limits,
        metrics,
        lambda eio_sid: sid_of(eio_sid) is not None,
        is_replaced,
        access.blocks_address,
    )
    RequestGuard(engineio, allowed, admission)
    transport.install(engineio, limits.queue_bytes, admission)
    rooms = Rooms(socketio, delivery, metrics)
    responders = Responders(socketio, delivery)
    viewers = Viewers(
        socketio,
        rooms.membership,
        responders,
        metrics,
        access,
        allowed.refusal,
        limits.rooms,
        callbacks,
    )
    access.follow(viewers.end_blocked)
    delivery.start(rooms)
    return Doors(admission, rooms.viewers_of, EventStreams(engineio, allowed, admission))
