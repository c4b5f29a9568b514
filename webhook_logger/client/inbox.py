"""An inbox: the requests of one callback, as they come."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.base import WAIT_SECONDS, BaseInbox, Where, anything, request_where
from webhook_logger.client.errors import Closed
from webhook_logger.client.http import Headers
from webhook_logger.client.stream.events import Event, Gap

_NAP_SECONDS = 1.0
"""Windows hears Ctrl-C between two waits only."""


class Inbox(BaseInbox):
    """The requests of one callback; may be used from several threads.

        with Inbox("https://hooks.example.com") as inbox:
            create_order(webhook=inbox.url)
            request = inbox.wait(timeout=5, where=lambda r: r.method == "POST")
            assert request.json()["type"] == "order.created"

    It is joined before the block starts, so nothing that is sent from there on is missed. Where it
    is iterated without `with`, it is opened by that, and closed at its end.
    """

    def __enter__(self) -> Inbox:
        return self if self._is_ready() else self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> Inbox:
        """Connect, join, and return the inbox. Raises `Unreachable` or `Rejected`; it can't be
        opened twice.
        """
        self._begin()
        if self._timeout is None:
            return self
        try:
            self._until(self._is_live, self._timeout, self._not_live)
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Leave; whoever waits is told. Nothing is left of it, no thread and no connection."""
        self._end()

    def wait(
        self, timeout: float | None = WAIT_SECONDS, where: Where | None = None
    ) -> CapturedRequest:
        """Take the first request that fits, also one that came before; all others stay.

        `timeout` in seconds; None is for ever. Raises `NothingArrived`, whose text says what did,
        `Rejected` and `Closed`. `where` must not use the inbox.
        """
        self._must_be_open()
        take = self._taker(request_where(where))
        request: CapturedRequest = self._until(take, timeout, lambda: self._nothing(timeout))
        return request

    def __iter__(self) -> Iterator[CapturedRequest | Gap]:
        """Requests in the order of `seq`, and what was missed between them; without an end.

        Raises `Rejected` where the server will not have it; `close()` ends it.
        """
        with closing(self.events()) as events:
            for event in events:
                if isinstance(event, CapturedRequest | Gap):
                    yield event

    def events(self, timeout: float | None = None) -> Generator[Event, None, None]:
        """Everything in its order, as in `events.py`; else as when it is iterated.

        It ends after `timeout` seconds, whatever still waits.
        """
        if self._is_open:
            yield from self._every(timeout)
        else:
            with self:
                yield from self._every(timeout)

    def reply(
        self,
        status: int = 200,
        headers: Headers = (),
        body: bytes | str = b"",
        *,
        delay: float = 0,
        times: int | None = None,
    ) -> None:
        """The callback's reply from now on, after `delay` seconds, `times` times or always.

        Raises `Rejected`, whose text says what a reply can't have, or `Unreachable`.
        """
        self._api.set_reply(status, headers, body, delay, times)

    def reset_reply(self) -> None:
        """The callback responds as it does by default."""
        self._api.reset_reply()

    def respond(
        self,
        request: CapturedRequest,
        status: int = 200,
        headers: Headers = (),
        body: bytes | str = b"",
    ) -> bool:
        """Respond to one request, whose sender waits; False when it was too late.

        Needs `respond=True`. Raises `Rejected` or `Unreachable`.
        """
        return self._api.respond(request, status, headers, body)

    def decline(self, request: CapturedRequest) -> bool:
        """Let one request have the callback's own reply, at once; False when it was too late.

        Raises `Rejected` or `Unreachable`.
        """
        return self._api.decline(request)

    def _every(self, timeout: float | None) -> Generator[Event, None, None]:
        end = None if timeout is None else time.monotonic() + timeout
        try:
            while (rest := None if end is None else end - time.monotonic()) is None or rest > 0:
                event: Event = self._until(self._taker(anything), rest, TimeoutError)
                yield event
        except (Closed, TimeoutError):
            return

    def _until(
        self,
        found: Callable[[], object],
        seconds: float | None,
        late: Callable[[], BaseException],
    ) -> Any:
        """What `found` finds, looked for at each change."""
        deadline = None if seconds is None else time.monotonic() + seconds
        with self._mailbox.changed:
            while (value := found()) is None:
                rest = _NAP_SECONDS if deadline is None else deadline - time.monotonic()
                if rest <= 0:
                    raise late()
                self._mailbox.changed.wait(min(rest, _NAP_SECONDS))
        return value
