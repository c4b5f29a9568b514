"""The signals of the process, as bytes on a socket."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

log = logging.getLogger(__name__)


class Signals(NamedTuple):
    """A pair of sockets: the numbers of signals arrive at one, and are sent to the other."""

    received: socket.socket
    waker: socket.socket


def next_signal(signals: Signals) -> int:
    """Wait for a signal that ends the process, and return its number. SIGHUP does not."""
    while (number := signals.received.recv(1)[0]) == signal.SIGHUP:
        log.info("SIGHUP changes nothing: settings are read at the start. Restart the worker.")
    return number


@contextmanager
def heard() -> Iterator[Signals]:
    """Hear SIGINT, SIGTERM and SIGHUP from now on.

    A handler that raised would do so in any green thread, and a flag that a handler sets is not
    noticed while the hub sleeps. So their numbers arrive at a socket.
    """
    signals = Signals(*socket.socketpair())
    signals.waker.setblocking(False)
    signal.set_wakeup_fd(signals.waker.fileno())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: None)
    try:
        yield signals
    finally:
        signal.set_wakeup_fd(-1)  # the sockets end now, and signals may still come
