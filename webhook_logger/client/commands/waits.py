"""Print notes about requests that wait, for a retry or for a slow target."""

from __future__ import annotations

from abc import abstractmethod

from webhook_logger.client.display import Display
from webhook_logger.client.relay.forward import Context, ForwardOutcome, Observer
from webhook_logger.client.relay.target import Target
from webhook_logger.client.show import duration

LONG_SECONDS = 2.0
"""A shorter wait for a retry gets no note."""


class Waits(Observer[Context]):
    """An observer that reports long waits."""

    def __init__(self, screen: Display, rate: float | None) -> None:
        """`rate`: the maximum number of requests per second, if there is one."""
        self._notes = screen
        self._rate = rate

    @abstractmethod
    def name(self, context: Context) -> str:
        """Return the beginning of a line about a request."""

    def retry(self, context: Context, outcome: ForwardOutcome, seconds: float) -> None:
        """Print when a request is sent again."""
        if seconds < LONG_SECONDS:
            return
        why = f"status {outcome.response.status}" if outcome.response else outcome.error.rstrip(".")
        about = f"{self.name(context)} → {outcome.target.url}"
        self._notes.note(f"{about}: {why}. Next attempt in {duration(seconds)}.", "yellow")

    def backlog(self, target: Target, count: int) -> None:
        """Print how many requests wait for a target."""
        wait = "1 request waits" if count == 1 else f"{count} requests wait"
        why = f", which gets {self._rate:g} per second" if self._rate else ""
        self._notes.note(f"{wait} for {target.url}{why}.", "yellow")
