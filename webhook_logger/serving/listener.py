"""The listening socket: open it, accept connections, and close it without losing one."""

from __future__ import annotations

import ctypes
import errno
import logging
import socket
import struct
from contextlib import suppress
from typing import Any

import eventlet

from webhook_logger.serving.eventlet import FairSocket, unpatched_select

# eventlet's default of 50 rejects bursts of senders. The kernel limits this to
# net.core.somaxconn.
BACKLOG = 4096
ACCEPT_PAUSE_SECONDS = 0.1
SO_ATTACH_FILTER = 26  # Linux, include/uapi/asm-generic/socket.h; Python has no name for it

_CLOSED = (errno.EBADF, errno.EINVAL)
_CONNECTION_ERRORS = (
    *(errno.ECONNABORTED, errno.EPROTO, errno.EPERM, errno.ENETDOWN, errno.ENETUNREACH),
    *(errno.ENOPROTOOPT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.EOPNOTSUPP),
)
"""Errors of a connection that ended before it was accepted (accept(2)): accept the next one
immediately. All other errors are shortages, which last.
"""

log = logging.getLogger(__name__)


class ServingError(Exception):
    """The server cannot start. The message is for the operator."""


class Listener:
    """A listening socket whose `accept` retries after a shortage."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    @property
    def url(self) -> str:
        """The URL that a browser on this machine can open."""
        host, port = self._socket.getsockname()[:2]
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"

    def drop_new_connections(self) -> None:
        """Make the kernel drop new connections; their clients retry after a second.

        Otherwise, closing the listener would reset connections that arrived after the last
        `has_waiting`. Only works on Linux (socket(7), SO_ATTACH_FILTER).
        """
        drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
        program = struct.pack("HP", 1, ctypes.addressof(drop_all))
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)

    def has_waiting(self) -> bool:
        """Return whether the kernel has connections to accept. Never blocks."""
        poll = unpatched_select.poll()
        poll.register(self._socket.fileno(), unpatched_select.POLLIN)
        return bool(poll.poll(0))

    def accept(self) -> tuple[socket.socket, Any] | None:
        """Wait for the next connection and return it; return None after the listener closed."""
        while True:
            try:
                return self._socket.accept()
            except OSError as error:
                if error.errno in _CLOSED:
                    return None
                if error.errno not in _CONNECTION_ERRORS:
                    log.warning("Cannot accept new connections now: %s.", error.strerror)
                    eventlet.sleep(ACCEPT_PAUSE_SECONDS)


def listen(host: str, port: int) -> Listener:
    """Open a listener that does not share its port with other processes. Raises `ServingError`."""
    try:
        # Not eventlet.listen: it sets SO_REUSEPORT, and a second server would silently take half of
        # the load.
        sock = FairSocket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ":" in host:  # "::" also accepts IPv4, regardless of the system's default
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError as error:
        raise ServingError(
            f"Cannot listen on {host}, port {port}: {error.strerror or error}."
        ) from None
    return Listener(sock)
