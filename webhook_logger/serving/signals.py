"""Receive the signals of the process as bytes on a socket."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import NamedTuple

DRAIN = 0
"""Arrives like a signal when the supervisor asks to drain or ends. Not a signal, because a process
manager may send SIGTERM to all processes, and a second SIGTERM ends a worker at once.
"""

log = logging.getLogger(__name__)


class Signals(NamedTuple):
    """A pair of sockets: signal numbers are sent to `waker` and arrive at `received`."""

    received: socket.socket
    waker: socket.socket


def next_signal(signals: Signals, ignored: Container[int] = ()) -> int:
    """Wait for a signal that ends the process, and return its number; `DRAIN` is one of them.

    Ignore SIGHUP and the numbers in `ignored`.
    """
    while True:
        number = signals.received.recv(1)[0]
        if number == signal.SIGHUP:
            log.info("Ignored SIGHUP: settings are read only at start. To change them, restart.")
        elif number not in ignored:
            return number


@contextmanager
def receive_signals(*more: int) -> Iterator[Signals]:
    """Receive SIGINT, SIGTERM, SIGHUP and the signals in `more` on a socket.

    An exception from a signal handler would be raised in any green thread, and the hub does not
    notice a flag while it sleeps.
    """
    signals = Signals(*socket.socketpair())
    signals.waker.setblocking(False)
    signal.set_wakeup_fd(signals.waker.fileno())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, *more):
        signal.signal(number, lambda _number, _frame: None)
    try:
        yield signals
    finally:
        signal.set_wakeup_fd(-1)  # the sockets close now, and signals can still arrive
