"""A request whose sender waits, because somebody claims to answer it."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from typing import NamedTuple


class HeldOutcome(NamedTuple):
    """What the sender of a held request is to be answered."""

    given: str | None
    """The answerer's answer, as it was handed over; None: none came in time."""
    reply: str | None = None
    """Where none came, the callback's reply, as in a receipt."""


class Held(ABC):
    """A request that was published and is not answered; its `outcome` must be asked for, once."""

    # Of the class until they change: through the queue there is one of this for every request, as
    # an answer can come before it is known here that the request is held.
    _given: str | None = None
    _is_let_go = False
    _wake: threading.Event | None = None

    def give(self, given: str) -> None:
        """Here is its answer. Never blocks."""
        self._given = given
        self._wake_up()

    def let_go(self) -> None:
        """Wait for no answer any longer, but for one that is on its way. Never blocks."""
        self._is_let_go = True
        self._wake_up()

    def outcome(self, seconds: float) -> HeldOutcome:
        """Wait so long for an answer; without one the callback's reply is taken. Never raises."""
        try:
            self._wake = wake = threading.Event()
            if self._given is None and not self._is_let_go:
                wake.wait(seconds)
            reply = self._take_back() if self._given is None else None
            return HeldOutcome(self._given, reply)
        finally:
            self._end()

    def wait_for_answer(self, seconds: float) -> None:
        """Whoever lets go of it: the answer is on its way."""
        deadline = time.monotonic() + seconds
        self._wake = wake = threading.Event()
        while self._given is None and wake.wait(deadline - time.monotonic()):
            wake.clear()

    def _wake_up(self) -> None:
        if self._wake:
            self._wake.set()

    @abstractmethod
    def _take_back(self) -> str | None:
        """See to it that no answer is taken any more, and take the callback's reply; unless one was
        taken in the meantime.
        """

    @abstractmethod
    def _end(self) -> None:
        """Forget it."""
