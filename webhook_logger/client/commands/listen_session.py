"""Handle the events of an inbox for `listen`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.archive.files import Archive
from webhook_logger.client.base import START_SECONDS, not_live_error
from webhook_logger.client.commands.relay import Relay
from webhook_logger.client.commands.undecided import Undecided
from webhook_logger.client.commands.verifier import Verifier
from webhook_logger.client.display import Display
from webhook_logger.client.errors import ClientError
from webhook_logger.client.filters import Filter
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.show import requests_were
from webhook_logger.client.stream.events import (
    ConnectionStatus,
    Event,
    Gap,
    Recovered,
    Refused,
    Responded,
    Responding,
)
from webhook_logger.providers import ProviderError

_BYE_REASONS = {
    "draining": "the server is shutting down",
    "slow": "this command reads too slowly",
    "blocked": "the operator of the server blocks this callback or this address",
    "limit": "the server has reached its limit of viewers",
}
_NOT_RECEIVED = (
    "did not receive this response to its handshake: it stopped waiting, another viewer responded "
    "first, or the server does not wait for such responses (HANDSHAKES=off)."
)
_STOP_SECONDS = 1.0
_RESPONDED_SECONDS = 1.0
"""`responded` follows a request within milliseconds, unless its reply is delayed."""


class ListenSession:
    """Shows, saves and forwards matching requests, and reports the state of the connection."""

    def __init__(
        self,
        inbox: Inbox,
        screen: Display,
        wanted: Filter,
        archive: Archive | None,
        relay: Relay | None,
        verifier: Verifier | None,
    ) -> None:
        self._inbox = inbox
        self._verifier = verifier
        self._screen = screen
        self._wanted = wanted
        self._archive = archive
        self._relay = relay
        self._undecided = Undecided()
        self.count = 0
        """The number of matching requests."""
        self._was_live = False
        self._handling = threading.Lock()
        self._is_stopped = False
        self._not_handled: list[CapturedRequest] = []
        """Requests that arrived after `stop`."""
        self._noted: set[str] = set()

    def run(self, limit: int | None, seconds: float | None) -> None:
        """Handle events until `limit` requests arrived or `seconds` are over.

        Raises `Unreachable` if the inbox is not live within `START_SECONDS`.
        """
        begin = time.monotonic()
        start = min(START_SECONDS, seconds or START_SECONDS)
        self._follow(limit, start, until_live=True)
        if not self._was_live:
            raise not_live_error(self._inbox.url, self._inbox.connection, start)
        if self.count != limit:
            self._follow(limit, seconds and max(0, seconds - (time.monotonic() - begin)))

    def _follow(
        self, limit: int | None, seconds: float | None, *, until_live: bool = False
    ) -> None:
        with closing(self._inbox.events(seconds)) as events:
            for event in events:
                with self._handling:
                    self._handle_unless_stopped(event)
                if self._is_stopped or self.count == limit or (until_live and self._was_live):
                    return

    def finish(self) -> None:
        """Wait a moment for the responses to the saved requests."""
        if self._undecided:
            self._screen.note(
                f"{requests_were(len(self._undecided))} still without a response, which --filter "
                "needs.",
                "yellow",
            )
        if not self._archive or not self._archive.awaits_response():
            return
        with closing(self._inbox.events(_RESPONDED_SECONDS)) as events:
            for event in events:
                if isinstance(event, Responded):
                    with _writing():
                        self._archive.responded(event)
                if not self._archive.awaits_response():
                    return

    def stop(self) -> None:
        """Handle no more events. Call it from a thread other than that of `run`."""
        self._is_stopped = True
        # A handler can block while a target is slow.
        if self._handling.acquire(timeout=_STOP_SECONDS):
            self._handling.release()

    def unread(self) -> list[CapturedRequest]:
        """Return the matching requests that are still queued."""
        left = list(self._not_handled)
        with suppress(ClientError):  # the queue is empty
            while True:
                left.append(self._inbox.wait(timeout=0))
        return list(filter(self._wanted.matches, left))

    def _handle_unless_stopped(self, event: Event) -> None:
        if not self._is_stopped:
            self._handle(event)
        elif isinstance(event, CapturedRequest):
            self._not_handled.append(event)

    def _handle(self, event: Event) -> None:
        totals = self._screen.totals
        if isinstance(event, CapturedRequest):
            totals.add("received")
            self._respond_to_handshake(event)
            if self._wanted.needs_status:
                self._wait_for_response(event)
            elif self._wanted.matches(event):
                self._matched(event)
            elif self._relay:
                self._relay.skip(event)
        elif isinstance(event, Gap):
            totals.gap(event)
            self._screen.gap(_gap(event))
        elif isinstance(event, Recovered):
            totals.add("recovered", event.count)
            self._screen.note(f"{requests_were(event.count)} recovered.", "green")
        elif isinstance(event, ConnectionStatus):
            self._show_status(event)
        elif isinstance(event, Refused):
            totals.add("refused", event.count)
            self._screen.note(_refused(event), "yellow")
        elif isinstance(event, Responding):
            self._responding(event)
        else:
            self._responded(event)

    def _matched(self, request: CapturedRequest) -> None:
        if self._relay:
            self._relay.expect(request)
        self.count += 1
        if self._archive:
            with _writing():
                self._archive.add(request)
        check = self._verifier.check(request) if self._verifier else None
        self._screen.totals.add("matched")
        if check:
            self._screen.totals.add(check.symbol)
        self._screen.request(request, check)  # after it is saved
        if self._relay:
            self._relay.send(request)

    def _wait_for_response(self, request: CapturedRequest) -> None:
        """Decide about a request when the status is known that its sender received."""
        dropped = self._undecided.add(request)
        if dropped:
            self._screen.note(
                f"{requests_were(dropped)} dropped: too many wait for the status that --filter "
                "needs.",
                "yellow",
            )

    def _respond_to_handshake(self, request: CapturedRequest) -> None:
        """Respond to a handshake that needs a known secret, unless the target responds."""
        found = self._verifier.handshake(request) if self._verifier else None
        if not self._verifier or not found or (self._relay and self._relay.responds_to(request)):
            return
        name, about = found.provider.name, f"#{request.seq}: "
        try:
            response = self._verifier.response(found)
            in_time = self._inbox.respond(request, response.status, response.headers, response.body)
        except (ProviderError, ClientError) as error:
            self._note_once(f"The handshake of {name} gets no response from here: {error}")
            return
        if in_time:
            self._screen.totals.add("responded")
            self._screen.note(f"{about}{response.about} (status {response.status})", "green")
        else:
            self._screen.note(f"{about}{name} {_NOT_RECEIVED}", "yellow")

    def _note_once(self, text: str) -> None:
        """Print a note; a provider repeats its handshake, and the reason stays the same."""
        if text not in self._noted:
            self._noted.add(text)
            self._screen.note(text, "red")

    def _show_status(self, status: ConnectionStatus) -> None:
        if status.state == "live":
            if not self._was_live:
                self._begin()
            self._was_live = True
            self._screen.connection_changed(status, "Live.")
        elif status.state == "reconnecting":
            reason = _BYE_REASONS.get(status.reason, status.reason).rstrip(".")
            self._screen.connection_changed(status, f"Not live: {reason}. Reconnecting.")
        elif status.state == "stalled":
            self._screen.connection_changed(status, f"Not live: {status.reason.rstrip('.')}.")

    def _begin(self) -> None:
        """Show the addresses, which are known now."""
        if self._relay:
            self._relay.refuse_callback(self._inbox)
        if self._archive:
            self._archive.origin = origin_of(self._inbox)
        self._screen.addresses(self._inbox.url, self._inbox.view_url)

    def _responding(self, responding: Responding) -> None:
        if not self._relay or not self._relay.has_responder:
            if not responding.active:
                reason = responding.reason.rstrip(".")
                self._screen.note(f"`listen` does not respond to handshakes: {reason}.", "yellow")
            return
        self._relay.responds = responding.active
        if responding.active:
            self._screen.note("Senders receive the target's responses.", "green")
        else:
            reason = responding.reason.rstrip(".")
            self._screen.note(f"Senders do not receive the target's responses: {reason}.", "red")

    def _responded(self, responded: Responded) -> None:
        """Save the response, and print a note if this inbox should have given it and did not."""
        request = self._undecided.take(responded)
        if request and self._wanted.matches(request, responded.status):
            self._matched(request)
        self._screen.responded(responded)
        if self._archive:
            with _writing():
                self._archive.responded(responded)
        if self._relay and self._relay.responds and responded.by != "responder":
            source = {"path": "chosen by its path"}.get(responded.by, "from the callback's reply")
            self._screen.note(
                f"#{responded.seq}: the sender received {responded.status} {source}.", "yellow"
            )


def origin_of(inbox: Inbox) -> str:
    """Return the origin of the callback, as far as its URL is known."""
    scheme, _, rest = inbox.url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ClientError(f"Cannot write to the archive: {error}.") from error


def _refused(refused: Refused) -> str:
    which = ":" if refused.count == 1 else ". The latest:"
    requests = requests_were(refused.count)
    return f"{requests} refused{which} {refused.message} (status {refused.status})"


def _gap(gap: Gap) -> str:
    if gap.count is None:
        return "Requests may have been missed. The number is unknown."
    texts = {
        "disconnected": "missed while this was not live",
        "skipped": "missed: the server skipped them",
        "overflow": "dropped: they arrived faster than this command handled them",
    }
    return f"{requests_were(gap.count)} {texts[gap.reason]}."
