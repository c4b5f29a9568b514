"""What an inbox and its asyncio twin have in common: all but how they wait."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import httpcore

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.address import Address
from webhook_logger.client.api import Api
from webhook_logger.client.errors import Closed, NothingArrived, Unreachable
from webhook_logger.client.stream.connection import MAX_MESSAGE_BYTES, STEP_SECONDS
from webhook_logger.client.stream.events import Event, Link
from webhook_logger.client.stream.mailbox import Mailbox
from webhook_logger.client.stream.stream import Stream

START_SECONDS = 10.0
WAIT_SECONDS = 10.0

Where = Callable[[CapturedRequest], bool]


class BaseInbox:
    """The requests of one callback."""

    def __init__(
        self,
        url: str,
        *,
        respond: bool = False,
        timeout: float | None = START_SECONDS,
        tls: ssl.SSLContext | None = None,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> None:
        """`url`: a server's base URL, which gives a new callback; a callback's; or its page's.

        `respond`: claim to respond to the callback's requests; see `respond()` and `Responding`.
        `timeout`: for so many seconds it is waited for the server at the start; with None it is
        not waited for, and `events()` tells how it stands. `tls`: whom to trust; by default the
        system's authorities and certifi's. `max_message_bytes`: a larger message of
        the server ends the connection; the body of a request comes in one, perhaps as base64.
        Raises `Invalid` for a URL that is none of these.
        """
        self._address = Address.of(url)
        self._timeout = timeout
        self._responds = respond
        if tls is None and self._address.base.lower().startswith("https:"):
            tls = httpcore.default_ssl_context()
        self._mailbox = Mailbox(on_change=self._wake)
        # A step of connecting cannot be broken off: no start may wait longer for one.
        steps = min(timeout or STEP_SECONDS, STEP_SECONDS)
        self._stream = Stream(
            self._address,
            self._mailbox,
            tls,
            respond=respond,
            step_seconds=steps,
            most_message_bytes=max_message_bytes,
        )
        self._api = Api(self._address, tls, timeout or START_SECONDS)
        self._is_open = False

    @property
    def url(self) -> str:
        """The callback URL, for senders."""
        return self._address.url

    @property
    def view_url(self) -> str:
        """The page that shows the same requests."""
        return self._address.view_url

    @property
    def uuid(self) -> str:
        """The callback's UUID, lower-case."""
        return self._address.uuid

    @property
    def link(self) -> Link:
        """How the connection stands now."""
        return self._mailbox.link

    @property
    def responding(self) -> bool:
        """Whether it responds to the callback's requests now."""
        return self._mailbox.responding is not None and self._mailbox.responding.yes

    def digest(self) -> list[str]:
        """What came so far, in a few lines for people."""
        with self._mailbox.changed:
            return self._mailbox.digest.lines()

    def _wake(self) -> None:
        """Something changed in the mailbox."""

    def _begin(self) -> None:
        if self._is_open or self._mailbox.ended:
            raise Closed("An inbox can be opened once.")
        self._is_open = True
        self._stream.start()

    def _is_ready(self) -> bool:
        """Whether it is open already, as in `with inbox.open()`."""
        return self._is_open and not self._mailbox.ended

    def _must_be_open(self) -> None:
        if not self._is_open:
            raise Closed("This inbox is not open: `with` or `open()` does that.")

    def _end(self) -> None:
        """Wait for its thread, and give back all that it has."""
        self._stream.close()
        self._api.close()

    def _is_live(self) -> bool | None:
        """Whether it is joined, and told whether it responds; raises where it never will be."""
        if self._mailbox.ended:
            raise self._mailbox.ended
        told = self._mailbox.responding is not None or not self._responds
        return (self.link.state == "live" and told) or None

    def _not_live(self) -> Unreachable:
        return never_live(self.url, self.link, self._timeout or 0)

    def _taker(self, wanted: Callable[[Event], bool]) -> Callable[[], Event | None]:
        """Takes the first wanted event, where there is one; looks at each event once."""
        seen = 0

        def take() -> Event | None:
            nonlocal seen
            event, seen = self._mailbox.take(wanted, seen)
            if event is None and self._mailbox.ended:
                raise self._mailbox.ended
            return event

        return take

    def _nothing(self, seconds: float | None) -> NothingArrived:
        within = f" within {seconds:g} seconds" if seconds is not None else ""
        lines = [f"No such request{within}.", *self.digest()]
        if self.link.state != "live":
            lines.append(f"The connection is {self.link.state}: {self.link.reason}.")
        return NothingArrived("\n".join(lines))


def never_live(url: str, link: Link, seconds: float) -> Unreachable:
    """The error of an inbox that did not join within so many seconds."""
    why = (link.reason or "no connection came about").rstrip(".")
    server = Address.of(url).base
    return Unreachable(f"No webhook logger at {server} within {seconds:g} seconds: {why}.")


def anything(_: Event) -> bool:
    """Wanted is whatever comes."""
    return True


def request_where(where: Where | None) -> Callable[[Event], bool]:
    """Wanted is a request that fits."""
    return lambda event: isinstance(event, CapturedRequest) and (where is None or where(event))
