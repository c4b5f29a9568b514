"""SIGINT and SIGTERM, heard by whoever reads a socket."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def heard() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A socket that gives the number of each SIGINT or SIGTERM as a byte, and its other end.

    Through a socket, because a handler that raises does so in whatever green thread is running, and
    one that only sets a flag is not seen while the hub sleeps.
    """
    signals, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)
    try:
        yield signals, waker
    finally:
        signal.set_wakeup_fd(-1)  # the sockets end now, and signals may still come
