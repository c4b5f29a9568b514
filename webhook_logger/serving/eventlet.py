"""The door to eventlet's inside: sockets that take turns, and a hub with an order.

Everything here that eventlet does not document is asserted in tests/test_library_seams.py.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Container
from typing import Any

from eventlet import hubs, patcher
from eventlet.greenio import GreenSocket
from eventlet.hubs import IOClosed, epolls, trampoline

CALLS_A_TURN = 16
"""Of one socket."""
EVENTS_A_TURN = 256
"""Timers run in between."""
VIEWERS_A_TURN = 16
"""When thousands of viewers drop at once, a request needs a few turns and must not wait for all of
them."""

unpatched_select = patcher.original("select")  # the patched one waits

log = logging.getLogger(__name__)


class FairSocket(GreenSocket):  # type: ignore[misc]  # eventlet has no types
    """A green socket that lets the others run every few calls; what it accepts is one, too.

    eventlet switches green threads only where a call would block. So a peer that always has bytes
    ready, such as pipelined requests, would keep the whole worker to itself.
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
        """Return the next bytes, and wait first: none are expected to have arrived yet."""
        try:
            trampoline(self.fd, read=True, mark_as_closed=self._mark_as_closed)
        except IOClosed:
            return b""
        return self.recv(bufsize)

    def send(self, data: Any, flags: int = 0) -> int:
        """Send some; `sendall` comes here for each part."""
        self._take_turns()
        try:
            return self.fd.send(data, flags)  # type: ignore[no-any-return]
        except BlockingIOError:
            pass
        return int(super().send(data, flags))

    def send_now(self, data: bytes) -> int:
        """Send as much as the kernel takes without waiting, and return how much that was."""
        try:
            return int(self.fd.send(data))
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)  # gone, as its reader finds, too

    def _take_turns(self) -> None:
        self._calls += 1
        if self._calls >= CALLS_A_TURN:
            self._calls = 0
            time.sleep(0)  # green, as the whole process is


class FairHub(epolls.Hub):  # type: ignore[misc]  # it has no types
    """Handles few viewers at a time, so that senders do not wait for all of them."""

    can_wait: Container[int] = frozenset()
    """The file descriptors of viewers. The set changes while it is used."""

    is_available = staticmethod(epolls.is_available)  # eventlet asks for it

    def do_poll(self, seconds: float) -> Any:
        """Return events that are ready. Viewers that are left out are ready the next time, too."""
        ready = self.poll.poll(seconds, EVENTS_A_TURN)
        if len(ready) <= VIEWERS_A_TURN:
            return ready
        viewers = [event for event in ready if event[0] in self.can_wait]
        if len(viewers) <= VIEWERS_A_TURN:
            return ready
        others = [event for event in ready if event[0] not in self.can_wait]
        return others + viewers[:VIEWERS_A_TURN]

    def squelch_generic_exception(self, exc_info: Any) -> None:
        """Log an uncaught exception: eventlet would print it raw, with a stranger's text in it."""
        log.error("A green thread failed.", exc_info=exc_info)

    def squelch_timer_exception(self, timer: object, exc_info: Any) -> None:
        """Log an uncaught exception of a timer."""
        self.squelch_generic_exception(exc_info)

    def squelch_exception(self, fileno: int, exc_info: Any) -> None:
        """Log an uncaught exception, and forget the descriptor that its green thread waited for."""
        self.squelch_generic_exception(exc_info)
        self.remove_descriptor(fileno)


def use_fair_hub() -> None:
    """Run green threads on this hub, where the system has epoll. Call it before any starts."""
    if epolls.is_available():
        hubs.use_hub(FairHub)


def let_wait(descriptors: Container[int]) -> None:
    """Set the descriptors, a set that may change, of which few are handled at a time."""
    hub = hubs.get_hub()
    if isinstance(hub, FairHub):
        hub.can_wait = descriptors
