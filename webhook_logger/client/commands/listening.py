"""What `listen` does with each event of an inbox."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.archive.files import Archive
from webhook_logger.client.base import START_SECONDS, never_live
from webhook_logger.client.commands.relay import Relay
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.errors import ClientError
from webhook_logger.client.filters import Filter
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.stream.events import Event, Gap, Link, Refused, Responded, Responding

_FAREWELLS = {
    "draining": "the server is leaving",
    "slow": "this command has read too slowly",
    "limit": "the server has no room for this viewer",
}


_RESPONDED_SECONDS = 1.0
"""`responded` follows a request within milliseconds, unless its reply is late."""


class Listening:
    """Shows, saves and sends on what the filter lets through, and tells how things stand."""

    def __init__(
        self,
        inbox: Inbox,
        screen: Screen,
        wanted: Filter,
        archive: Archive | None,
        relay: Relay | None,
    ) -> None:
        self._inbox = inbox
        self._screen = screen
        self._wanted = wanted
        self._archive = archive
        self._relay = relay
        self.count = 0
        """How many requests were let through."""
        self._was_live = False

    def run(self, most: int | None, seconds: float | None) -> None:
        """Until so many requests came, or the time is over.

        Raises `Unreachable` where the server was not there in `START_SECONDS`.
        """
        begun = time.monotonic()
        start = min(START_SECONDS, seconds or START_SECONDS)
        self._follow(most, start, until_live=True)
        if not self._was_live:
            raise never_live(self._inbox.url, self._inbox.link, start)
        if self.count != most:
            self._follow(most, seconds and max(0, seconds - (time.monotonic() - begun)))

    def _follow(self, most: int | None, seconds: float | None, *, until_live: bool = False) -> None:
        with closing(self._inbox.events(seconds)) as events:
            for event in events:
                self._take(event)
                if self.count == most or (until_live and self._was_live):
                    return

    def finish(self) -> None:
        """Wait a moment for the responses of what was saved."""
        if not self._archive or not self._archive.awaits_response():
            return
        with closing(self._inbox.events(_RESPONDED_SECONDS)) as events:
            for event in events:
                if isinstance(event, Responded):
                    with _writing():
                        self._archive.responded(event)
                if not self._archive.awaits_response():
                    return

    def unread(self) -> list[CapturedRequest]:
        """The requests that came and were not looked at, and that the filter lets through."""
        left = []
        with suppress(ClientError):  # no more
            while True:
                left.append(self._inbox.wait(timeout=0))
        return list(filter(self._wanted.matches, left))

    def _take(self, event: Event) -> None:
        if isinstance(event, CapturedRequest):
            if self._wanted.matches(event):
                self._let_through(event)
            elif self._relay:
                self._relay.pass_over(event)
        elif isinstance(event, Gap):
            self._screen.note(_gap(event), "yellow")
        elif isinstance(event, Link):
            self._link(event)
        elif isinstance(event, Refused):
            self._screen.note(_refused(event), "yellow")
        elif isinstance(event, Responding):
            self._responding(event)
        else:
            self._responded(event)

    def _let_through(self, request: CapturedRequest) -> None:
        if self._relay:
            self._relay.hold(request)
        self.count += 1
        if self._archive:
            with _writing():
                self._archive.add(request)
        self._screen.request(request)  # what is seen is saved, whatever comes next
        if self._relay:
            self._relay.send(request)

    def _link(self, link: Link) -> None:
        if link.state == "live":
            self._was_live = True
            self._screen.note("Live.", "green")
        elif link.state == "reconnecting":
            reason = _FAREWELLS.get(link.reason, link.reason).rstrip(".")
            self._screen.note(f"Not live: {reason}. Trying again.", "red")
        elif link.state == "stalled":
            self._screen.note(f"Not live: {link.reason.rstrip('.')}.", "red")

    def _responding(self, responding: Responding) -> None:
        if self._relay:
            self._relay.responds = responding.yes
        if responding.yes:
            self._screen.note("Senders get the target's responses.", "green")
        else:
            reason = responding.reason.rstrip(".")
            self._screen.note(f"Senders do not get the target's responses: {reason}.", "red")

    def _responded(self, responded: Responded) -> None:
        """Save the response, and say who gave it, where that was to be us."""
        if self._archive:
            with _writing():
                self._archive.responded(responded)
        if self._relay and self._relay.responds and responded.by != "responder":
            whose = {"path": "as its path asks"}.get(responded.by, "with the callback's own reply")
            self._screen.note(
                f"#{responded.seq}: its sender got {responded.status} {whose}.", "yellow"
            )


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ClientError(f"The archive cannot be written any more: {error}.") from error


def _requests(count: int) -> str:
    return "1 request was" if count == 1 else f"{count} requests were"


def _refused(refused: Refused) -> str:
    which = ":" if refused.count == 1 else ". The latest:"
    return f"{_requests(refused.count)} refused{which} {refused.message} (status {refused.status})"


def _gap(gap: Gap) -> str:
    if gap.count is None:
        return "Requests may have been missed; the server can't tell how many."
    why = {
        "away": "missed while this was not live",
        "hole": "missed: the server left them out",
        "unread": "dropped here: they came faster than they were handled",
    }
    return f"{_requests(gap.count)} {why[gap.why]}."
