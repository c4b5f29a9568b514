"""Inspect libraries: the names in their code, and its behaviour."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from queue import Empty
from types import SimpleNamespace
from typing import Any

import engineio
import socketio
from engineio.packet import MESSAGE, Packet

from webhook_logger.viewers.transport.outbox import Outbox

SERVER: Any = socketio.Server(async_mode="threading")


def takes(method: Callable[..., Any], *names: str) -> bool:
    """Return whether a method has these parameters."""
    return set(names) <= inspect.signature(method).parameters.keys()


def calls(method: Callable[..., Any], *names: str) -> bool:
    """Return whether the code of a method, including nested functions, contains these names."""
    codes = [inspect.unwrap(method).__code__]
    codes += [each for each in codes[0].co_consts if inspect.iscode(each)]
    return set(names) <= {name for code in codes for name in (*code.co_names, *code.co_consts)}


def has(owner: Callable[[], Any], *names: str) -> Callable[[], bool]:
    """Return a check that an object or class has these attributes.

    The check looks the owner up, so that a missing owner fails one check and not all of them.
    """
    return lambda: all(hasattr(owner(), name) for name in names)


def upgrade_gives_a_method_of_the_session() -> bool:
    given: list[Any] = []

    def make(handler: Any, server: Any) -> Any:
        given.extend((handler, server))
        return lambda _environ, _start_response: []

    engine: Any = SimpleNamespace(create_queue=Outbox, _async={"websocket": make})
    session = engineio.socket.Socket(engine, "sid")
    session._upgrade_websocket({}, None)
    return given[0].__self__ is session and given[1] is engine


def poll_reads_our_queue() -> bool:
    engine = SimpleNamespace(
        create_queue=Outbox,
        get_queue_empty_exception=lambda: Empty,
        ping_interval=0,
        ping_timeout=0,
    )
    session = engineio.socket.Socket(engine, "sid")
    packets = [Packet(MESSAGE, "1"), Packet(MESSAGE, "2")]
    for packet in packets:
        session.queue.put(packet)
    return bool(session.poll() == packets)


def manager_knows(eio_sid: str) -> Any:
    """Return a manager with one viewer, who is in one room."""
    manager = socketio.Manager()
    manager.set_server(SERVER)
    sid = manager.connect(eio_sid, "/")
    manager.basic_enter_room(sid, "/", "room")
    return manager, sid


def rooms_are_by_namespace_and_room() -> bool:
    manager, sid = manager_knows("eio")
    rooms = manager.rooms["/"]
    return bool(rooms["room"][sid] == "eio" and rooms[None][sid] == "eio")


def sids_are_found() -> bool:
    manager, sid = manager_knows("eio")
    found = manager.sid_from_eio_sid("eio", "/"), manager.eio_sid_from_sid(sid, "/")
    return bool(found == (sid, "eio") and manager.is_connected(sid, "/"))
