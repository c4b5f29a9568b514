"""Serve until a signal arrives, then drain and stop."""

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
from webhook_logger.serving.eventlet import defer_descriptors
from webhook_logger.serving.limits import DEFAULT, ConnectionLimits
from webhook_logger.serving.listener import Listener, ServingError
from webhook_logger.serving.signals import Signals, next_signal
from webhook_logger.serving.slots import ConnectionSlots

# File descriptors for the queue, the listener, files being served, and rejected connections.
RESERVED_DESCRIPTORS = 128
ACCEPT_SECONDS = 1
"""Time during which a stopping worker still accepts connections that wait in the kernel."""
IN_FLIGHT_SECONDS = 15
"""Time that a stopping worker waits for requests in flight, in total."""
FIRST_WAIT_SECONDS = 10
"""The part of `IN_FLIGHT_SECONDS` before the worker disconnects its viewers."""
SPREAD_SECONDS = 3
"""Maximum time over which viewers are disconnected, so that they do not reconnect all at once."""
SECONDS_BETWEEN_DISCONNECTS = 0.05
NOTIFY_SECONDS = 0.2
"""Time to notify the other workers that the viewers have left."""

SHUTDOWN_SECONDS = ACCEPT_SECONDS + IN_FLIGHT_SECONDS
"""Maximum time that a worker needs to stop, after `DRAIN_SECONDS`."""


class Worker(Protocol):
    """A WSGI application that can drain."""

    draining: bool
    """Whether `/readyz` asks load balancers to stop sending requests."""

    def send_bye(self) -> None:
        """Notify viewers that they will be disconnected and can reconnect."""

    def refused(self, line: str, reason: Reason) -> None:
        """Report a refused request, by its target or the beginning of its request line."""

    def limit_viewers(self, maximum: int) -> None:
        """Lower the maximum number of viewers to this one."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """PEP 3333."""


def serve(
    worker: Worker,
    listener: Listener,
    signals: Signals,
    drain_seconds: float,
    limits: ConnectionLimits = DEFAULT,
) -> None:
    """Serve until SIGINT, which stops the worker immediately, or SIGTERM, which drains it first."""
    slots = ConnectionSlots(_raise_descriptor_limit(limits.connections))
    worker.limit_viewers(slots.max_viewers)
    defer_descriptors(slots.descriptors)
    _tune_garbage_collector()

    def connect(sock: socket.socket, address: Address) -> HttpConnection:
        return HttpConnection(sock, address, worker, slots, limits, worker.refused)

    acceptor = Acceptor(listener, slots, connect)
    accepting = eventlet.spawn(acceptor.run)
    if next_signal(signals) != signal.SIGTERM:
        return

    def stop_accepting() -> None:
        # Serve connections that the kernel has accepted already.
        listener.drop_new_connections()
        with eventlet.Timeout(ACCEPT_SECONDS, exception=False):
            while listener.has_waiting():
                eventlet.sleep()
        # Close the listener first: connections that arrive in between would be reset.
        listener.close()
        accepting.kill()
        eventlet.sleep()  # the last accepted connections begin
        acceptor.close_idle()

    def drain() -> None:
        worker.draining = True
        slots.last_responses = True
        eventlet.sleep(drain_seconds)
        _shut_down(worker, slots, stop_accepting)
        signals.waker.send(b"!")

    eventlet.spawn_n(drain)
    next_signal(signals)  # from `drain`, or a second signal


def _shut_down(worker: Worker, slots: ConnectionSlots, stop_accepting: Callable[[], None]) -> None:
    """Refuse new connections, finish requests in flight, and disconnect viewers one by one."""
    slots.closing = True
    stop_accepting()
    until = time.monotonic() + IN_FLIGHT_SECONDS
    worker.send_bye()
    slots.wait_until_idle(FIRST_WAIT_SECONDS)
    viewers = list(slots.viewers)
    for viewer in viewers:
        eventlet.sleep(min(SECONDS_BETWEEN_DISCONNECTS, SPREAD_SECONDS / len(viewers)))
        # Not a Socket.IO DISCONNECT: clients reconnect only after the transport closes.
        with suppress(OSError):
            viewer.shutdown(socket.SHUT_RDWR)
    eventlet.sleep(NOTIFY_SECONDS)
    # Connections accepted earlier may have begun a request meanwhile.
    slots.wait_until_idle(max(0.0, until - time.monotonic()))


def _raise_descriptor_limit(connections: int) -> int:
    """Raise the limit of file descriptors, and return the number of connections that fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < 2 * RESERVED_DESCRIPTORS:
        raise ServingError(
            f"The limit of {hard} file descriptors is too low. Raise it with `ulimit -Hn`."
        )
    wanted = connections + RESERVED_DESCRIPTORS
    limit = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit - RESERVED_DESCRIPTORS


def _tune_garbage_collector() -> None:
    """Run the garbage collector rarely: it pauses the worker, longer with each viewer.

    Requests and viewers have no reference cycles, so reference counting frees their memory.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
