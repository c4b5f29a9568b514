"""The base of `Inbox` and `AsyncInbox`, which differ only in how they wait."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpcore

from webhook_logger.client.address import Address
from webhook_logger.client.api import Api
from webhook_logger.client.errors import Closed, Invalid, NothingArrived, Unreachable, in_seconds
from webhook_logger.client.expect.expectation import Expectation
from webhook_logger.client.received import ReceivedRequest
from webhook_logger.client.settings import choose
from webhook_logger.client.stream.claims import Role
from webhook_logger.client.stream.events import ConnectionStatus, Event
from webhook_logger.client.stream.mailbox import Mailbox
from webhook_logger.client.stream.stream import MAX_MESSAGE_BYTES, STEP_SECONDS, Stream

__tracebackhide__ = True  # pytest shows the line of the test, not the client's own code

START_SECONDS = 10.0
WAIT_SECONDS = 10.0
QUIET_SECONDS = 0.5
"""The default time in which nothing may arrive."""
_WAIT_STEP_SECONDS = 1.0
"""Windows handles Ctrl-C only between two waits."""

Where = Callable[[ReceivedRequest], bool]


class BaseInbox:
    """The requests of one callback."""

    def __init__(
        self,
        url: str | None = None,
        *,
        profile: str | None = None,
        respond: Role = False,
        timeout: float | None = START_SECONDS,
        tls: ssl.SSLContext | None = None,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`url`: the URL of a callback or its page, or a server's base URL for a new private one.

        An existing private callback needs the link of its page, which contains the view key. A user
        and a password in the URL are for a proxy in front of the server. Without `url`, the server
        is that of `profile`, of the environment or of a file, with its headers: see `settings.py`.

        `respond`: True claims to respond to the callback's requests, and `"handshakes"` to respond
        to handshakes that need a secret; see `respond()` and `Responding`.
        `timeout`: the maximum seconds that `open()` waits for the server. With None `open()`
        returns at once, and `events()` reports when the connection is live. `tls`: the TLS context;
        by default it trusts the certificate authorities of the system and of certifi.
        `max_message_bytes`: a larger message from the server closes the connection. A request
        arrives in one message, with a binary body as base64. `headers`: sent with each request to
        the server, such as the credentials for a proxy in front of it, and to no other URL.

        Raises `Invalid` if `url` is not a URL, or does not contain the view key that it needs.
        """
        if url is None or profile is not None:
            self._address = choose(url, profile, headers).address
        else:
            self._address = Address.of(url, headers)
        self._timeout = timeout
        self._responds = respond
        if tls is None and self._address.base.lower().startswith("https:"):
            tls = httpcore.default_ssl_context()
        self._mailbox = Mailbox(on_change=self._wake)
        # A step of connecting cannot be interrupted, so none may take longer than `timeout`.
        steps = min(timeout or STEP_SECONDS, STEP_SECONDS)
        self._stream = Stream(
            self._address,
            self._mailbox,
            tls,
            respond=respond,
            step_seconds=steps,
            max_message_bytes=max_message_bytes,
        )
        self._api = Api(self._address, tls, timeout or START_SECONDS)
        self._is_open = False

    @property
    def url(self) -> str:
        """The callback URL, for senders. If the server has two hosts, it is known once joined."""
        return self._mailbox.callback_url or self._address.url

    @property
    def view_url(self) -> str:
        """The link for people who may watch. It contains the view key of a private callback."""
        return self._address.view_url

    @property
    def uuid(self) -> str:
        """The callback's UUID, in lower case."""
        return self._address.uuid

    @property
    def connection(self) -> ConnectionStatus:
        """The current status of the connection."""
        return self._mailbox.connection

    @property
    def responding(self) -> bool:
        """Whether this inbox has the role now that it asked for with `respond`."""
        return self._mailbox.responding is not None and self._mailbox.responding.active

    def digest(self) -> list[str]:
        """Return a summary of all events so far, as a few lines of text."""
        with self._mailbox.changed:
            return self._mailbox.digest.lines()

    def _wake(self) -> None:
        """Wake the thread or task that waits for a change in the mailbox."""

    def _begin(self) -> None:
        if self._is_open or self._mailbox.ended:
            raise Closed("An inbox can be opened only once. Create another one.")
        self._is_open = True
        self._stream.start()

    def _open(self) -> None:
        """Connect, and block until it has joined."""
        self._begin()
        if self._timeout is None:
            return
        try:
            self._block_until(self._is_live, self._timeout, self._not_live_error)
        except BaseException:
            self._end()
            raise

    def _is_ready(self) -> bool:
        """Return whether it is already open, as in `with inbox.open()`."""
        return self._is_open and not self._mailbox.ended

    def _require_open(self) -> None:
        if not self._is_open:
            raise Closed("This inbox is not open. Open it with `with` or `open()`.")

    def _end(self) -> None:
        """Stop the thread of the stream, and close all connections."""
        self._stream.close()
        self._api.close()

    def _is_live(self) -> bool | None:
        """Return True once it has joined and knows whether it has its role, else None.

        Raises the error that ended the stream, if there is one.
        """
        if self._mailbox.ended:
            raise self._mailbox.ended
        has_claimed = self._mailbox.responding is not None or not self._responds
        return (self.connection.state == "live" and has_claimed) or None

    def _not_live_error(self) -> Unreachable:
        return not_live_error(self.url, self.connection, self._timeout or 0)

    def _take_first(self, wanted: Callable[[Event], bool]) -> Callable[[], Event | None]:
        """Return a function that takes the first wanted event, and checks each event only once."""
        seen = 0

        def take() -> Event | None:
            nonlocal seen
            event, seen = self._mailbox.take(wanted, seen)
            if event is None and self._mailbox.ended:
                raise self._mailbox.ended
            return event

        return take

    def _block_until(
        self,
        find: Callable[[], object],
        seconds: float | None,
        timeout_error: Callable[[], BaseException],
    ) -> Any:
        """Call `find` after each change until it returns a value, and return that.

        Raises the error of `timeout_error` after `seconds`.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        with self._mailbox.changed:
            while (value := find()) is None:
                left = _WAIT_STEP_SECONDS if deadline is None else deadline - time.monotonic()
                if left <= 0:
                    raise timeout_error()
                self._mailbox.changed.wait(min(left, _WAIT_STEP_SECONDS))
        return value

    def _take_all(
        self, expectation: Expectation, found: list[ReceivedRequest], count: int
    ) -> Callable[[], bool | None]:
        """Return a function that moves matching requests to `found`, and is true after `count`."""
        wanted = request_where(expectation.matches)
        take = self._take_first(wanted)

        def take_all() -> bool | None:
            nonlocal take
            while len(found) < count and isinstance(event := take(), ReceivedRequest):
                found.append(event)
                take = self._take_first(wanted)
            return len(found) >= count or None

        return take_all

    def _nothing_arrived(self, seconds: float | None) -> NothingArrived:
        lines = (f"No matching request{_in_time(seconds)}.", *self._facts())
        return NothingArrived("\n".join(lines))

    def _facts(self) -> list[str]:
        """Return lines about all requests that arrived, and about a bad connection."""
        lines = self.digest()
        if self.connection.state != "live":
            lines.append(f"The connection is {self.connection.state}: {self.connection.reason}.")
        return lines

    def _not_received(
        self, expectation: Expectation, seconds: float | None, found: int, count: int
    ) -> AssertionError:
        """Return the error of `assert_received`."""
        number = f"Only {found} of {count} matching requests" if found else "No matching request"
        taken = self._mailbox.taken_requests - found
        lines = [
            f"{number}{_in_time(seconds)}.",
            f"Expected: {str(expectation) or 'any request'}",
            *self._facts(),
            *([f"Already taken from the inbox: {taken}."] if taken else []),
            *expectation.explain(self._mailbox.unread_requests()),
        ]
        return AssertionError("\n".join(lines))

    def _unexpected(self, request: ReceivedRequest, expectation: Expectation) -> AssertionError:
        """Return the error of `assert_not_received`."""
        expected = str(expectation) or "any request"
        lines = (f"Request {request.seq} arrived. Not expected: {expected}.", *self._facts())
        return AssertionError("\n".join(lines))


def not_live_error(url: str, status: ConnectionStatus, seconds: float) -> Unreachable:
    """Return the error of an inbox that did not join within `seconds`; `url` is for senders."""
    why = (status.reason or "could not connect").rstrip(".")
    server = url.rpartition("/")[0]
    return Unreachable(
        f"No webhook logger at {server} within {in_seconds(seconds)}: {why}. Start the server, or "
        "check its URL."
    )


def _in_time(seconds: float | None) -> str:
    return " arrived" if seconds is None else f" arrived within {in_seconds(seconds)}"


def check_count(count: int | None) -> int:
    """Return a number of expected requests, by default 1. Raises `Invalid`."""
    if count is None:
        return 1
    if type(count) is not int or count < 1:
        raise Invalid("`count` must be an integer from 1. For none, use `assert_not_received`.")
    return count


def any_event(_: Event) -> bool:
    """Accept every event."""
    return True


def request_where(where: Where | None) -> Callable[[Event], bool]:
    """Return a function that accepts requests for which `where` is true."""

    def wanted(event: Event) -> bool:
        return isinstance(event, ReceivedRequest) and (where is None or where(event))

    return wanted
