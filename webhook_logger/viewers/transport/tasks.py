"""Tasks for all viewers, one green thread per kind: pings, messages, and ending sessions."""

from __future__ import annotations

import time
from _thread import start_new_thread  # Thread.start waits, and others run meanwhile
from collections.abc import Callable

from engineio import packet
from engineio.packet import Packet

from webhook_logger.metrics import Ending
from webhook_logger.viewers.transport.engineio import Session
from webhook_logger.viewers.transport.outgoing import bye
from webhook_logger.viewers.transport.work_queue import WorkQueue
from webhook_logger.waits import gate

CONNECT_SECONDS = 20.0
"""Time for a session to send Socket.IO's CONNECT, at its start and after a DISCONNECT."""
BYE_SECONDS = 2.0
"""Time for a polling viewer to receive `bye` before it is disconnected."""


def _ping(due: tuple[float, Session]) -> None:
    at, socket = due
    time.sleep(max(0.0, at - time.monotonic()))
    if not (socket.closing or socket.closed):
        socket.last_ping = time.time()  # Engine.IO checks for missing pongs
        socket.queue.put(Packet(packet.PING))


def _act(due: tuple[float, Callable[[], None]]) -> None:
    at, act = due
    time.sleep(max(0.0, at - time.monotonic()))
    act()


def _end(ending: tuple[Session, Callable[[], None]]) -> None:
    socket, then = ending
    try:
        server = socket.server
        socket.close(wait=False, abort=True, reason=server.reason.TRANSPORT_CLOSE)
        server.sockets.pop(socket.sid, None)
    finally:
        then()


_pings: WorkQueue[tuple[float, Session]] = WorkQueue(_ping, batch_size=1)
_checks: WorkQueue[tuple[float, Callable[[], None]]] = WorkQueue(_act, batch_size=16)
# A few at a time: the woken threads run before the hub handles other events.
_messages: WorkQueue[Callable[[], None]] = WorkQueue(lambda begin: begin(), batch_size=4)
# One at a time: thousands of simultaneous disconnections must not keep senders waiting.
_endings: WorkQueue[tuple[Session, Callable[[], None]]] = WorkQueue(_end, batch_size=1)


def pong(socket: Session) -> None:
    """Handle a viewer's pong, or the start of its session: send a ping after the interval."""
    if not socket.last_ping:
        return  # no ping was sent: a flood of pongs must not fill the list of pings
    socket.last_ping = None
    _pings.add((time.monotonic() + socket.server.ping_interval, socket))


def after_connect_timeout(check: Callable[[], None]) -> None:
    """Call `check` after `CONNECT_SECONDS`."""
    _checks.add((time.monotonic() + CONNECT_SECONDS, check))


def disconnect(socket: Session, ending: Ending) -> None:
    """Close the transport of a session, after which clients reconnect."""
    socket.queue.ending = ending
    end_session(socket)


def disconnect_over_limit(socket: Session) -> None:
    """Disconnect a viewer that is over a limit."""
    disconnect_with_bye(socket, Ending.LIMIT)


def disconnect_with_bye(socket: Session, ending: Ending) -> None:
    """Disconnect a viewer. It receives `bye` with the reason first, if it still reads."""
    disconnect_after(socket, bye(ending.word), ending)


def disconnect_after(socket: Session, last: Packet, ending: Ending) -> None:
    """Disconnect a viewer. It receives the last packet first, if it still reads."""
    socket.queue.ending = ending
    socket.queue.put(last)
    if socket.upgraded:
        end_session(socket)
    else:
        start_new_thread(_end_session_later, (socket,))


def _end_session_later(socket: Session) -> None:
    time.sleep(BYE_SECONDS)
    end_session(socket)


def wait_for_turn() -> None:
    """Wait before handling a viewer's message, so that senders do not wait for the messages of a
    thousand viewers.
    """
    turn = gate()
    _messages.add(turn.open)
    turn.wait()


def end_session_soon(socket: Session, then: Callable[[], None]) -> None:
    """End the session of a disconnected viewer, in Socket.IO and in its rooms, then call `then`.

    Sessions end in turns, so that senders also get turns when thousands of viewers disconnect at
    the same time. Never blocks.
    """
    _endings.add((socket, then))


def end_session(socket: Session) -> None:
    """End a session, and wait until it has ended."""
    ended = gate()
    end_session_soon(socket, ended.open)
    ended.wait()
