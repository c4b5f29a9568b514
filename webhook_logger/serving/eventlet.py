"""Use eventlet's internals: a hub with priorities, and the sockets that it wakes.

tests/test_library_seams.py checks everything here that eventlet does not document.
"""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable, Container
from contextlib import suppress
from typing import Any, ClassVar

from eventlet import getcurrent, hubs, patcher, spawn_n
from eventlet.hubs import epolls, trampoline

from webhook_logger import waits
from webhook_logger.serving.poller import EpollPoller, Ready
from webhook_logger.serving.sockets import FairSocket

unpatched_select = patcher.original("select")  # the patched one blocks
_unpatched_socket = patcher.original("socket")

log = logging.getLogger(__name__)


class ListeningPoller:
    """Waits with eventlet's own listeners, where the hub is not a `FairHub`."""

    def wait_to_read(self, sock: FairSocket) -> None:
        """Wait until the socket has bytes or has ended. Raises `TimeoutError` after its timeout."""
        trampoline(sock, read=True, timeout=sock.gettimeout(), timeout_exc=TimeoutError)

    def wait_to_write(self, sock: FairSocket) -> None:
        """Wait until the socket accepts bytes. Raises `TimeoutError` after its timeout."""
        trampoline(sock, write=True, timeout=sock.gettimeout(), timeout_exc=TimeoutError)

    def call_when_readable(self, sock: FairSocket, function: Callable[[], object]) -> None:
        """Call the function once, when the socket has bytes or has ended."""
        if sock.on_readable is not None:
            raise RuntimeError("Something else waits to read from this socket.")
        sock.on_readable = function
        spawn_n(self._call, sock, function)

    def _call(self, sock: FairSocket, function: Callable[[], object]) -> None:
        with suppress(OSError, ValueError):  # closed
            trampoline(sock, read=True)
        if sock.on_readable is function:
            sock.on_readable = None
            function()

    def opened(self, descriptor: int) -> None:
        """Disconnect from a new file descriptor everything that waits for an older one."""
        hubs.notify_opened(descriptor)

    def forget(self, sock: FairSocket) -> None:
        """Wake those that wait for a socket that is being closed."""
        hub = hubs.get_hub()
        hub.mark_as_reopened(sock.fileno())
        hub.schedule_call_global(0, lambda: None)  # soon, even if nothing else happens


class GreenGate:
    """A gate for green threads. The threads of all gates that open in one turn of the hub continue
    together, in the order in which their gates opened, after those whose gates are first.
    """

    __slots__ = ("_is_first", "_is_open", "_waiting")

    _opened: ClassVar[list[GreenGate]] = []
    """The gates whose threads continue next."""

    def __init__(self, is_first: bool = False) -> None:
        self._is_first = is_first
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
            if self._is_first:
                self._opened.insert(0, self)
            else:
                self._opened.append(self)

    @classmethod
    def _continue_all(cls) -> None:
        opened, cls._opened = cls._opened, []
        for gate in opened:
            try:
                if gate._waiting:  # no exception has ended the wait
                    gate._waiting.switch()
            except (KeyboardInterrupt, SystemExit):
                raise  # it ends the process
            except BaseException:  # noqa: BLE001  # it must not keep the other threads waiting
                hubs.get_hub().squelch_generic_exception(sys.exc_info())


class GreenWaits:
    """The ways to wait of green threads."""

    def gate(self, is_first: bool = False) -> GreenGate:
        """Return a closed gate. If it is first, its thread continues before others."""
        return GreenGate(is_first)

    def adopt(self, sock: Any) -> FairSocket:
        """Return a fair socket with the connection of a green socket."""
        adopted = fair(sock.fd)
        adopted.settimeout(sock.gettimeout())
        return adopted


class FairHub(epolls.Hub):  # type: ignore[misc]  # it has no types
    """A hub that handles few viewers in one turn, so that senders do not wait for all viewers."""

    is_available = staticmethod(epolls.is_available)  # eventlet reads it

    def __init__(self, clock: Any = None) -> None:
        super().__init__(clock)
        self.poller = EpollPoller(self.poll, self)
        self._events: Ready = []

    def wait(self, seconds: float | None = None) -> None:
        """Wait for events for at most this time, and handle them."""
        ready = self.poller.ready(-1 if seconds is None else seconds)
        sockets = self.poller.sockets
        self._events = [event for event in ready if event[0] not in sockets]
        if self._events:
            super().wait(0)
        self.poller.wake(ready)

    def do_poll(self, seconds: float) -> Ready:
        """Return the events of eventlet's own listeners in this turn."""
        return self._events

    def mark_as_reopened(self, fileno: int) -> None:
        """Disconnect from a new file descriptor everything that waits for an older one."""
        super().mark_as_reopened(fileno)
        self.poller.forget_reopened(fileno)

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
        hub.poller.deferrable = descriptors


def open_socket(family: int, kind: int) -> socket.socket:
    """Return a new socket that blocks; `fair` makes it a fair one."""
    sock: socket.socket = _unpatched_socket.socket(family, kind)
    hubs.notify_opened(sock.fileno())
    return sock


def adopt_socket(descriptor: int) -> FairSocket:
    """Return the socket of a file descriptor that another process has opened."""
    hubs.notify_opened(descriptor)
    return fair(_unpatched_socket.socket(fileno=descriptor))


def fair(sock: socket.socket) -> FairSocket:
    """Return a socket as a fair one, for the green threads of this thread."""
    hub = hubs.get_hub()
    return FairSocket(sock, hub.poller if isinstance(hub, FairHub) else ListeningPoller())


def wait_to_read(sock: socket.socket) -> None:
    """Wait until a green socket has bytes or has ended. Raises `TimeoutError` after its timeout."""
    trampoline(sock, read=True, timeout=sock.gettimeout(), timeout_exc=TimeoutError)
