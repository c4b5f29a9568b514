"""Viewers: the Socket.IO connections of this worker, and what they may ask for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import request
from flask_socketio import ConnectionRefusedError, SocketIO

from webhook_logger.errors import Reason, Refusal, message_of
from webhook_logger.metrics import Metrics
from webhook_logger.viewers.entrance import Entrance
from webhook_logger.viewers.join import Join, uuid_of
from webhook_logger.viewers.responders import Responders

Acknowledgement = dict[str, Any]
OfOrigin = Callable[[dict[str, Any]], Refusal | None]
"""Why whoever opens the connection of an environ may not; None where they may."""


@dataclass
class Viewer:
    """One Socket.IO connection."""

    sid: str
    rooms: set[str] = field(default_factory=set)
    gone: bool = False
    # A viewer's messages are handled in green threads that start in their order; the lock lets them
    # through in it.
    turn: threading.Lock = field(default_factory=threading.Lock)
    waiting: int = 0
    """Messages that wait for their turn, the one that has it included."""


class Viewers:
    """The handlers of `connect`, `join`, `leave` and `disconnect`; all else is discarded."""

    def __init__(
        self,
        socketio: SocketIO,
        entrance: Entrance,
        responders: Responders,
        metrics: Metrics,
        refusal: OfOrigin,
        most_rooms: int,
    ) -> None:
        self._socketio = socketio
        self._entrance = entrance
        self._responders = responders
        self._metrics = metrics
        self._refusal = refusal
        self._most_rooms = most_rooms
        # Joins wait for as long as the queue is unavailable; all rooms can be left and joined anew.
        self._most_waiting = 2 * most_rooms
        self._viewers: dict[str, Viewer] = {}
        for name in ("connect", "disconnect", "join", "leave"):
            socketio.on_event(name, _unbound(getattr(self, f"_on_{name}")))

    def _on_connect(self, auth: object = None) -> None:
        sid = _sid()
        if sid in self._viewers:
            return  # not a connection, but an event that a viewer named "connect"
        if refusal := self._refusal(request.environ):
            raise _not_connected(refusal)
        try:
            join = Join.from_auth(auth)
        except Refusal as error:
            raise _not_connected(error) from None
        self._viewers[sid] = viewer = Viewer(sid)
        self._metrics.viewers = len(self._viewers)
        if join:
            # The green thread starts when CONNECT has been sent.
            self._socketio.start_background_task(self._join_from_auth, viewer, join)

    def _on_disconnect(self, *_reason: object) -> None:
        sid = _sid()
        if self._socketio.server.manager.is_connected(sid, "/"):
            return  # not a disconnection, but an event that a viewer named "disconnect"
        viewer = self._viewers.pop(sid, None)
        self._metrics.viewers = len(self._viewers)
        if viewer:
            viewer.gone = True
            while viewer.rooms:
                self._go(viewer, viewer.rooms.pop())

    def _on_join(self, payload: object = None, *_more: object) -> Acknowledgement:
        return self._in_turn(
            lambda viewer: {"ok": True, **self._join(viewer, Join.from_payload(payload))}
        )

    def _on_leave(self, payload: object = None, *_more: object) -> Acknowledgement:
        return self._in_turn(lambda viewer: self._leave(viewer, uuid_of(payload)))

    def _in_turn(self, handle: Callable[[Viewer], Acknowledgement]) -> Acknowledgement:
        viewer = self._viewers.get(_sid())
        if viewer is None:
            return _not_ok(Refusal(Reason.VIEWER_GONE))
        if viewer.waiting >= self._most_waiting:
            return _not_ok(Refusal(Reason.TOO_MANY_MESSAGES))
        viewer.waiting += 1
        try:
            with viewer.turn:
                return handle(viewer)
        except Refusal as error:
            return _not_ok(error)
        finally:
            viewer.waiting -= 1

    def _join_from_auth(self, viewer: Viewer, join: Join) -> None:
        with viewer.turn:
            joined = self._join(viewer, join)
            if joined:
                self._socketio.emit("joined", joined, to=viewer.sid, ignore_queue=True)

    def _join(self, viewer: Viewer, join: Join) -> Acknowledgement:
        """The fields of `joined`; none for a viewer that is gone. Raises `Refusal`."""
        if join.uuid not in viewer.rooms and len(viewer.rooms) >= self._most_rooms:
            most = f"A viewer can join at most {self._most_rooms} callbacks."
            raise Refusal(Reason.TOO_MANY_ROOMS, most)
        self._responders.settle(viewer.sid, join, lambda: viewer.gone)
        joined = self._entrance.enter(viewer.sid, join, lambda: viewer.gone)
        if joined is None:
            self._responders.give_up(viewer.sid, join.uuid)
            return {}
        viewer.rooms.add(join.uuid)
        return joined

    def _leave(self, viewer: Viewer, uuid: str) -> Acknowledgement:
        if uuid in viewer.rooms:
            viewer.rooms.discard(uuid)
            self._socketio.server.leave_room(viewer.sid, uuid)
            self._go(viewer, uuid)
        return {"ok": True, "uuid": uuid}

    def _go(self, viewer: Viewer, uuid: str) -> None:
        self._responders.give_up(viewer.sid, uuid)
        self._entrance.leave(viewer.sid, uuid)


def _not_connected(refusal: Refusal) -> ConnectionRefusedError:
    """A CONNECT_ERROR. Clients of Socket.IO show its `message`, and hand on its `data`."""
    return ConnectionRefusedError(message_of(refusal), {"reason": refusal.reason.word})


def _not_ok(refusal: Refusal) -> Acknowledgement:
    return {"ok": False, "error": message_of(refusal), "reason": refusal.reason.word}


def _unbound(handle: Callable[..., Any]) -> Callable[..., Any]:
    """The handler, after which nothing holds on to Flask's request of the event.

    The environ of the connection holds the request, which holds the environ, and an exception for
    the path that is no view's, with every frame on its way: 30 KB for the garbage collector to
    find, whose look at thousands of viewers stops the worker for a second.
    """

    @wraps(handle)
    def handling(*args: Any) -> Any:
        try:
            return handle(*args)
        finally:
            request.environ.pop("werkzeug.request", None)
            request.routing_exception = None

    return handling


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO adds it
