"""Use eventlet's internals: sockets that yield to other green threads, and a hub with priorities.

tests/test_library_seams.py checks everything here that eventlet does not document.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Container
from typing import Any, ClassVar

from eventlet import getcurrent, hubs, patcher
from eventlet.greenio import GreenSocket
from eventlet.hubs import IOClosed, epolls, trampoline

from webhook_logger import waits

CALLS_PER_TURN = 16
"""Calls of one socket before it yields."""
EVENTS_PER_TURN = 256
"""Events that the hub handles before it runs timers."""
VIEWERS_PER_TURN = 16
"""Viewers that the hub handles in one turn. A request needs a few turns, and must not wait for
thousands of viewers that disconnect at the same time."""

unpatched_select = patcher.original("select")  # the patched one blocks
_unpatched_socket = patcher.original("socket")

log = logging.getLogger(__name__)


class FairSocket(GreenSocket):  # type: ignore[misc]  # eventlet has no types
    """A green socket that yields every few calls, and accepts sockets that do the same.

    eventlet switches green threads only when a call would block. A peer that always has bytes
    ready, such as pipelined requests, would block the whole worker.
    """

    _calls = 0

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Return the next bytes."""
        self._take_turns()
        try:
            return self.fd.recv(bufsize, flags)  # type: ignore[no-any-return]
        except BlockingIOError:
            pass
        data: bytes = super().recv(bufsize, flags)
        return data

    def recv_later(self, bufsize: int) -> bytes:
        """Wait, then return the next bytes. Faster than `recv` when none have arrived yet."""
        try:
            trampoline(self.fd, read=True, mark_as_closed=self._mark_as_closed)
        except IOClosed:
            return b""
        return self.recv(bufsize)

    def send(self, data: Any, flags: int = 0) -> int:
        """Send some of the data; `sendall` calls this for each part."""
        self._take_turns()
        try:
            return self.fd.send(data, flags)  # type: ignore[no-any-return]
        except BlockingIOError:
            pass
        return int(super().send(data, flags))

    def recv_now(self, bufsize: int) -> bytes | None:
        """Return the bytes that have arrived, `b""` at the end, or None. Never waits."""
        try:
            return self.fd.recv(bufsize)  # type: ignore[no-any-return]
        except BlockingIOError:
            return None

    def call_when_readable(self, function: Any) -> None:
        """Call `function` once in the hub, as soon as the socket has bytes or has ended."""
        hub = hubs.get_hub()

        def call(_: int) -> None:
            hub.remove(listener)
            function()

        listener = hub.add(hub.READ, self.fd.fileno(), call, lambda _: None, lambda: None)

    def send_now(self, data: bytes) -> int:
        """Send the bytes that the kernel accepts without waiting, and return their number."""
        try:
            return int(self.fd.send(data))
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)  # disconnected: the reader gets the error, too

    def _take_turns(self) -> None:
        self._calls += 1
        if self._calls >= CALLS_PER_TURN:
            self._calls = 0
            time.sleep(0)  # monkey-patched: yields to other green threads


def adopt_socket(descriptor: int) -> FairSocket:
    """Return the socket of a file descriptor that another process has opened."""
    hubs.notify_opened(descriptor)
    return FairSocket(_unpatched_socket.socket(fileno=descriptor))


def wait_to_read(sock: FairSocket) -> None:
    """Wait until the socket has bytes or has ended. Raises `TimeoutError` after its timeout."""
    trampoline(sock.fd, read=True, timeout=sock.gettimeout(), timeout_exc=TimeoutError)


class GreenGate:
    """A gate for green threads. The threads of all gates that open in one turn of the hub continue
    together, in the order in which their gates opened.
    """

    __slots__ = ("_is_open", "_waiting")

    _opened: ClassVar[list[GreenGate]] = []
    """The gates whose threads continue next."""

    def __init__(self) -> None:
        self._is_open = False
        self._waiting: Any = None
        """The green thread that waits."""

    def wait(self) -> None:
        """Wait until the gate is open."""
        if self._is_open:
            return
        self._waiting = getcurrent()
        try:
            while not self._is_open:
                hubs.get_hub().switch()
        finally:
            self._waiting = None

    def open(self) -> None:
        """Let the thread continue soon."""
        if self._is_open:
            return
        self._is_open = True
        if self._waiting:
            if not self._opened:
                hubs.get_hub().schedule_call_global(0, self._continue_all)
            self._opened.append(self)

    @classmethod
    def _continue_all(cls) -> None:
        opened, cls._opened = cls._opened, []
        for gate in opened:
            try:
                if gate._waiting:  # no exception has ended the wait
                    gate._waiting.switch()
            except Exception:  # noqa: BLE001  # it must not keep the other threads waiting
                hubs.get_hub().squelch_generic_exception(sys.exc_info())


class GreenWaits:
    """The ways to wait of green threads."""

    def gate(self) -> GreenGate:
        """Return a closed gate."""
        return GreenGate()

    def until_readable(self, sock: Any) -> None:
        """Wait until a socket has bytes: without bytes, `recv` would raise an error."""
        trampoline(sock.fd, read=True, timeout=sock.gettimeout(), timeout_exc=TimeoutError)


class FairHub(epolls.Hub):  # type: ignore[misc]  # it has no types
    """A hub that handles few viewers in one turn, so that senders do not wait for all viewers."""

    deferrable: Container[int] = frozenset()
    """File descriptors of viewers. The set changes while the hub runs."""

    is_available = staticmethod(epolls.is_available)  # eventlet reads it

    def do_poll(self, seconds: float) -> Any:
        """Return ready events. The omitted viewers are still ready in the next turn."""
        ready = self.poll.poll(seconds, EVENTS_PER_TURN)
        if len(ready) <= VIEWERS_PER_TURN:
            return ready
        viewers = [event for event in ready if event[0] in self.deferrable]
        if len(viewers) <= VIEWERS_PER_TURN:
            return ready
        others = [event for event in ready if event[0] not in self.deferrable]
        return others + viewers[:VIEWERS_PER_TURN]

    def squelch_generic_exception(self, exc_info: Any) -> None:
        """Log an uncaught exception: eventlet would print it with unescaped text from senders."""
        log.error("A green thread failed.", exc_info=exc_info)

    def squelch_timer_exception(self, timer: object, exc_info: Any) -> None:
        """Log an uncaught exception of a timer."""
        self.squelch_generic_exception(exc_info)

    def squelch_exception(self, fileno: int, exc_info: Any) -> None:
        """Log an uncaught exception, and remove the descriptor that its green thread waited for."""
        self.squelch_generic_exception(exc_info)
        self.remove_descriptor(fileno)


def use_fair_hub() -> None:
    """Use `FairHub` if the system has epoll, and the ways to wait of green threads. Call this
    before any green thread starts.
    """
    if epolls.is_available():
        hubs.use_hub(FairHub)
    waits.use(GreenWaits())


def defer_descriptors(descriptors: Container[int]) -> None:
    """Handle few of these descriptors in one turn. The set can change later."""
    hub = hubs.get_hub()
    if isinstance(hub, FairHub):
        hub.deferrable = descriptors
