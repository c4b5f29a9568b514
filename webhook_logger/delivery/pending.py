"""A request whose sender waits for a live response."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from typing import NamedTuple


class PendingOutcome(NamedTuple):
    """The result for the sender of a pending request."""

    given: str | None
    """The responder's response, as it was handed over; None if none came in time."""
    reply: str | None = None
    """The callback's reply, as in a receipt, if no response came."""


class PendingRequest(ABC):
    """A request that was published and has no response yet. Call `outcome` exactly once."""

    # Attributes of the class until they change: each request through the queue makes one of these,
    # because a response can come before this worker knows that the request is pending.
    _given: str | None = None
    _is_let_go = False
    _wake: threading.Event | None = None

    def give(self, given: str) -> None:
        """Set the response. Never blocks."""
        self._given = given
        self._wake_up()

    def let_go(self) -> None:
        """Stop waiting, unless a response is on its way. Never blocks."""
        self._is_let_go = True
        self._wake_up()

    def outcome(self, seconds: float) -> PendingOutcome:
        """Wait at most that long for a response, else take the callback's reply. Never raises."""
        try:
            self._wake = wake = threading.Event()
            if self._given is None and not self._is_let_go:
                wake.wait(seconds)
            reply = self._take_back() if self._given is None else None
            return PendingOutcome(self._given, reply)
        finally:
            self._end()

    def wait_for_response(self, seconds: float) -> None:
        """Wait at most that long for a response that is on its way."""
        deadline = time.monotonic() + seconds
        self._wake = wake = threading.Event()
        while self._given is None and wake.wait(deadline - time.monotonic()):
            wake.clear()

    def _wake_up(self) -> None:
        if self._wake:
            self._wake.set()

    @abstractmethod
    def _take_back(self) -> str | None:
        """Refuse responses from now on, and return the callback's reply; None if a response was
        taken in the meantime.
        """

    @abstractmethod
    def _end(self) -> None:
        """Forget it."""
