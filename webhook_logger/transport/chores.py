"""What is done for all viewers by one green thread each: pings, and the end of those who left."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from engineio import packet
from engineio.packet import Packet

log = logging.getLogger(__name__)

Item = TypeVar("Item")


class Chore(Generic[Item]):
    """Does one thing for each item, in their order; the thread runs from the first one on."""

    def __init__(self, do: Callable[[Item], None]) -> None:
        self._do = do
        self._items: deque[Item] = deque()
        self._wake = threading.Event()
        self._runs = False

    def add(self, item: Item) -> None:
        """Have it done when its turn comes. Never blocks."""
        self._items.append(item)
        self._wake.set()
        if not self._runs:
            self._runs = True
            threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._items:
                try:
                    self._do(self._items.popleft())
                except Exception:
                    log.exception("A viewer could not be served.")
                time.sleep(0)


def _ping(due: tuple[float, Any]) -> None:
    at, socket = due
    time.sleep(max(0.0, at - time.monotonic()))
    if not (socket.closing or socket.closed):
        socket.last_ping = time.time()  # Engine.IO finds who does not answer
        socket.queue.put(Packet(packet.PING))


def _leave(leaving: tuple[Any, Callable[[], None]]) -> None:
    socket, go_on = leaving
    try:
        server = socket.server
        socket.close(wait=False, abort=True, reason=server.reason.TRANSPORT_CLOSE)
        server.sockets.pop(socket.sid, None)
    finally:
        go_on()


_pings: Chore[tuple[float, Any]] = Chore(_ping)
# One after the other: thousands that drop at once must not keep senders waiting.
_leavings: Chore[tuple[Any, Callable[[], None]]] = Chore(_leave)


def pong(socket: Any) -> None:
    """The viewer of that Engine.IO socket is there: ask it again after the interval."""
    if not socket.last_ping:
        return  # nobody asked: one that floods must not fill the list that all wait in
    socket.last_ping = None
    _pings.add((time.monotonic() + socket.server.ping_interval, socket))


def leave(socket: Any) -> None:
    """The viewer of that Engine.IO socket has gone: let Socket.IO know, and its rooms.

    Waits for its turn: until then, next to nothing is done for one of thousands that drop at once,
    and a request is not kept waiting behind them.
    """
    gate = threading.Lock()
    gate.acquire()
    _leavings.add((socket, gate.release))
    gate.acquire()
