"""The server process: its listener, its limits, and how it is stopped."""

from __future__ import annotations

import ctypes
import errno
import gc
import logging
import resource
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import IPv6Address
from typing import Any, Protocol

import eventlet
from eventlet import wsgi

from webhook_logger.errors import Reason
from webhook_logger.serving.connection import Connection
from webhook_logger.serving.fair import FairSocket
from webhook_logger.serving.hub import let_wait
from webhook_logger.serving.limits import DEFAULT, Limits
from webhook_logger.serving.places import Places
from webhook_logger.serving.signals import heard, next_signal

# eventlet's own is 50, so that a burst of senders is turned away; the kernel caps this at
# net.core.somaxconn.
BACKLOG = 4096
# File descriptors for all but connections: the queue's, the listener, files being served.
RESERVED_DESCRIPTORS = 128
TURNED_AWAY_AT_ONCE = 64
"""Connections over the limit that are told so at a time; the rest waits. Of the reserved ones."""
ACCEPT_PAUSE_SECONDS = 0.1
SO_ATTACH_FILTER = 26  # Linux, include/uapi/asm-generic/socket.h; Python has no name for it
LAST_CONNECTIONS_SECONDS = 1
"""How long a leaving worker goes on accepting what waits to be."""
IN_FLIGHT_SECONDS = 15
"""How long a leaving worker waits for requests that have begun, in all."""
FIRST_WAIT_SECONDS = 10
"""How long of this before it cuts its viewers off."""
SPREAD_SECONDS = 3
"""Over how long it cuts its viewers off, so that they do not all come to the others at once."""
SECONDS_BETWEEN_CUTS = 0.05
LAST_WORDS_SECONDS = 0.2
"""For the other workers to be told that the viewers have left."""

LEAVE_SECONDS = LAST_CONNECTIONS_SECONDS + IN_FLIGHT_SECONDS
"""How long a worker takes to stop, at most, after it has drained."""

_unpatched_select = eventlet.patcher.original("select")  # the patched one waits

log = logging.getLogger(__name__)


class ServingError(Exception):
    """The server cannot start; the message is a sentence for the operator."""


class Listener:
    """A listening socket whose `accept` outlives every shortage.

    `eventlet.wsgi.server` ends at most errors of `accept`, and without a word at a few.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host, port = self._socket.getsockname()[:2]
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"

    def let_nobody_in(self) -> None:
        """From now on the kernel drops new connections, whose clients try again in a second.

        Between the last look at what waits and the end of the listener, one that came in would be
        reset. Only Linux can do that (socket(7), SO_ATTACH_FILTER).
        """
        drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
        program = struct.pack("HP", 1, ctypes.addressof(drop_all))
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)

    def has_waiting(self) -> bool:
        """Whether the kernel has connections that were not accepted yet. Never blocks."""
        poll = _unpatched_select.poll()
        poll.register(self._socket.fileno(), _unpatched_select.POLLIN)
        return bool(poll.poll(0))

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection, as soon as the machine can take one."""
        while True:
            try:
                return self._socket.accept()
            except OSError as error:
                if error.errno in (errno.EBADF, errno.EINVAL):
                    eventlet.Event().wait()  # closed: whoever did that ends this green thread, too
                log.warning("New connections wait: %s.", error.strerror)
                eventlet.sleep(ACCEPT_PAUSE_SECONDS)


def listen(host: str, port: int) -> Listener:
    """A listener that shares its port with nobody. Raises `ServingError`."""
    try:
        # Not eventlet.listen: it sets SO_REUSEPORT, so that a second server would quietly take half
        # of the load.
        sock = FairSocket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ":" in host:  # whatever the system's default: "::" is every address
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError as error:
        raise ServingError(
            f"Cannot listen on {host}, port {port}: {error.strerror or error}."
        ) from None
    return Listener(sock)


class Worker(Protocol):
    """What is served: a WSGI application that knows when it is about to leave."""

    draining: bool
    """Whether load balancers are asked to send no more."""

    def say_bye(self) -> None:
        """Tell the viewers that they will be cut off, and can come back."""

    def refused(self, line: str, reason: Reason) -> None:
        """Take note of a refused request, by the beginning of its request line, or its target."""

    def hold_viewers(self, most: int) -> None:
        """So many viewers have room on this machine."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """PEP 3333."""


def serve(
    worker: Worker, listener: Listener, drain_seconds: float, limits: Limits = DEFAULT
) -> None:
    """Serve until SIGINT, which ends it at once, or SIGTERM, upon which it leaves gracefully."""
    places = Places(_raise_descriptor_limit(limits.connections))
    worker.hold_viewers(places.most_viewers)
    let_wait(places.descriptors)
    _calm_the_collector()
    # In a green thread of its own, because at its end it waits for all connections, viewers too.
    accepting = eventlet.spawn(_accept, worker, listener, places, limits)
    with heard() as (signals, waker):
        if next_signal(signals) != signal.SIGTERM:
            return

        def stop_accepting() -> None:
            # Those whom the kernel has let in already are not turned away.
            listener.let_nobody_in()
            with eventlet.Timeout(LAST_CONNECTIONS_SECONDS, exception=False):
                while listener.has_waiting():
                    eventlet.sleep()
            # First the listener: connections that came in between would be reset.
            listener.close()
            eventlet.sleep()  # so that the last ones begin, and do not count as idle
            accepting.kill()

        def leave() -> None:
            worker.draining = True
            places.last_answers = True
            eventlet.sleep(drain_seconds)
            _leave(worker, places, stop_accepting)
            waker.send(b"!")

        eventlet.spawn_n(leave)
        next_signal(signals)  # it has left, or a second signal came


def _accept(worker: Worker, listener: Listener, places: Places, limits: Limits) -> None:
    def protocol(state: list[Any], _server: object) -> None:
        address, sock, _ = state

        was_idle = False

        def set_idle(idle: bool) -> bool:
            # At its end eventlet's server marks all connections as closed, and closes those that
            # are idle. What arrives on one of these cannot be answered, and must not be published.
            nonlocal was_idle
            if state[2] == wsgi.STATE_CLOSE:
                return not was_idle
            state[2] = wsgi.STATE_IDLE if idle else wsgi.STATE_REQUEST
            was_idle = idle
            return True

        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        address = (_plain(address[0]), *address[1:])
        connection = Connection(sock, address, worker, places, set_idle, limits, worker.refused)
        if not places.take():
            connection.turn_away()
            return
        try:
            connection.serve()
        finally:
            places.give_back()

    wsgi.server(
        listener,
        worker,
        protocol=protocol,
        max_size=places.connections + TURNED_AWAY_AT_ONCE,
        log_output=False,
        debug=False,
    )


def _plain(address: str) -> str:
    """Return an IPv4 address as such, and not as an IPv6 socket shows it (RFC 4291, 2.5.5.2)."""
    if not address.startswith("::ffff:"):
        return address
    return str(IPv6Address(address).ipv4_mapped or address)


def _leave(worker: Worker, places: Places, stop_accepting: Callable[[], None]) -> None:
    """Turn away what is new, finish what has begun, and let viewers go one by one."""
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
    """Let this process have the file descriptors it needs; returns for how many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < 2 * RESERVED_DESCRIPTORS:
        raise ServingError(f"{hard} file descriptors are too few; see `ulimit -Hn`.")
    wanted = connections + RESERVED_DESCRIPTORS
    limit = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit - RESERVED_DESCRIPTORS


def _calm_the_collector() -> None:
    """Let the garbage collector look rarely: it stops the worker, for longer with each viewer.

    What a request or a viewer leaves behind goes without it, by counting references; the program
    itself stays for ever.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
