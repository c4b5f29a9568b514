"""The server process: its limits, and how it is stopped."""

from __future__ import annotations

import gc
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Protocol

import eventlet

from webhook_logger.errors import Reason
from webhook_logger.serving.acceptor import Acceptor
from webhook_logger.serving.connection import Address, HttpConnection
from webhook_logger.serving.eventlet import let_wait
from webhook_logger.serving.limits import DEFAULT, ConnectionLimits
from webhook_logger.serving.listener import Listener, ServingError
from webhook_logger.serving.places import Places
from webhook_logger.serving.signals import Signals, next_signal

# File descriptors for all but connections: the queue's, the listener, files being served, and
# connections that are turned away.
RESERVED_DESCRIPTORS = 128
LAST_CONNECTIONS_SECONDS = 1
"""How long a stopping worker still accepts connections that wait in the kernel."""
IN_FLIGHT_SECONDS = 15
"""How long a stopping worker waits for requests that have begun, in total."""
FIRST_WAIT_SECONDS = 10
"""The part of that time before it cuts its viewers off."""
SPREAD_SECONDS = 3
"""Viewers are cut off over this time, so that they do not all reconnect at the same moment."""
SECONDS_BETWEEN_CUTS = 0.05
LAST_WORDS_SECONDS = 0.2
"""Time to report to the other workers that the viewers have left."""

LEAVE_SECONDS = LAST_CONNECTIONS_SECONDS + IN_FLIGHT_SECONDS
"""Maximum time that a worker takes to stop, after `DRAIN_SECONDS`."""


class Worker(Protocol):
    """A WSGI application that can be asked to drain."""

    draining: bool
    """Whether `/readyz` asks load balancers to send no more requests."""

    def say_bye(self) -> None:
        """Notify viewers that they will be cut off, and can reconnect."""

    def refused(self, line: str, reason: Reason) -> None:
        """Report a refused request, by its target or the beginning of its request line."""

    def hold_viewers(self, most: int) -> None:
        """Lower the maximum number of viewers to what this machine has room for."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """PEP 3333."""


def serve(
    worker: Worker,
    listener: Listener,
    signals: Signals,
    drain_seconds: float,
    limits: ConnectionLimits = DEFAULT,
) -> None:
    """Serve until SIGINT, which ends the worker at once, or SIGTERM, which drains it first."""
    places = Places(_raise_descriptor_limit(limits.connections))
    worker.hold_viewers(places.most_viewers)
    let_wait(places.descriptors)
    _calm_the_collector()

    def connect(sock: socket.socket, address: Address) -> HttpConnection:
        return HttpConnection(sock, address, worker, places, limits, worker.refused)

    acceptor = Acceptor(listener, places, connect)
    accepting = eventlet.spawn(acceptor.run)
    if next_signal(signals) != signal.SIGTERM:
        return

    def stop_accepting() -> None:
        # Connections that the kernel has accepted already are served.
        listener.let_nobody_in()
        with eventlet.Timeout(LAST_CONNECTIONS_SECONDS, exception=False):
            while listener.has_waiting():
                eventlet.sleep()
        # The listener first: connections that arrive in between would be reset.
        listener.close()
        accepting.kill()
        eventlet.sleep()  # so that the last ones begin
        acceptor.close_idle()

    def leave() -> None:
        worker.draining = True
        places.last_responses = True
        eventlet.sleep(drain_seconds)
        _leave(worker, places, stop_accepting)
        signals.waker.send(b"!")

    eventlet.spawn_n(leave)
    next_signal(signals)  # it has left, or a second signal came


def _leave(worker: Worker, places: Places, stop_accepting: Callable[[], None]) -> None:
    """Refuse new connections, finish requests that have begun, and cut viewers off one by one."""
    places.closing = True
    stop_accepting()
    until = time.monotonic() + IN_FLIGHT_SECONDS
    worker.say_bye()
    places.wait_until_none_is_busy(FIRST_WAIT_SECONDS)
    viewers = list(places.viewers)
    for viewer in viewers:
        eventlet.sleep(min(SECONDS_BETWEEN_CUTS, SPREAD_SECONDS / len(viewers)))
        # Cut, and not closed as Socket.IO does it: clients come back after a cut alone.
        with suppress(OSError):
            viewer.shutdown(socket.SHUT_RDWR)
    eventlet.sleep(LAST_WORDS_SECONDS)
    # Connections that were let in before may have begun a request meanwhile.
    places.wait_until_none_is_busy(max(0.0, until - time.monotonic()))


def _raise_descriptor_limit(connections: int) -> int:
    """Raise the limit of file descriptors, and return how many connections it leaves room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < 2 * RESERVED_DESCRIPTORS:
        raise ServingError(f"{hard} file descriptors are too few; see `ulimit -Hn`.")
    wanted = connections + RESERVED_DESCRIPTORS
    limit = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit - RESERVED_DESCRIPTORS


def _calm_the_collector() -> None:
    """Run the garbage collector rarely: it stops the worker, and longer with each viewer.

    Requests and viewers leave no cycles behind: counting references frees their memory.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
