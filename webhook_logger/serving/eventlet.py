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
"""When thousands of viewers drop at once, a request, which needs a few turns, would wait for all of
them."""

unpatched_select = patcher.original("select")  # the patched one waits

log = logging.getLogger(__name__)


class FairSocket(GreenSocket):  # type: ignore[misc]  # eventlet has no types
    """A green socket that lets the others run every few calls; what it accepts is one, too.

    eventlet changes green threads only where a call would block: a peer that always has bytes
    ready would keep the whole worker to itself, with pipelined requests or a flood of frames.
    """

    _calls = 0

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """The next bytes."""
        self._take_turns()
        try:
            return self.fd.recv(bufsize, flags)  # type: ignore[no-any-return]
        except BlockingIOError:
            pass
        data: bytes = super().recv(bufsize, flags)
        return data

    def recv_later(self, bufsize: int) -> bytes:
        """The next bytes, where none are expected to be there yet: no try is wasted."""
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
        """Send as much as the kernel takes, without a wait; how much that was."""
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
    """Looks after few of those that can wait, so that nobody else waits for all of them."""

    can_wait: Container[int] = frozenset()
    """Descriptors; a set that changes while they are looked after."""

    is_available = staticmethod(epolls.is_available)  # eventlet asks for it

    def do_poll(self, seconds: float) -> Any:
        """What is ready. What is left out is ready the next time, too, behind all that is not."""
        ready = self.poll.poll(seconds, EVENTS_A_TURN)
        if len(ready) <= VIEWERS_A_TURN:
            return ready
        viewers = [event for event in ready if event[0] in self.can_wait]
        if len(viewers) <= VIEWERS_A_TURN:
            return ready
        others = [event for event in ready if event[0] not in self.can_wait]
        return others + viewers[:VIEWERS_A_TURN]

    def squelch_generic_exception(self, exc_info: Any) -> None:
        """Log what a green thread did not catch; eventlet prints it, a stranger's text included."""
        log.error("A green thread failed.", exc_info=exc_info)

    def squelch_timer_exception(self, timer: object, exc_info: Any) -> None:
        """The same, of one that a timer has started."""
        self.squelch_generic_exception(exc_info)

    def squelch_exception(self, fileno: int, exc_info: Any) -> None:
        """The same, of one that waited for a descriptor, which nobody waits for any more."""
        self.squelch_generic_exception(exc_info)
        self.remove_descriptor(fileno)


def use_fair_hub() -> None:
    """Let green threads run on it, where there is epoll; before there are any."""
    if epolls.is_available():
        hubs.use_hub(FairHub)


def let_wait(descriptors: Container[int]) -> None:
    """Of these, which may change, few at a time are looked after."""
    hub = hubs.get_hub()
    if isinstance(hub, FairHub):
        hub.can_wait = descriptors
