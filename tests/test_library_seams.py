"""Undocumented features of libraries that this project uses, each with the effect of its absence.

When an upgrade fails here, read the sentence, and then the library's door: the only module that
uses these features (tests/test_library_doors.py lists the doors).
"""

from __future__ import annotations

import inspect
from typing import Any

import engineio
import flask
import pytest
import redis
import socketio
import websocket
import werkzeug.exceptions
import werkzeug.routing
from engineio.payload import Payload
from eventlet import hubs, patcher
from eventlet.hubs import epolls

from tests.support.seams import (
    SERVER,
    calls,
    has,
    poll_reads_our_queue,
    rooms_are_by_namespace_and_room,
    sids_are_found,
    takes,
    upgrade_gives_a_method_of_the_session,
)
from webhook_logger.viewers.transport.engineio import Engine, Reasons, Session

MANAGER: Any = socketio.Manager()
WEBSOCKET: Any = websocket.WebSocket()


def engine() -> Any:
    return SERVER.eio


def session() -> Any:
    return engineio.socket.Socket(engine(), "sid")


EVENTLET = {
    "hubs.trampoline": (
        lambda: takes(hubs.trampoline, "fd", "read", "write", "timeout", "timeout_exc"),
        "A worker would wait without end for a sibling that sends nothing.",
    ),
    "hubs.notify_opened": (
        lambda: takes(hubs.notify_opened, "fd"),
        "A connection from another worker could get the events of a closed one.",
    ),
    "the hub's mark_as_reopened": (
        lambda: takes(epolls.Hub.mark_as_reopened, "fileno"),
        "A connection could get the events of a closed one with the same descriptor.",
    ),
    "hubs.IOClosed": (
        lambda: issubclass(hubs.IOClosed, OSError),
        "A connection that ends while the server waits for it would log an error.",
    ),
    "the hub waits with wait, and polls with do_poll": (
        lambda: calls(epolls.Hub.run, "wait") and calls(epolls.Hub.wait, "do_poll"),
        "FairHub.wait, which wakes the readers of connections, would never be called.",
    ),
    "the hub's poll is an epoll": (
        lambda: len(epolls.Hub().poll.poll(0, 1)) <= 1,
        "A poller reads a limited number of events at a time from it.",
    ),
    "the hub's switch": (
        lambda: callable(epolls.Hub.switch),
        "No green thread could wait for a connection.",
    ),
    "the hub's schedule_call_global": (
        lambda: takes(epolls.Hub.schedule_call_global, "seconds", "cb"),
        "A wait with a timeout would never end.",
    ),
    "the hub's squelch_generic_exception": (
        lambda: takes(epolls.Hub.squelch_generic_exception, "exc_info"),
        "eventlet would print errors of green threads, including text from senders.",
    ),
    "the hub's squelch_timer_exception": (
        lambda: takes(epolls.Hub.squelch_timer_exception, "timer", "exc_info"),
        "eventlet would print errors of green threads, including text from senders.",
    ),
    "the hub's squelch_exception": (
        lambda: takes(epolls.Hub.squelch_exception, "fileno", "exc_info"),
        "eventlet would print errors of a socket's reader, including text from senders.",
    ),
    "the hub's remove_descriptor": (
        lambda: takes(epolls.Hub.remove_descriptor, "fileno"),
        "The hub would poll a socket forever after its reader failed.",
    ),
    "epolls.is_available": (
        lambda: isinstance(epolls.is_available(), bool),
        "A worker would not know whether it can use a fair hub.",
    ),
    "patcher.original": (
        lambda: hasattr(patcher.original("select"), "poll"),
        "A draining worker uses it to look for waiting connections without blocking.",
    ),
}

SESSION = {
    "sid": "Admission identifies viewers by it when it counts their messages.",
    "server": "Pings read their times from it, and the end of a session its reasons.",
    "queue": "It is our Outbox: without it no event would be sent, and no buffer limited.",
    "last_ping": "A lost viewer would never be detected, or every viewer would be disconnected.",
    "connected": "The server could not distinguish a new session on WebSocket from an upgrade.",
    "upgrading": "Two WebSockets could upgrade the same session.",
    "upgraded": "Frames of a WebSocket would count twice, and its session could also be polled.",
    "closing": "The server would send pings to sessions that are ending.",
    "closed": "The server would handle messages of sessions that have ended.",
    "receive": "Messages of viewers would not reach Socket.IO.",
    "close": "A viewer that disconnects would stay in its rooms.",
}
ENGINE = {
    "sockets": "RequestGuard, Admission and outbox_of find the session of a viewer in it.",
    "handlers": "Admission finds Socket.IO's handlers in it, and calls them after its own checks.",
    "handle_request": "RequestGuard calls it after its own checks.",
    "generate_id": "A session would not name its worker, so polling would need sticky sessions.",
    "max_http_buffer_size": "Messages would have no maximum size.",
    "ping_interval": "The interval of pings would differ from the one that clients expect.",
    "ping_timeout": "A viewer whose messages wait for their turn would be disconnected.",
    "reason": "Socket.IO and the metrics read from it why a session ended.",
    "logger": "Invalid messages would not be logged.",
    "on": "Admission registers its own handlers with it.",
    "start_background_task": "A viewer over the limit would never be rejected.",
}


ENGINEIO = {
    **{f"a session's {name}": (has(session, name), effect) for name, effect in SESSION.items()},
    **{f"a server's {name}": (has(engine, name), effect) for name, effect in ENGINE.items()},
    "the reasons for an end": (
        has(lambda: engine().reason, *Reasons.__annotations__),
        "The metrics could not distinguish lost viewers from those that disconnect.",
    ),
    "a server's _async": (
        lambda: {"queue", "queue_empty", "websocket"} <= engine()._async.keys(),
        "Viewers would use Engine.IO's own WebSocket, with two green threads and no limits.",
    ),
    "a session begins with schedule_ping": (
        lambda: calls(engineio.Server._handle_connect, "schedule_ping"),
        "Each new viewer would have a thread that sleeps until its first ping.",
    ),
    "_async is asked for each queue": (
        lambda: calls(engineio.Server.create_queue, "_async", "queue"),
        "The queues of sessions would have no limit.",
    ),
    "an upgrade gives a method of its session": (
        upgrade_gives_a_method_of_the_session,
        "session_of could not find the session of a WebSocket.",
    ),
    "a poll reads our queue": (
        poll_reads_our_queue,
        "Viewers on long-polling would receive no events.",
    ),
    "Payload.max_decode_packets": (
        has(lambda: Payload, "max_decode_packets"),
        "A viewer that joins many callbacks in one POST would be rejected.",
    ),
}
SOCKETIO = {
    "Server.eio": (has(lambda: SERVER, "eio"), "The Engine.IO server could not be set up."),
    "a manager's rooms": (
        rooms_are_by_namespace_and_room,
        "LeanRooms relies on this structure to hide other rooms from basic_disconnect.",
    ),
    "a manager reads a room's _fwdm": (
        lambda: calls(socketio.Manager.get_participants, "_fwdm"),
        "Members could not replace the rooms of python-socketio.",
    ),
    "a manager's sids": (
        sids_are_found,
        "The server could not find any viewer's outbox, and would treat sessions as unconnected.",
    ),
    "Manager.basic_enter_room": (
        lambda: takes(MANAGER.basic_enter_room, "sid", "namespace", "room", "eio_sid"),
        "LeanRooms overrides it to record the rooms of each viewer.",
    ),
    "Manager.basic_leave_room": (
        lambda: takes(MANAGER.basic_leave_room, "sid", "namespace", "room"),
        "LeanRooms overrides it to record that a viewer left a room.",
    ),
    "Manager.basic_disconnect": (
        lambda: takes(MANAGER.basic_disconnect, "sid", "namespace"),
        "Requests would wait for seconds when thousands of viewers disconnect at the same time.",
    ),
    "Manager.get_rooms": (
        lambda: takes(MANAGER.get_rooms, "sid", "namespace"),
        "Each look-up of a viewer's rooms would iterate over all rooms.",
    ),
    "PubSubManager._listen": (
        lambda: calls(socketio.PubSubManager._thread, "_listen"),
        "Workers would not receive commands of other workers, such as to disconnect a viewer.",
    ),
    "PubSubManager._publish": (
        lambda: calls(socketio.PubSubManager.emit, "_publish"),
        "Events that one worker emits would not reach viewers on others.",
    ),
    "PubSubManager._handle_emit": (
        lambda: calls(socketio.PubSubManager.emit, "_handle_emit"),
        "Viewers on the worker that emits an event would receive it twice or out of order.",
    ),
    "Packet": (
        lambda: {"packet_type", "data", "namespace"} <= vars(socketio.packet.Packet(2)).keys(),
        "NamedPacket reads these to discard invalid events and to explain a failed CONNECT.",
    ),
}
REDIS = {
    "Connection._sock": (
        has(redis.Connection, "_sock"),
        "Line reads and writes the socket. Without it, no request would be published.",
    ),
    "Connection.can_read": (
        has(redis.Connection, "can_read"),
        "The worker could use a connection that Redis has closed.",
    ),
}
FLASK = {
    "Flask.create_url_adapter": (
        lambda: takes(flask.Flask.create_url_adapter, "request"),
        "A sender could choose the view with Host or Upgrade.",
    ),
    "Rule(methods=None) takes any method": (
        lambda: werkzeug.routing.Rule("/", methods=None).methods is None,
        "Callbacks would not accept methods that no rule lists.",
    ),
    "HTTPException.get_headers": (
        lambda: takes(werkzeug.exceptions.HTTPException.get_headers, "environ"),
        "Errors would lack Retry-After and Allow.",
    ),
}
CLIENT_SOCKETIO = {
    "engineio.Client._receive_packet": (
        lambda: calls(engineio.Client._read_loop_websocket, "_receive_packet"),
        "The client could not stop a server that floods it.",
    ),
    "engineio.Client gives messages to start_background_task": (
        lambda: calls(engineio.Client._trigger_event, "start_background_task"),
        "Messages would arrive out of order.",
    ),
    "a client's queue, handlers and read_loop_task": (
        has(
            lambda: socketio.Client().eio,
            "queue",
            "handlers",
            "read_loop_task",
            "ping_interval",
            "ping_timeout",
        ),
        "The client could not find the end of its connection, or the handlers of its messages.",
    ),
    "socketio.Client._engineio_client_class": (
        lambda: calls(socketio.base_client.BaseClient.__init__, "_engineio_client_class"),
        "The client would use Engine.IO's own class, which delivers messages out of order.",
    ),
    "socketio.Client._handle_eio_connect": (
        lambda: calls(socketio.base_client.BaseClient.__init__, "_handle_eio_connect"),
        "The client would not detect a server that sends no pings.",
    ),
}
WEBSOCKET_CLIENT = {
    "WebSocket._recv": (
        lambda: takes(WEBSOCKET._recv, "bufsize"),
        "The client could not limit frames while it reads them.",
    ),
    "WebSocket.frame_buffer and cont_frame": (
        has(lambda: WEBSOCKET, "frame_buffer", "cont_frame"),
        "The client would read messages of any size.",
    ),
    "WebSocket.handshake_response and sock": (
        has(lambda: WEBSOCKET, "handshake_response", "sock"),
        "The client could not close a connection or report a redirect.",
    ),
    "frame_buffer.recv_length sets length and header": (
        lambda: calls(websocket.frame_buffer.recv_length, "length", "header"),
        "The client would not know the length of a frame before it reads it.",
    ),
    "frame_buffer.recv_frame calls recv_length": (
        lambda: calls(websocket.frame_buffer.recv_frame, "recv_length"),
        "Frames would not get the length of a frame, and would read messages of any size.",
    ),
    "WebSocket.recv_data_frame calls add and extract": (
        lambda: calls(websocket.WebSocket.recv_data_frame, "cont_frame", "add", "extract"),
        "Fragments would not join the fragments of a message.",
    ),
    "continuous_frame.cont_data and recving_frames": (
        has(lambda: websocket.continuous_frame(False, True), "cont_data", "recving_frames"),
        "Each fragment of a message would copy all earlier ones.",
    ),
}

SEAMS = {
    f"{library}: {name}": seam
    for library, seams in {
        "eventlet": EVENTLET,
        "python-engineio": ENGINEIO,
        "python-socketio": SOCKETIO,
        "redis-py": REDIS,
        "Flask and Werkzeug": FLASK,
        "python-socketio's client": CLIENT_SOCKETIO,
        "websocket-client": WEBSOCKET_CLIENT,
    }.items()
    for name, seam in seams.items()
}


@pytest.mark.parametrize("name", SEAMS)
def test_an_undocumented_feature_of_a_library_exists(name: str) -> None:
    exists, effect = SEAMS[name]
    try:
        assert exists(), effect
    except (AttributeError, KeyError, TypeError) as error:
        pytest.fail(f"{effect} ({error!r})")


def test_every_attribute_that_is_used_of_engineio_is_listed() -> None:
    for protocol, names in ((Session, SESSION), (Engine, ENGINE)):
        methods = {name for name in vars(protocol) if inspect.isfunction(vars(protocol)[name])}
        members = protocol.__annotations__.keys() | methods
        assert {name for name in members if not name.startswith("_")} == names.keys()
