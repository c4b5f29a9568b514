"""The interface between `listen` and what it shows requests on: plain lines, or the view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.stream.events import ConnectionStatus, Responded
from webhook_logger.client.totals import Totals


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check of a signature, for people."""

    symbol: str
    """✓, ✗, or ? if the signature could not be checked."""
    text: str


class Display(Protocol):
    """Shows requests, their responses and the connection. It is safe to use from any thread."""

    totals: Totals

    def request(self, request: CapturedRequest, check: Check | None = None) -> None:
        """Show a request, and the check of its signature.

        Raises `OSError` if the output cannot be written.
        """

    def forwarded(self, request: CapturedRequest, outcome: ForwardOutcome, more: str = "") -> None:
        """Show the outcome of forwarding a request; `more` says what its sender got."""

    def responded(self, responded: Responded) -> None:
        """Show the response that a sender received."""

    def gap(self, text: str) -> None:
        """Show that requests were missed."""

    def connection_changed(self, status: ConnectionStatus, text: str) -> None:
        """Show the state of the connection."""

    def addresses(self, url: str, view_url: str) -> None:
        """Show the URL for senders, and the link for people who may watch."""

    def note(self, text: str, style: str = "") -> None:
        """Show a note. `style` is a colour."""
