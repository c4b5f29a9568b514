"""The server process: its listener, its limits, and how it is stopped."""

from __future__ import annotations

import errno
import logging
import resource
import signal
import socket
from typing import Any

import eventlet
import eventlet.wsgi

from webhook_logger.serving.connection import Application, Connection
from webhook_logger.serving.fair import FairSocket
from webhook_logger.serving.places import Places

# eventlet's own is 50, so that a burst of senders is turned away; the kernel caps this at
# net.core.somaxconn.
BACKLOG = 4096
# File descriptors for all but connections: the queue's, the listener, files being served.
RESERVED_DESCRIPTORS = 128
# More than this needs memory, not descriptors.
MOST_CONNECTIONS = 100_000
ACCEPT_PAUSE_SECONDS = 0.1

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

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection, as soon as the machine can take one."""
        while True:
            try:
                return self._socket.accept()
            except OSError as error:
                if error.errno in (errno.EBADF, errno.EINVAL):
                    raise  # closed: this server is ending
                log.warning("New connections wait: %s.", error.strerror)
                eventlet.sleep(ACCEPT_PAUSE_SECONDS)


def listen(host: str, port: int) -> Listener:
    """A listener that shares its port with nobody. Raises `ServingError`."""
    try:
        # Not eventlet.listen: it sets SO_REUSEPORT, so that a second server would quietly take half
        # of the load.
        sock = FairSocket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError as error:
        raise ServingError(
            f"Cannot listen on {host}, port {port}: {error.strerror or error}."
        ) from None
    return Listener(sock)


def serve(application: Application, listener: Listener) -> None:
    """Serve until SIGINT or SIGTERM."""
    places = Places(_raise_descriptor_limit())

    def protocol(state: list[Any], _server: object) -> None:
        address, sock, _ = state
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Connection(sock, address, application, places).serve()

    # In a green thread of its own, because at its end it waits for all connections, viewers
    # included.
    eventlet.spawn_n(
        eventlet.wsgi.server,
        listener,
        application,
        protocol=protocol,
        max_size=places.connections,
        log_output=False,
        debug=False,
    )
    _wait_for_signal()


def _raise_descriptor_limit() -> int:
    """Let this process have all file descriptors it may; returns for how many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < 2 * RESERVED_DESCRIPTORS:
        raise ServingError(f"{hard} file descriptors are too few; see `ulimit -Hn`.")
    wanted = MOST_CONNECTIONS + RESERVED_DESCRIPTORS
    limit = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft == resource.RLIM_INFINITY or soft >= limit:
        return limit - RESERVED_DESCRIPTORS
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit - RESERVED_DESCRIPTORS


def _wait_for_signal() -> None:
    """Return at SIGINT or SIGTERM.

    Through a socket, because a handler that raises does so in whatever green thread is running, and
    one that only sets a flag is not seen while the hub sleeps.
    """
    awake, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)
    awake.recv(1)
