"""The inbox: receive the requests of one callback."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, overload

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.api import ReplyPart, reply_fields
from webhook_logger.client.base import (
    QUIET_SECONDS,
    WAIT_SECONDS,
    BaseInbox,
    Where,
    any_event,
    check_count,
    request_where,
)
from webhook_logger.client.errors import Closed
from webhook_logger.client.expect.expectation import Expectation, Expectations
from webhook_logger.client.http import Headers
from webhook_logger.client.received import ReceivedRequest
from webhook_logger.client.reply_steps import ReplySteps
from webhook_logger.client.stream.events import Event, Gap

if TYPE_CHECKING:
    from typing_extensions import Unpack


__tracebackhide__ = True  # pytest shows the line of the test, not the client's own code


class Inbox(BaseInbox):
    """The requests of one callback. It is safe to use from several threads.

        with Inbox("https://hooks.example.com") as inbox:
            create_order(webhook=inbox.url)
            request = inbox.wait(timeout=5, where=lambda r: r.method == "POST")
            assert request.json()["type"] == "order.created"

    It joins the callback before the block starts, so it receives every request sent from then on.
    Iteration without `with` opens the inbox, and closes it at the end.
    """

    def __enter__(self) -> Inbox:
        return self if self._is_ready() else self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> Inbox:
        """Connect, join, and return the inbox. It can be opened only once.

        Raises `Unreachable`, `Rejected` or `Closed`.
        """
        self._open()
        return self

    def close(self) -> None:
        """Disconnect, and stop the thread. Threads that wait for the inbox get `Closed`."""
        self._end()

    def wait(
        self, timeout: float | None = WAIT_SECONDS, where: Where | None = None
    ) -> ReceivedRequest:
        """Return the first matching request, which may have arrived earlier. Others stay queued.

        `timeout` is in seconds; None waits forever. `where` must not use the inbox. Raises
        `NothingArrived`, whose message lists what did arrive, `Rejected` or `Closed`.
        """
        self._require_open()
        take = self._take_first(request_where(where))
        request: ReceivedRequest = self._block_until(
            take, timeout, lambda: self._nothing_arrived(timeout)
        )
        return request

    @overload
    def assert_received(
        self, *, timeout: float | None = WAIT_SECONDS, **expected: Unpack[Expectations]
    ) -> ReceivedRequest: ...

    @overload
    def assert_received(
        self, *, count: int, timeout: float | None = WAIT_SECONDS, **expected: Unpack[Expectations]
    ) -> list[ReceivedRequest]: ...

    def assert_received(
        self,
        *,
        count: int | None = None,
        timeout: float | None = WAIT_SECONDS,
        **expected: Unpack[Expectations],
    ) -> ReceivedRequest | list[ReceivedRequest]:
        """Return the first request that has everything of `expected`, see `Expectations`.

        With `count`, wait for this number of requests, and return a list. Like `wait`, it takes
        them from the inbox. Raises `AssertionError` after `timeout` seconds. Its message shows the
        differences in the closest unread request. Raises `Rejected` or `Closed`, too.
        """
        self._require_open()
        expectation, number = Expectation(expected), check_count(count)
        found: list[ReceivedRequest] = []
        self._block_until(
            self._take_all(expectation, found, number),
            timeout,
            lambda: self._not_received(expectation, timeout, len(found), number),
        )
        return found[0] if count is None else found

    def assert_not_received(
        self, *, within: float = QUIET_SECONDS, **expected: Unpack[Expectations]
    ) -> None:
        """Raise `AssertionError` if an unread request has everything of `expected`.

        Wait `within` seconds for such requests. Without `expected`, any request is an error.
        """
        self._require_open()
        expectation = Expectation(expected)
        take = self._take_first(request_where(expectation.matches))
        try:
            request: ReceivedRequest = self._block_until(take, within, TimeoutError)
        except TimeoutError:
            return
        raise self._unexpected(request, expectation)

    def __iter__(self) -> Iterator[ReceivedRequest | Gap]:
        """Iterate over requests in the order of `seq`, and the gaps between them, until `close()`.

        Raises `Rejected` if the server refuses the inbox.
        """
        with closing(self.events()) as events:
            for event in events:
                if isinstance(event, ReceivedRequest | Gap):
                    yield event

    def events(self, timeout: float | None = None) -> Generator[Event, None, None]:
        """Iterate over all events of `events.py` in order, like iteration over the inbox.

        Ends after `timeout` seconds, even if events are still queued.
        """
        if self._is_open:
            yield from self._all_events(timeout)
        else:
            with self:
                yield from self._all_events(timeout)

    def reply(
        self,
        status: int = 200,
        headers: Headers = (),
        body: bytes | str = b"",
        *,
        delay: float = 0,
        times: int | None = None,
        cors: bool = True,
        template: bool = False,
        rules: Sequence[ReplyPart] = (),
        sequence: Sequence[int | ReplyPart] = (),
    ) -> ReplySteps:
        """Set the callback's reply. It is sent after `delay` seconds, `times` times or always.

        With `template`, `{{ expressions }}` in headers and body are replaced by values of the
        request. Each of `rules` is a response to the requests that match, such as
        `{"match": {"subpath": "/a*"}, "status": 503, "body": "no"}`; `sequence` has statuses or
        responses that are sent one after the other, such as `[503, 503, 200]`. docs/replies.md has
        the details. `reply(503).times(2).then(200)` adds steps.

        Raises `Rejected`, whose message says which part is not allowed, or `Unreachable`.
        """
        fields = reply_fields(
            status=status,
            headers=headers,
            body=body,
            delay=delay,
            times=times,
            cors=cors,
            template=template,
            rules=rules,
            sequence=sequence,
        )
        return ReplySteps(self._api.set_reply, fields)

    def reset_reply(self) -> None:
        """Restore the default reply. Raises `Rejected` or `Unreachable`."""
        self._api.reset_reply()

    def respond(
        self,
        request: CapturedRequest,
        status: int = 200,
        headers: Headers = (),
        body: bytes | str = b"",
    ) -> bool:
        """Respond to one request whose sender waits. Return False if it was too late.

        Needs `respond`. Raises `Rejected` or `Unreachable`.
        """
        return self._api.respond(request, status, headers, body)

    def decline(self, request: CapturedRequest) -> bool:
        """Give one request the callback's reply at once. Return False if it was too late.

        Raises `Rejected` or `Unreachable`.
        """
        return self._api.decline(request)

    def _all_events(self, timeout: float | None) -> Generator[Event, None, None]:
        end = None if timeout is None else time.monotonic() + timeout
        try:
            while (left := None if end is None else end - time.monotonic()) is None or left > 0:
                event: Event = self._block_until(self._take_first(any_event), left, TimeoutError)
                yield event
        except (Closed, TimeoutError):
            return
