"""The handlers of Socket.IO events from viewers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import request
from flask_socketio import ConnectionRefusedError, SocketIO

from webhook_logger.access import Access
from webhook_logger.errors import Reason, Refusal, message_of
from webhook_logger.metrics import Ending, Metrics
from webhook_logger.viewers.join import Join, uuid_of
from webhook_logger.viewers.membership import Membership
from webhook_logger.viewers.responders import Responders
from webhook_logger.viewers.transport import disconnect_with_bye, session_of

VIEWERS_PER_TURN = 100

Acknowledgement = dict[str, Any]
CheckOrigin = Callable[[dict[str, Any]], Refusal | None]
"""Returns why a connection with this environ is refused; None if it is allowed."""


class Turn:
    """A lock that lets the threads of a viewer's messages run one after the other, in order.

    An idle viewer has no lock, which would need a kilobyte.
    """

    __slots__ = ("_lock", "_users")

    def __init__(self) -> None:
        self._lock: threading.Lock | None = None
        self._users = 0

    def __enter__(self) -> None:
        self._users += 1
        if self._lock is None:
            self._lock = threading.Lock()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.release()
        self._users -= 1
        if not self._users:
            self._lock = None


@dataclass(slots=True)
class Viewer:
    """One Socket.IO connection."""

    sid: str
    rooms: set[str] = field(default_factory=set)
    has_left: bool = False
    # A viewer's messages are handled in green threads that start in their order. The turn keeps it.
    turn: Turn = field(default_factory=Turn)
    waiting: int = 0
    """Messages that wait for their turn, including the one being handled."""
    address: str = ""


class Viewers:
    """Handles `connect`, `join`, `leave` and `disconnect`. Other events are discarded."""

    def __init__(
        self,
        socketio: SocketIO,
        membership: Membership,
        responders: Responders,
        metrics: Metrics,
        access: Access,
        check_origin: CheckOrigin,
        max_rooms: int,
        callbacks: str = "",
    ) -> None:
        """`callbacks` is the base URL of the host for callbacks, or empty if viewers share it."""
        self._socketio = socketio
        self._membership = membership
        self._responders = responders
        self._metrics = metrics
        self._access = access
        self._check_origin = check_origin
        self._max_rooms = max_rooms
        self._callbacks = callbacks
        # While the queue is unavailable, joins wait. A viewer can leave and rejoin all its rooms.
        self._max_waiting = 2 * max_rooms
        self._viewers: dict[str, Viewer] = {}
        for name in ("connect", "disconnect", "join", "leave"):
            socketio.on_event(name, _without_cycle(getattr(self, f"_on_{name}")))

    def _on_connect(self, auth: object = None) -> None:
        sid = _sid()
        if sid in self._viewers:
            return  # not a CONNECT: a viewer sent an event named "connect"
        if refusal := self._check_origin(request.environ):
            raise _connect_error(refusal)
        address = request.environ.get("REMOTE_ADDR", "")
        try:
            self._access.check_address(address)
            join = Join.from_auth(auth)
            if join:
                self._check(join)
        except Refusal as error:
            raise _connect_error(error) from None
        self._viewers[sid] = viewer = Viewer(sid, address=address)
        self._metrics.viewers = len(self._viewers)
        if join:
            # The green thread starts after the CONNECT was acknowledged.
            self._socketio.start_background_task(self._join_from_auth, viewer, join)

    def _on_disconnect(self, *_reason: object) -> None:
        sid = _sid()
        if self._socketio.server.manager.is_connected(sid, "/"):
            return  # not a DISCONNECT: a viewer sent an event named "disconnect"
        viewer = self._viewers.pop(sid, None)
        self._metrics.viewers = len(self._viewers)
        if viewer:
            viewer.has_left = True
            while viewer.rooms:
                self._exit_room(viewer, viewer.rooms.pop())

    def _on_join(self, payload: object = None, *_more: object) -> Acknowledgement:
        def join(viewer: Viewer) -> Acknowledgement:
            join = Join.from_payload(payload)
            self._check(join)
            return {"ok": True, **self._join(viewer, join)}

        return self._in_turn(join)

    def _on_leave(self, payload: object = None, *_more: object) -> Acknowledgement:
        return self._in_turn(lambda viewer: self._leave(viewer, uuid_of(payload)))

    def _check(self, join: Join) -> None:
        """Raise `Refusal` if the operator's policy does not allow the join."""
        self._access.check(join.uuid)
        if join.respond:
            self._access.check_replies()

    def _in_turn(self, handle: Callable[[Viewer], Acknowledgement]) -> Acknowledgement:
        viewer = self._viewers.get(_sid())
        if viewer is None:
            return _error_ack(Refusal(Reason.VIEWER_GONE))
        if viewer.waiting >= self._max_waiting:
            return _error_ack(Refusal(Reason.TOO_MANY_MESSAGES))
        viewer.waiting += 1
        try:
            with viewer.turn:
                return handle(viewer)
        except Refusal as error:
            return _error_ack(error)
        finally:
            viewer.waiting -= 1

    def _join_from_auth(self, viewer: Viewer, join: Join) -> None:
        with viewer.turn:
            joined = self._join(viewer, join)
            if joined:
                self._socketio.emit("joined", joined, to=viewer.sid, ignore_queue=True)

    def _join(self, viewer: Viewer, join: Join) -> Acknowledgement:
        """Join, and return the fields of `joined`, or `{}` if the viewer left. Raises `Refusal`."""
        if join.uuid not in viewer.rooms and len(viewer.rooms) >= self._max_rooms:
            too_many = f"A viewer can join at most {self._max_rooms} callbacks."
            raise Refusal(Reason.TOO_MANY_ROOMS, too_many)
        joined = None
        try:
            self._responders.update(viewer.sid, join, lambda: viewer.has_left)
            joined = self._membership.enter(viewer.sid, join, lambda: viewer.has_left)
            if joined is not None:
                viewer.rooms.add(join.uuid)
                self._end_if_blocked(viewer)  # the policy may have changed during the join
        finally:
            if joined is None and join.uuid not in viewer.rooms:
                self._responders.release(viewer.sid, join.uuid)
        if joined and self._callbacks:
            joined["callback_url"] = f"{self._callbacks}/{join.uuid}"
        return joined or {}

    def end_blocked(self) -> None:
        """Disconnect the viewers that the operator's policy does not allow any more."""
        for number, viewer in enumerate(tuple(self._viewers.values()), 1):
            self._end_if_blocked(viewer)
            if number % VIEWERS_PER_TURN == 0:
                self._socketio.sleep(0)

    def _end_if_blocked(self, viewer: Viewer) -> None:
        try:
            self._access.check_address(viewer.address)
            for uuid in viewer.rooms:
                self._access.check(uuid)
        except Refusal:
            if session := session_of(self._socketio.server, viewer.sid):
                disconnect_with_bye(session, Ending.BLOCKED)

    def _leave(self, viewer: Viewer, uuid: str) -> Acknowledgement:
        if uuid in viewer.rooms:
            viewer.rooms.discard(uuid)
            self._socketio.server.leave_room(viewer.sid, uuid)
            self._exit_room(viewer, uuid)
        return {"ok": True, "uuid": uuid}

    def _exit_room(self, viewer: Viewer, uuid: str) -> None:
        self._responders.release(viewer.sid, uuid)
        self._membership.leave(viewer.sid, uuid)


def _connect_error(refusal: Refusal) -> ConnectionRefusedError:
    """Return a CONNECT_ERROR. Socket.IO clients show its `message` and pass on its `data`."""
    return ConnectionRefusedError(message_of(refusal), {"reason": refusal.reason.word})


def _error_ack(refusal: Refusal) -> Acknowledgement:
    return {"ok": False, "error": message_of(refusal), "reason": refusal.reason.word}


def _without_cycle(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a handler so that it leaves no reference cycle with Flask's request.

    The environ references the request, and the request references the environ and an exception for
    a path without a view, with its stack frames. Only the garbage collector could free these 30 KB,
    and a collection with thousands of viewers pauses the worker for a second.
    """

    @wraps(handle)
    def wrapper(*args: Any) -> Any:
        try:
            return handle(*args)
        finally:
            request.environ.pop("werkzeug.request", None)
            request.routing_exception = None

    return wrapper


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO adds it
