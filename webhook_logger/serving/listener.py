"""The listening socket: open it, accept connections, and close it without losing one."""

from __future__ import annotations

import ctypes
import errno
import logging
import socket
import struct
from contextlib import suppress
from functools import partial
from typing import Any

import eventlet

from webhook_logger.serving.eventlet import adopt_socket, fair, open_socket, unpatched_select
from webhook_logger.serving.port import bind, cannot_listen, url_of
from webhook_logger.serving.sockets import FairSocket

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


class Listener:
    """A listening socket whose `accept` retries after a shortage."""

    def __init__(self, sock: FairSocket) -> None:
        self._socket = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    @property
    def url(self) -> str:
        """The URL that a browser on this machine can open."""
        return url_of(self._socket)

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

    def accept(self) -> tuple[FairSocket, Any] | None:
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
    # Not eventlet.listen: it sets SO_REUSEPORT, and a second server would silently take half of
    # the load.
    sock = bind(partial(open_socket, kind=socket.SOCK_STREAM), host, port)
    try:
        sock.listen(BACKLOG)
    except OSError as error:
        raise cannot_listen(host, port, error) from None
    return Listener(fair(sock))


def take_listener(descriptor: int) -> Listener:
    """Return the listener of a bound socket from the supervisor, which may not listen yet."""
    return Listener(adopt_socket(descriptor))
