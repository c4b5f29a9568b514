"""A worker among the workers of one supervisor: when it begins, and how another one follows it."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from functools import partial

import eventlet

from webhook_logger.serving.acceptor import Acceptor
from webhook_logger.serving.listener import BACKLOG, Listener
from webhook_logger.serving.siblings import Siblings
from webhook_logger.serving.signals import Signals
from webhook_logger.serving.supervised import Control, Seat

READY_SECONDS = 2.0
"""Time for a new worker to connect to the queue before it accepts connections anyway: it then
responds to senders with the reason.
"""
REPLACEMENT_SECONDS = 10.0
"""The same for a worker that replaces another one. Then it ends, and the other one stays."""
POLL_SECONDS = 0.02
READY = "ready"
"""The question whether a worker is ready. It returns the reason why not, or an empty text."""

Report = Callable[[str], str]

log = logging.getLogger(__name__)


class Team:
    """The connections of a worker to its supervisor and to the other workers."""

    def __init__(self, seat: Seat, siblings: Siblings, signals: Signals) -> None:
        self._seat = seat
        self._signals = signals
        self.siblings = siblings
        self._control = Control(seat, signals)

    def join(self, listener: Listener, acceptor: Acceptor, report: Report) -> bool:
        """Wait until the worker is ready, and report it. Return False if it is useless."""
        reason = _wait_until_ready(
            report, REPLACEMENT_SECONDS if self._seat.is_replacement else READY_SECONDS
        )
        if reason and self._seat.is_replacement:
            log.error("This worker cannot replace another one, because it is not ready: %s", reason)
            self._signals.waker.send(bytes((signal.SIGINT,)))
            return False
        self.siblings.receive(acceptor.adopt, report)
        try:
            listener.listen(BACKLOG)
        except OSError as error:  # another server listens there since the supervisor has started
            log.error("Cannot listen on %s: %s.", listener.url, error.strerror)
            os._exit(1)
        self._control.report_accepting()
        return True

    def leave(self) -> None:
        """Remove what this worker has in the common folder."""
        self._control.end()

    def hand_over(self, listener: Listener, acceptor: Acceptor) -> None:
        """Leave new connections, and those that wait for a request, to the successor."""
        listener.close()  # the successor has the same socket, so no connection is lost
        eventlet.sleep()  # the last accepted connections begin
        acceptor.hand_over(partial(self.siblings.hand_over, self._control.successor))

    @property
    def successor(self) -> int:
        """Return the number of the worker that replaces this one, or 0."""
        return self._control.successor


def _wait_until_ready(report: Report, seconds: float) -> str:
    until = time.monotonic() + seconds
    while (reason := report(READY)) and time.monotonic() < until:
        eventlet.sleep(POLL_SECONDS)
    return reason
