"""The signals of the process, heard by whoever reads a socket."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


def next_signal(signals: socket.socket) -> int:
    """Wait for a signal that ends the process, and return its number. SIGHUP does not."""
    while (number := signals.recv(1)[0]) == signal.SIGHUP:
        log.info("SIGHUP changes nothing: settings are read at the start. Restart the worker.")
    return number


@contextmanager
def heard() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A socket that gives the number of SIGINT, SIGTERM and SIGHUP as bytes, and its other end.

    Through a socket, because a handler that raises does so in whatever green thread is running, and
    one that only sets a flag is not seen while the hub sleeps.
    """
    signals, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: None)
    try:
        yield signals, waker
    finally:
        signal.set_wakeup_fd(-1)  # the sockets end now, and signals may still come
