"""Serve until a signal arrives, then drain and stop."""

from __future__ import annotations

import faulthandler
import gc
import logging
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
from webhook_logger.serving.access_log import connection_class
from webhook_logger.serving.connection import Address, HttpConnection
from webhook_logger.serving.eventlet import defer_descriptors
from webhook_logger.serving.limits import DEFAULT, ConnectionLimits
from webhook_logger.serving.listener import Listener
from webhook_logger.serving.load import Load
from webhook_logger.serving.port import ServingError
from webhook_logger.serving.signals import DRAIN, Signals, next_signal
from webhook_logger.serving.slots import ConnectionSlots
from webhook_logger.serving.sockets import Socket
from webhook_logger.serving.team import Team
from webhook_logger.serving.viewer import EndViewer

# File descriptors for the queue, the listener, files being served, and rejected connections.
RESERVED_DESCRIPTORS = 128
ACCEPT_SECONDS = 1
"""Time during which a stopping worker still accepts connections that wait in the kernel."""
HANDOVER_SECONDS = 5
"""Minimum time in which viewers move to another worker, if there is one."""
PEERS_SECONDS = 1
"""Time to find out whether there is another worker."""
VIEWERS_POLL_SECONDS = 0.1
STOP_SECONDS = 15
"""Maximum time that a worker needs to stop after it has drained. Then its process ends."""
IN_FLIGHT_SECONDS = 9
"""The part of `STOP_SECONDS` for requests in flight, before senders that still wait for a responder
get the callback's reply.
"""
REPLY_SECONDS = 1
"""Time to send these replies before viewers are disconnected."""
SPREAD_SECONDS = 3
"""Maximum time over which viewers are disconnected, so that they do not reconnect all at once."""
SECONDS_BETWEEN_DISCONNECTS = 0.05
NOTIFY_SECONDS = 0.2
"""Time to notify the other workers that the viewers have left."""
EXIT_SECONDS = PEERS_SECONDS + 0.5
"""The part of `STOP_SECONDS` for finding other workers and for ending the process."""

log = logging.getLogger(__name__)


class Worker(Protocol):
    """A WSGI application that can drain."""

    draining: bool
    """Whether `/readyz` asks load balancers to stop sending requests."""

    @property
    def has_viewers(self) -> bool:
        """Return whether viewers are connected."""

    def has_peers(self) -> bool:
        """Return whether other workers can take over the viewers."""

    def send_bye(self, seconds: float) -> None:
        """Accept no more viewers, and notify those connected that they will be disconnected, but
        not before `seconds` have passed.
        """

    def stop_waiting(self) -> None:
        """Respond to all senders that wait for a responder."""

    def begin_disconnecting(self) -> None:
        """Count viewers that leave from now on as disconnected, and end the polls in progress."""

    def refused(self, line: str, reason: Reason) -> None:
        """Report a refused request, by its target or the beginning of its request line."""

    def limit_viewers(self, maximum: int) -> None:
        """Lower the maximum number of viewers to this one."""

    def rule_of(self, target: str) -> tuple[str, str]:
        """Return the rule of a request target, for the access log, and the UUID of a callback."""

    def observe(self, load: Load) -> None:
        """Show the load of the process in the metrics."""

    def report(self, question: str) -> str:
        """Return the report that another worker of the same supervisor asks for."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """PEP 3333."""


def serve(
    worker: Worker,
    listener: Listener,
    signals: Signals,
    drain_seconds: float,
    limits: ConnectionLimits = DEFAULT,
    logs_requests: bool = False,
    team: Team | None = None,
) -> None:
    """Serve until SIGINT, which stops the worker immediately, or SIGTERM, which drains it first.

    `team` is for a worker with a supervisor, which can ask it to drain, too.
    """
    slots = ConnectionSlots(_raise_descriptor_limit(limits.connections))
    worker.limit_viewers(slots.max_viewers)
    load = Load(slots)
    worker.observe(load)
    eventlet.spawn_n(load.measure_lag)
    defer_descriptors(slots.descriptors)
    _tune_garbage_collector()
    router = team.siblings if team else None

    kind = connection_class(logs_requests, worker.rule_of)

    def connect(sock: Socket, address: Address, end_viewer: EndViewer) -> HttpConnection:
        return kind(sock, address, worker, slots, end_viewer, limits, worker.refused, router)

    acceptor = Acceptor(listener, slots, connect)

    def accept() -> None:
        if team is None or team.join(listener, acceptor, worker.report):
            acceptor.run()

    accepting = eventlet.spawn(accept)
    number = next_signal(signals)
    if number not in (signal.SIGTERM, DRAIN):
        return
    cause = "SIGTERM" if number == signal.SIGTERM else "The supervisor asks, or has ended"
    log.info("%s: this worker drains, then stops.", cause)

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
        stop: Callable[[], None] = stop_accepting
        if team and team.successor:
            accepting.kill()
            team.hand_over(listener, acceptor)
            stop = acceptor.close_idle
        has_peers = _drain(worker, slots, drain_seconds)
        _shut_down(worker, slots, stop, has_peers)
        signals.waker.send(b"!")

    _end_process_after(max(drain_seconds, HANDOVER_SECONDS) + STOP_SECONDS)
    eventlet.spawn_n(drain)
    next_signal(signals, {DRAIN})  # from `drain`, or a second signal


def _end_process_after(seconds: float) -> None:
    """End the process after `seconds`, even if it hangs, with the stack of each thread on stderr.

    A thread without the GIL does this, so that it also works while Python code blocks the hub.
    """
    faulthandler.dump_traceback_later(seconds, exit=True)


def _drain(worker: Worker, slots: ConnectionSlots, drain_seconds: float) -> bool:
    """Serve without new viewers until the others had time to move to other workers.

    Return whether there are other workers.
    """
    worker.draining = True
    slots.last_responses = True
    has_peers = False
    with eventlet.Timeout(PEERS_SECONDS, exception=False):
        has_peers = worker.has_peers()
    seconds = max(drain_seconds, HANDOVER_SECONDS if has_peers else 0)
    worker.send_bye(seconds)
    until = time.monotonic() + seconds
    while drain_seconds or worker.has_viewers:
        rest = until - time.monotonic()
        if rest <= 0:
            break
        eventlet.sleep(min(rest, VIEWERS_POLL_SECONDS))
    return has_peers


def _shut_down(
    worker: Worker, slots: ConnectionSlots, stop_accepting: Callable[[], None], has_peers: bool
) -> None:
    """Refuse new connections, finish requests in flight, and disconnect viewers one by one."""
    began = time.monotonic()

    def wait_until_idle(seconds_after_begin: float) -> None:
        slots.wait_until_idle(max(0.0, began + seconds_after_begin - time.monotonic()))

    slots.closing = True
    stop_accepting()
    worker.begin_disconnecting()
    if has_peers:  # otherwise no response of a responder can arrive
        wait_until_idle(IN_FLIGHT_SECONDS)
        worker.stop_waiting()
        wait_until_idle(IN_FLIGHT_SECONDS + REPLY_SECONDS)
    else:
        worker.stop_waiting()
        wait_until_idle(IN_FLIGHT_SECONDS)
    _disconnect_viewers(slots)
    # Connections accepted earlier may have begun a request meanwhile.
    wait_until_idle(STOP_SECONDS - EXIT_SECONDS)


def _disconnect_viewers(slots: ConnectionSlots) -> None:
    viewers = list(slots.viewers)
    until = time.monotonic() + SPREAD_SECONDS
    for number, viewer in enumerate(viewers):
        # A sleep can take longer than it should: share the rest of the time.
        seconds = (until - time.monotonic()) / (len(viewers) - number)
        eventlet.sleep(min(SECONDS_BETWEEN_DISCONNECTS, max(0.0, seconds)))
        # Not a Socket.IO DISCONNECT: clients reconnect only after the transport closes.
        with suppress(OSError):
            viewer.shutdown(socket.SHUT_RDWR)
    eventlet.sleep(NOTIFY_SECONDS)


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

    Requests and viewers have no reference cycles, so reference counting frees their memory. wsgi.py
    disables the collector while modules are imported.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    gc.enable()
