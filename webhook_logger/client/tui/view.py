"""The state of the view, which the threads of `listen` change. It does not depend on Textual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.display import Check
from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.stream.events import ConnectionStatus, Responded
from webhook_logger.client.totals import Totals
from webhook_logger.client.tui.history import RowHistory, SeenOutcome


@dataclass(frozen=True, slots=True)
class Addresses:
    """The two addresses of a callback."""

    url: str
    """For senders."""
    view_url: str
    """For people who may watch."""


class View:
    """A `Display` that keeps what it shows. The app draws it several times a second."""

    def __init__(self, targets: Sequence[str] = ()) -> None:
        self.totals = Totals()
        self.history = RowHistory()
        self.connection = ConnectionStatus("reconnecting")
        self.known: Addresses | None = None
        self.targets = targets
        """The targets that the status line names."""

    def request(self, request: CapturedRequest, check: Check | None = None) -> None:
        """Add a row for a request."""
        self.history.add_request(request, check)

    def forwarded(self, request: CapturedRequest, outcome: ForwardOutcome, more: str = "") -> None:
        """Add the outcome to the row of the request."""
        self.history.add_outcome(request, SeenOutcome.of(outcome, more))

    def responded(self, responded: Responded) -> None:
        """Add the response to the row of its request."""
        self.history.set_responded(responded)

    def gap(self, text: str) -> None:
        """Add a row where requests are missing."""
        self.history.add_note(text, "yellow", is_gap=True)

    def connection_changed(self, status: ConnectionStatus, text: str) -> None:
        """Show the state in the status line, and add a row."""
        self.connection = status
        self.history.add_note(text, "green" if status.state == "live" else "red")

    def addresses(self, url: str, view_url: str) -> None:
        """Show the URL for senders below the status line."""
        self.known = Addresses(url, view_url)
        self.history.version += 1

    def note(self, text: str, style: str = "") -> None:
        """Add a row for a note."""
        self.history.add_note(text, style)


class Actions(Protocol):
    """The actions of the keys. Methods that wait are for threads other than the app's."""

    def targets(self, request: CapturedRequest) -> Sequence[str]:
        """Return the URLs to which a request is sent again; none if the user has to name one."""

    def add_target(self, url: str) -> None:
        """Send requests again to this URL, for this run. Raises `Invalid`."""

    def replay(self, request: CapturedRequest) -> Sequence[ForwardOutcome]:
        """Send a request to its targets. Waits for the responses. Raises `Invalid`."""

    def curl(self, request: CapturedRequest) -> str:
        """Return the request as a curl command."""

    def open(self, url: str) -> bool:
        """Open a URL in the browser; return whether it could be opened. Waits for the browser."""

    def signer(self, request: CapturedRequest) -> str:
        """Return the name of the provider whose secret verifies the request."""

    def check(self, request: CapturedRequest) -> Check | None:
        """Verify the signature with the known secret; None without a secret."""

    def set_secret(self, request: CapturedRequest, secret: str) -> None:
        """Use this secret for the provider of a request, for this run."""
