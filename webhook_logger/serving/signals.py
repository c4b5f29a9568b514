"""The signals of the process, as bytes on a socket."""

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
    """Give a socket that receives the numbers of SIGINT, SIGTERM and SIGHUP, and its other end.

    A handler that raised would do so in any green thread, and a flag that a handler sets is not
    noticed while the hub sleeps.
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
