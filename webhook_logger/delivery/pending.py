"""A request whose sender waits for a live response."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from typing import NamedTuple

from webhook_logger.delivery.stored import StoredReply


class PendingOutcome(NamedTuple):
    """The result for the sender of a pending request."""

    response: str | None
    """The responder's response as JSON; None if no response arrived in time."""
    reply: StoredReply | None = None
    """The callback's reply, as in a receipt, if no response arrived."""


class PendingRequest(ABC):
    """A request that was published and has no response yet. Call `outcome` exactly once."""

    # Class attributes until they change, which makes construction cheap. Every request through the
    # queue makes one of these objects, because a response can arrive before this worker knows that
    # the request is pending.
    _response: str | None = None
    _is_stopped = False
    _wake: threading.Event | None = None

    def set_response(self, response: str) -> None:
        """Set the response. Never blocks."""
        self._response = response
        self._wake_up()

    def stop_waiting(self) -> None:
        """End the wait, unless a response is on its way. Never blocks."""
        self._is_stopped = True
        self._wake_up()

    def outcome(self, seconds: float) -> PendingOutcome:
        """Wait at most that long for a response, then use the callback's reply. Never raises."""
        try:
            self._wake = wake = threading.Event()
            if self._response is None and not self._is_stopped:
                wake.wait(seconds)
            reply = self._withdraw() if self._response is None else None
            return PendingOutcome(self._response, reply)
        finally:
            self._end()

    def wait_for_response(self, seconds: float) -> None:
        """Wait at most that long for a response that is already on its way."""
        deadline = time.monotonic() + seconds
        self._wake = wake = threading.Event()
        while self._response is None and wake.wait(deadline - time.monotonic()):
            wake.clear()

    def _wake_up(self) -> None:
        if self._wake:
            self._wake.set()

    @abstractmethod
    def _withdraw(self) -> StoredReply | None:
        """Accept no more responses, and return the callback's reply. Return None if a response was
        accepted in the meantime.
        """

    @abstractmethod
    def _end(self) -> None:
        """Remove the request from the pending requests."""
