"""Chores for all viewers, each in one green thread: pings, turns, and ending sessions."""

from __future__ import annotations

import threading
import time
from _thread import start_new_thread  # Thread.start waits, and others run meanwhile
from collections.abc import Callable

from engineio import packet
from engineio.packet import Packet

from webhook_logger.metrics import Ending
from webhook_logger.viewers.transport.engineio import Session
from webhook_logger.viewers.transport.outbox import bye
from webhook_logger.viewers.transport.turns import Turns

CONNECT_SECONDS = 20.0
"""How long a session has to send Socket.IO's CONNECT, also again after a DISCONNECT."""
LAST_WORDS_SECONDS = 2.0
"""How long a polling viewer has to fetch the reason why it is cut off."""


def _ping(due: tuple[float, Session]) -> None:
    at, socket = due
    time.sleep(max(0.0, at - time.monotonic()))
    if not (socket.closing or socket.closed):
        socket.last_ping = time.time()  # Engine.IO finds who does not respond
        socket.queue.put(Packet(packet.PING))


def _act(due: tuple[float, Callable[[], None]]) -> None:
    at, act = due
    time.sleep(max(0.0, at - time.monotonic()))
    act()


def _leave(leaving: tuple[Session, Callable[[], None]]) -> None:
    socket, go_on = leaving
    try:
        server = socket.server
        socket.close(wait=False, abort=True, reason=server.reason.TRANSPORT_CLOSE)
        server.sockets.pop(socket.sid, None)
    finally:
        go_on()


_pings: Turns[tuple[float, Session]] = Turns(_ping, at_once=1)
_checks: Turns[tuple[float, Callable[[], None]]] = Turns(_act, at_once=16)
# A few together: what is woken runs before the hub comes to others.
_messages: Turns[Callable[[], None]] = Turns(lambda go_on: go_on(), at_once=4)
# One after the other: thousands that drop at once must not keep senders waiting.
_leavings: Turns[tuple[Session, Callable[[], None]]] = Turns(_leave, at_once=1)


def pong(socket: Session) -> None:
    """Note that a viewer has responded to its ping, and send the next one after the interval."""
    if not socket.last_ping:
        return  # no ping was sent: a flood of pongs must not fill the list of pings
    socket.last_ping = None
    _pings.add((time.monotonic() + socket.server.ping_interval, socket))


def when_it_should_be_connected(check: Callable[[], None]) -> None:
    """Call `check` when the time to connect is over."""
    _checks.add((time.monotonic() + CONNECT_SECONDS, check))


def cut_off(socket: Session, ending: Ending) -> None:
    """Cut off the transport of a session, after which clients reconnect."""
    socket.queue.ending = ending
    leave(socket)


def send_away(socket: Session) -> None:
    """Cut off a viewer that is over a limit. It receives `bye` first, if it still reads."""
    socket.queue.ending = Ending.LIMIT
    socket.queue.put(bye("limit"))
    if socket.upgraded:
        leave(socket)
    else:
        start_new_thread(_leave_later, (socket,))


def _leave_later(socket: Session) -> None:
    time.sleep(LAST_WORDS_SECONDS)
    leave(socket)


def wait_for_turn() -> None:
    """Wait before a message of a viewer is handled, so that senders have their turn between the
    messages of a thousand viewers.
    """
    gate = threading.Lock()
    gate.acquire()
    _messages.add(gate.release)
    gate.acquire()


def leave(socket: Session) -> None:
    """End a session whose viewer has gone, in Socket.IO and in its rooms.

    Waits for its turn: when thousands of viewers drop at once, senders have theirs in between.
    """
    gate = threading.Lock()
    gate.acquire()
    _leavings.add((socket, gate.release))
    gate.acquire()
