"""What this project uses of libraries that they do not document, each with what breaks without it.

When an upgrade fails here, read the sentence, and then the module that is that library's door
(tests/test_library_doors.py lists them).
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
from eventlet import greenio, hubs, patcher
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


def pool() -> Any:
    return redis.ConnectionPool.from_url("redis://h")


EVENTLET = {
    "GreenSocket.fd is a plain socket that never blocks": (
        lambda: greenio.GreenSocket().fd.getblocking() is False,
        "FairSocket reads and sends there first, and waits only where that would block.",
    ),
    "GreenSocket._mark_as_closed": (
        lambda: callable(greenio.GreenSocket._mark_as_closed),
        "A viewer that closes while it is waited for would be waited for again.",
    ),
    "GreenSocket.sendall calls send": (
        lambda: calls(greenio.GreenSocket.sendall, "send"),
        "One viewer that takes a large body would keep the worker to itself.",
    ),
    "hubs.trampoline": (
        lambda: takes(hubs.trampoline, "fd", "read", "mark_as_closed"),
        "FairSocket.recv_later waits by it for the next request of a connection.",
    ),
    "hubs.IOClosed": (
        lambda: issubclass(hubs.IOClosed, OSError),
        "The end of a connection that is waited for would be an error in the log.",
    ),
    "the hub polls with do_poll": (
        lambda: calls(epolls.Hub.wait, "do_poll"),
        "FairHub.do_poll puts senders in front of viewers; nobody would call it.",
    ),
    "the hub's poll is an epoll": (
        lambda: len(epolls.Hub().poll.poll(0, 1)) <= 1,
        "FairHub.do_poll asks it for a limited number of events at a time.",
    ),
    "the hub's squelch_generic_exception": (
        lambda: takes(epolls.Hub.squelch_generic_exception, "exc_info"),
        "eventlet would print the failure of a green thread, a stranger's text included.",
    ),
    "the hub's squelch_timer_exception": (
        lambda: takes(epolls.Hub.squelch_timer_exception, "timer", "exc_info"),
        "eventlet would print the failure of a green thread, a stranger's text included.",
    ),
    "the hub's squelch_exception": (
        lambda: takes(epolls.Hub.squelch_exception, "fileno", "exc_info"),
        "eventlet would print the failure of a socket's reader, a stranger's text included.",
    ),
    "the hub's remove_descriptor": (
        lambda: takes(epolls.Hub.remove_descriptor, "fileno"),
        "A socket whose reader failed would be looked at for ever.",
    ),
    "epolls.is_available": (
        lambda: isinstance(epolls.is_available(), bool),
        "A worker would not find out whether it can have a fair hub.",
    ),
    "patcher.original": (
        lambda: hasattr(patcher.original("select"), "poll"),
        "A worker that leaves looks with it for connections that wait, without waiting itself.",
    ),
}

OF_A_SESSION = {
    "sid": "Admission counts the messages of each viewer by it.",
    "server": "Pings and the end of a session ask it for times and reasons.",
    "queue": "It is our Outbox: nothing would be sent, and nothing bounded.",
    "last_ping": "A viewer that is gone would never be noticed, or every viewer be cut off.",
    "connected": "A WebSocket would not know whether it is the first transport or an upgrade.",
    "upgrading": "Two WebSockets could take over the same session.",
    "upgraded": "The frames of a WebSocket would be counted twice, and it could be polled.",
    "closing": "Pings would go to sessions that end.",
    "closed": "Messages would be handled for sessions that have ended.",
    "receive": "What a viewer sends would not reach Socket.IO.",
    "close": "A viewer that leaves would stay in its rooms.",
}
OF_AN_ENGINE = {
    "sockets": "Door, Admission and outbox_of find a viewer's session there.",
    "handlers": "Admission stands in front of Socket.IO's handlers, which it finds there.",
    "handle_request": "Door stands in front of it.",
    "max_http_buffer_size": "A message would have no maximum size.",
    "ping_interval": "Pings would come at another interval than clients expect.",
    "ping_timeout": "A viewer that waits for its turn would be taken for one that is gone.",
    "reason": "Socket.IO and the metrics learn by it why a session ends.",
    "logger": "A message that can't be read would not be logged.",
    "on": "Admission puts its own handlers there.",
    "start_background_task": "A viewer over the limit would never be turned away.",
}


ENGINEIO = {
    **{f"a session's {name}": (has(session, name), why) for name, why in OF_A_SESSION.items()},
    **{f"a server's {name}": (has(engine, name), why) for name, why in OF_AN_ENGINE.items()},
    "the reasons for an end": (
        has(lambda: engine().reason, *Reasons.__annotations__),
        "Metrics could not tell a viewer that is gone from one that leaves.",
    ),
    "a server's _async": (
        lambda: {"queue", "queue_empty", "websocket"} <= engine()._async.keys(),
        "Viewers would be on Engine.IO's own WebSocket: two green threads and no limit for each.",
    ),
    "_async is asked for each queue": (
        lambda: calls(engineio.Server.create_queue, "_async", "queue"),
        "Sessions would have a queue without a limit.",
    ),
    "an upgrade gives a method of its session": (
        upgrade_gives_a_method_of_the_session,
        "session_of finds a WebSocket's session by it: no viewer would have one.",
    ),
    "a poll reads our queue": (
        poll_reads_our_queue,
        "Viewers that poll would get nothing.",
    ),
    "Payload.max_decode_packets": (
        has(lambda: Payload, "max_decode_packets"),
        "A viewer that joins many callbacks in one POST would be refused.",
    ),
}
SOCKETIO = {
    "Server.eio": (has(lambda: SERVER, "eio"), "The Engine.IO server could not be set up."),
    "a manager's rooms": (
        rooms_are_by_namespace_and_room,
        "LeanRooms hides other rooms from the walk of basic_disconnect by this structure.",
    ),
    "a manager's sids": (
        sids_are_found,
        "No viewer's outbox would be found, and every session be taken for one not connected.",
    ),
    "Manager.basic_enter_room": (
        lambda: takes(MANAGER.basic_enter_room, "sid", "namespace", "room", "eio_sid"),
        "LeanRooms notes there who is in which room.",
    ),
    "Manager.basic_leave_room": (
        lambda: takes(MANAGER.basic_leave_room, "sid", "namespace", "room"),
        "LeanRooms notes there who has left a room.",
    ),
    "Manager.basic_disconnect": (
        lambda: takes(MANAGER.basic_disconnect, "sid", "namespace"),
        "Thousands of viewers that drop at once would keep requests waiting for seconds.",
    ),
    "Manager.get_rooms": (
        lambda: takes(MANAGER.get_rooms, "sid", "namespace"),
        "Each question for a viewer's rooms would walk over all rooms.",
    ),
    "PubSubManager._listen": (
        lambda: calls(socketio.PubSubManager._thread, "_listen"),
        "No worker would hear what other workers ask it to do, such as to disconnect a viewer.",
    ),
    "PubSubManager._publish": (
        lambda: calls(socketio.PubSubManager.emit, "_publish"),
        "What is emitted on one worker would not reach viewers on others.",
    ),
    "PubSubManager._handle_emit": (
        lambda: calls(socketio.PubSubManager.emit, "_handle_emit"),
        "Viewers on the worker that emits would get an event twice, or out of order.",
    ),
    "Packet": (
        lambda: {"packet_type", "data", "namespace"} <= vars(socketio.packet.Packet(2)).keys(),
        "NamedPacket reads them to discard odd events, and to say why a CONNECT fails.",
    ),
}
REDIS = {
    "Connection._sock": (
        has(redis.Connection, "_sock"),
        "Line reads and writes it: nothing would be published.",
    ),
    "Connection.can_read": (
        has(redis.Connection, "can_read"),
        "Where the system does not tell, a connection that Redis closed would pass for a good one.",
    ),
    "ConnectionPool.connection_class, connection_kwargs": (
        has(pool, "connection_class", "connection_kwargs"),
        "A worker could not make the connections that it owns, and would give up after 100.",
    ),
}
FLASK = {
    "Flask.create_url_adapter": (
        lambda: takes(flask.Flask.create_url_adapter, "request"),
        "A Host or Upgrade that a sender chooses would decide which view a request reaches.",
    ),
    "Rule(methods=None) takes any method": (
        lambda: werkzeug.routing.Rule("/", methods=None).methods is None,
        "Callbacks would not be in the URL map for methods that nobody has listed.",
    ),
    "HTTPException.get_headers": (
        lambda: takes(werkzeug.exceptions.HTTPException.get_headers, "environ"),
        "Refusals would lack Retry-After and Allow.",
    ),
}
CLIENT_SOCKETIO = {
    "engineio.Client._receive_packet": (
        lambda: calls(engineio.Client._read_loop_websocket, "_receive_packet"),
        "A server that floods the client would not be stopped.",
    ),
    "engineio.Client gives messages to start_background_task": (
        lambda: calls(engineio.Client._trigger_event, "start_background_task"),
        "Messages would overtake one another.",
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
        "The client would not find its end, nor who handles its messages.",
    ),
    "socketio.Client._engineio_client_class": (
        lambda: calls(socketio.base_client.BaseClient.__init__, "_engineio_client_class"),
        "The client would use Engine.IO's own, in which messages overtake one another.",
    ),
    "socketio.Client._handle_eio_connect": (
        lambda: calls(socketio.base_client.BaseClient.__init__, "_handle_eio_connect"),
        "A server whose pings never come would be believed.",
    ),
}
WEBSOCKET_CLIENT = {
    "WebSocket._recv": (
        lambda: takes(WEBSOCKET._recv, "bufsize"),
        "Frames could not be bounded while they are read.",
    ),
    "WebSocket.frame_buffer and cont_frame": (
        has(lambda: WEBSOCKET, "frame_buffer", "cont_frame"),
        "A message of any size would be read.",
    ),
    "WebSocket.handshake_response and sock": (
        has(lambda: WEBSOCKET, "handshake_response", "sock"),
        "A connection could not be cut, nor a redirect be reported.",
    ),
    "frame_buffer.recv_length sets length and header": (
        lambda: calls(websocket.frame_buffer.recv_length, "length", "header"),
        "The length of a frame would not be known before it is read.",
    ),
    "frame_buffer.recv_frame calls recv_length": (
        lambda: calls(websocket.frame_buffer.recv_frame, "recv_length"),
        "Frames would not see the length of a frame: a message of any size would be read.",
    ),
    "WebSocket.recv_data_frame calls add and extract": (
        lambda: calls(websocket.WebSocket.recv_data_frame, "cont_frame", "add", "extract"),
        "Fragments would not gather the fragments of a message.",
    ),
    "continuous_frame.cont_data and recving_frames": (
        has(lambda: websocket.continuous_frame(False, True), "cont_data", "recving_frames"),
        "A message of many fragments would be copied with each of them.",
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
def test_a_library_is_inside_as_this_project_uses_it(name: str) -> None:
    is_there, what_breaks = SEAMS[name]
    try:
        assert is_there(), what_breaks
    except (AttributeError, KeyError, TypeError) as error:
        pytest.fail(f"{what_breaks} ({error!r})")


def test_all_that_is_used_of_engineio_is_named_here() -> None:
    for protocol, names in ((Session, OF_A_SESSION), (Engine, OF_AN_ENGINE)):
        methods = {name for name in vars(protocol) if inspect.isfunction(vars(protocol)[name])}
        members = protocol.__annotations__.keys() | methods
        assert {name for name in members if not name.startswith("_")} == names.keys()
