"""Wake the green threads and call the functions whose sockets are ready, with one registration
with epoll per connection.

eventlet registers a descriptor each time a green thread waits for it, and makes a listener object.
Both would cost more than the rest of a wait.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable, Container
from typing import Any, Final, Protocol

from eventlet import getcurrent

from webhook_logger.serving.sockets import FairSocket

EPOLLIN: Final = 0x001  # Linux, include/uapi/linux/eventpoll.h; other systems lack the names
EPOLLOUT: Final = 0x004
EVENTS_PER_TURN = 256
"""Events that the hub handles before it runs timers."""
VIEWERS_PER_TURN = 16
"""Viewers that the hub handles in one turn. A request needs a few turns, and must not wait for
thousands of viewers that disconnect at the same time."""

Ready = list[tuple[int, int]]
"""Descriptors that are ready, and their events."""

log = logging.getLogger(__name__)


class Hub(Protocol):
    """The parts of eventlet's hub that a poller uses."""

    def switch(self) -> Any:
        """Run other green threads until the current one is woken."""

    def schedule_call_global(self, seconds: float, function: Callable[..., Any], *a: Any) -> Any:
        """Call the function after this time."""

    def mark_as_reopened(self, fileno: int) -> None:
        """Disconnect everything that waits for an older file with this descriptor."""


class EpollPoller:
    """Registers each socket once, from its first wait until it closes.

    The registration is level-triggered: the hub may omit an event, which comes again in the next
    turn. An event that nothing waits for, as when the client closes during its request, ends the
    registration until the next wait. Otherwise, it would wake the hub again and again.
    """

    def __init__(self, epoll: Any, hub: Hub) -> None:
        self._epoll = epoll
        self._hub = hub
        self.sockets: dict[int, FairSocket] = {}
        """The registered sockets by descriptor."""
        self.deferrable: Container[int] = frozenset()
        """File descriptors of viewers. The set changes while the hub runs."""

    def wait_to_read(self, sock: FairSocket) -> None:
        """Wait until the socket has bytes or has ended. Raises `TimeoutError` after its timeout."""
        self.call_when_readable(sock, getcurrent().switch)
        try:
            self._wait(sock.gettimeout())
        finally:
            sock.on_readable = None

    def wait_to_write(self, sock: FairSocket) -> None:
        """Wait until the socket accepts bytes. Raises `TimeoutError` after its timeout."""
        if sock.on_writable is not None:
            raise RuntimeError("Another green thread waits to write to this socket.")
        if not sock.interest & EPOLLOUT:
            self._register(sock, sock.interest | EPOLLOUT)
        sock.on_writable = getcurrent().switch
        try:
            self._wait(sock.gettimeout())
        finally:
            sock.on_writable = None

    def _wait(self, seconds: float | None) -> None:
        if seconds is None:
            self._hub.switch()
        else:
            throw = getcurrent().throw
            timer = self._hub.schedule_call_global(seconds, throw, TimeoutError("timed out"))
            try:
                self._hub.switch()
            finally:
                timer.cancel()

    def call_when_readable(self, sock: FairSocket, function: Callable[[], object]) -> None:
        """Call the function once, when the socket has bytes or has ended."""
        if sock.on_readable is not None:
            raise RuntimeError("Something else waits to read from this socket.")
        if not sock.interest & EPOLLIN:
            self._register(sock, sock.interest | EPOLLIN)
        sock.on_readable = function

    def opened(self, descriptor: int) -> None:
        """Disconnect from a new file descriptor everything that waits for an older one."""
        self._hub.mark_as_reopened(descriptor)

    def forget(self, sock: FairSocket) -> None:
        """Stop watching a socket that is being closed, and wake those that wait for it."""
        # Explicitly: a duplicate of the descriptor, which another worker may have, keeps the
        # registration alive.
        self._register(sock, 0)
        if sock.on_readable or sock.on_writable:
            self._hub.schedule_call_global(0, self._wake, sock, EPOLLIN | EPOLLOUT)

    def forget_reopened(self, descriptor: int) -> None:
        """Stop watching a socket that something else has closed: its descriptor is in use again."""
        sock = self.sockets.pop(descriptor, None)
        if sock is not None:
            sock.interest = 0  # the system has ended the registration with the file
            sock.abandon()
            self.forget(sock)

    def ready(self, seconds: float) -> Ready:
        """Return ready descriptors. The omitted viewers are still ready in the next turn."""
        ready: Ready = self._epoll.poll(seconds, EVENTS_PER_TURN)
        if len(ready) <= VIEWERS_PER_TURN:
            return ready
        viewers = [event for event in ready if event[0] in self.deferrable]
        if len(viewers) <= VIEWERS_PER_TURN:
            return ready
        others = [event for event in ready if event[0] not in self.deferrable]
        return others + viewers[:VIEWERS_PER_TURN]

    def wake(self, ready: Ready) -> None:
        """Run the green threads that wait for these events, and log their exceptions."""
        for descriptor, events in ready:
            sock = self.sockets.get(descriptor)
            if sock is None:
                continue  # an earlier event has closed it
            try:
                self._wake(sock, events)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException:
                log.exception("A green thread failed.")

    def _wake(self, sock: FairSocket, events: int) -> None:
        # Errors and the end of a connection wake readers and writers.
        if events & ~EPOLLOUT:
            function, sock.on_readable = sock.on_readable, None
            if function is not None:
                function()
            else:
                self._register(sock, sock.interest & ~EPOLLIN)
        if events & ~EPOLLIN:
            function, sock.on_writable = sock.on_writable, None
            if function is not None:
                function()
            else:
                self._register(sock, sock.interest & ~EPOLLOUT)

    def _register(self, sock: FairSocket, interest: int) -> None:
        if interest == sock.interest:
            return
        if sock.descriptor < 0:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        if not sock.interest:
            self._epoll.register(sock.descriptor, interest)
            self.sockets[sock.descriptor] = sock
        elif interest:
            self._epoll.modify(sock.descriptor, interest)
        else:
            self._epoll.unregister(sock.descriptor)
            del self.sockets[sock.descriptor]
        sock.interest = interest
