"""Rooms: which viewer is in the room of which callback, and what is sent there.

Everything here runs in green threads, which change places only where they wait. That is relied upon
between the end of a cut and Engine.IO's queue: what answers a join is queued before the first
request of the room.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import request
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import SocketIO

from webhook_logger.delivery import Cut, Delivery, QueueUnavailable
from webhook_logger.join import Join, uuid_of
from webhook_logger.metrics import Metrics

MAX_ROOMS_PER_VIEWER = 32
RETRY_SECONDS = 0.5

log = logging.getLogger(__name__)


@dataclass
class Viewer:
    """One Socket.IO connection."""

    sid: str
    rooms: set[str] = field(default_factory=set)
    gone: bool = False
    # A viewer's messages are handled in green threads that start in their order; the lock lets them
    # through in it.
    turn: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Room:
    """The viewers on this worker of one callback, and up to where they have seen its stream."""

    epoch: str = ""
    seq: int = 0
    sids: set[str] = field(default_factory=set)
    paused: bool = False


class Rooms:
    """The Socket.IO side of a worker; it is delivery's `Sink`."""

    def __init__(self, socketio: SocketIO, delivery: Delivery, metrics: Metrics) -> None:
        self._socketio = socketio
        self._delivery = delivery
        self._metrics = metrics
        self._viewers: dict[str, Viewer] = {}
        self._rooms: dict[str, Room] = {}
        self._resuming = threading.Lock()
        for name in ("connect", "disconnect", "join", "leave"):
            socketio.on_event(name, getattr(self, f"_on_{name}"))

    # What delivery hands over

    def deliver(self, uuid: str, request: dict[str, Any]) -> None:
        """Send a captured request to the viewers of the callback; the only place that does."""
        room = self._rooms.get(uuid)
        if room and not room.paused:
            room.epoch, room.seq = request["epoch"], request["seq"]
            self._metrics.requests_delivered += len(room.sids)
            self._socketio.emit("request", request, to=uuid)

    def pause(self) -> None:
        """Send no requests until each room has a new cut; it tells the viewers what they missed."""
        for room in self._rooms.values():
            room.paused = True

    def resume(self) -> None:
        """Give every paused room its new cut."""
        with self._resuming:
            while paused := [uuid for uuid, room in self._rooms.items() if room.paused]:
                for uuid in paused:
                    self._with_cut(uuid, self._rejoin, partial(self._is_empty, uuid))

    def _is_empty(self, uuid: str) -> bool:
        return uuid not in self._rooms

    def _rejoin(self, uuid: str, cut: Cut) -> None:
        room = self._rooms.get(uuid)
        if room and room.paused:
            joined = self._joined(uuid, room, cut, Join(uuid, room.epoch, room.seq))
            self._socketio.emit("joined", joined, to=uuid)

    # What viewers send

    def _on_connect(self, auth: object = None) -> None:
        sid = _sid()
        if sid in self._viewers:
            return  # not a connection, but an event that a viewer named "connect"
        try:
            join = Join.from_auth(auth)
        except ValueError as error:
            raise Refused(str(error)) from None
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
            for uuid in viewer.rooms:
                self._leave_room(viewer, uuid)

    def _join_from_auth(self, viewer: Viewer, join: Join) -> None:
        with viewer.turn:
            joined = self._join(viewer, join)
            if joined:
                self._socketio.emit("joined", joined, to=viewer.sid)

    def _on_join(self, payload: object = None, *_more: object) -> dict[str, Any]:
        return self._in_turn(
            lambda viewer: {"ok": True, **self._join(viewer, Join.from_payload(payload))}
        )

    def _on_leave(self, payload: object = None, *_more: object) -> dict[str, Any]:
        return self._in_turn(lambda viewer: self._leave(viewer, uuid_of(payload)))

    def _in_turn(self, handle: Callable[[Viewer], dict[str, Any]]) -> dict[str, Any]:
        viewer = self._viewers.get(_sid())
        if viewer is None:
            return {"ok": False, "error": "this viewer is gone"}
        with viewer.turn:
            try:
                return handle(viewer)
            except ValueError as error:
                return {"ok": False, "error": str(error)}

    def _join(self, viewer: Viewer, join: Join) -> dict[str, Any]:
        """The fields of `joined`, once the viewer is in the room; none when it left before.

        Raises `ValueError` when it is in too many rooms.
        """
        if join.uuid not in viewer.rooms and len(viewer.rooms) >= MAX_ROOMS_PER_VIEWER:
            raise ValueError(f"a viewer can join at most {MAX_ROOMS_PER_VIEWER} callbacks")
        return (
            self._with_cut(
                join.uuid, lambda uuid, cut: self._enter(viewer, join, cut), lambda: viewer.gone
            )
            or {}
        )

    def _with_cut(
        self,
        uuid: str,
        act: Callable[[str, Cut], dict[str, Any] | None],
        given_up: Callable[[], bool],
    ) -> dict[str, Any] | None:
        """Call `act` at a cut, however long the queue is away, unless it is given up before."""
        while not given_up():
            try:
                with self._delivery.cut(uuid) as cut:
                    return None if given_up() else act(uuid, cut)
            except QueueUnavailable as error:
                log.debug("A join waits: %s", error)
                self._socketio.sleep(RETRY_SECONDS)
        return None

    def _enter(self, viewer: Viewer, join: Join, cut: Cut) -> dict[str, Any]:
        self._rejoin(join.uuid, cut)  # the others first, should they still wait for theirs
        room = self._rooms.setdefault(join.uuid, Room())
        room.sids.add(viewer.sid)
        viewer.rooms.add(join.uuid)
        self._socketio.server.enter_room(viewer.sid, join.uuid)
        return self._joined(join.uuid, room, cut, join)

    def _joined(self, uuid: str, room: Room, cut: Cut, join: Join) -> dict[str, Any]:
        room.epoch, room.seq, room.paused = cut.epoch, cut.seq, False
        self._count(uuid, room)
        viewers = cut.viewers_elsewhere + len(room.sids)
        return {
            "uuid": uuid,
            "epoch": cut.epoch,
            "seq": cut.seq,
            "missed": join.missed(cut),
            "viewers": viewers,
        }

    def _leave(self, viewer: Viewer, uuid: str) -> dict[str, Any]:
        if uuid in viewer.rooms:
            viewer.rooms.discard(uuid)
            self._socketio.server.leave_room(viewer.sid, uuid)
            self._leave_room(viewer, uuid)
        return {"ok": True, "uuid": uuid}

    def _leave_room(self, viewer: Viewer, uuid: str) -> None:
        room = self._rooms[uuid]
        room.sids.discard(viewer.sid)
        if not room.sids:
            del self._rooms[uuid]
        self._count(uuid, room)

    def _count(self, uuid: str, room: Room) -> None:
        self._delivery.set_viewers(uuid, len(room.sids))
        self._metrics.rooms = len(self._rooms)


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO adds it
