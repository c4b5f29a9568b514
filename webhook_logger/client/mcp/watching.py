"""Watch callbacks for one agent: keep what arrived in memory, within limits, and wait for more."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.aio import AsyncInbox
from webhook_logger.client.api import Api
from webhook_logger.client.errors import ClientError, Invalid
from webhook_logger.client.filters import Filter
from webhook_logger.client.stream.events import Event, Gap, Recovered, Refused, Responded

STEP_SECONDS = 1.0
"""Seconds between two reports of progress while nothing arrives."""


@dataclass(slots=True)
class Received:
    """A request that arrived in this session."""

    number: int
    """1, 2, 3 … within its callback in this session."""
    request: CapturedRequest
    response: Responded | None = None
    """The response that the sender got, once the server has reported it."""
    returned: bool = False
    """Whether a call that waited has returned it."""

    @property
    def size(self) -> int:
        """The bytes that count for the limit."""
        lines = (*self.request.headers, *self.request.trailers)
        return len(self.request.body.content) + sum(len(name) + len(text) for name, text in lines)


@dataclass(slots=True)
class Losses:
    """Requests that are not in the list, so that no result says that nothing arrived."""

    missed: int = 0
    """Accepted by the server while the connection was down or too slow."""
    missed_unknown: bool = False
    """Whether more were missed, and the server can't say how many."""
    dropped: int = 0
    """Arrived, and dropped again because the session kept too many."""
    refused: int = 0
    """Refused by the server, such as malformed requests."""
    refusal: str = ""
    """The reason for the latest refused request, as a word of docs/errors.md."""
    recovered: int = 0

    def add(self, event: Event) -> None:
        """Count an event that is not a request."""
        if isinstance(event, Gap):
            self.missed += event.count or 0
            self.missed_unknown = self.missed_unknown or event.count is None
        elif isinstance(event, Recovered):
            self.recovered += event.count
        elif isinstance(event, Refused):
            self.refused += event.count
            self.refusal = event.reason


class Watched:
    """One callback that an agent watches."""

    def __init__(
        self, inbox: AsyncInbox, api: Api, on_received: Callable[[Received], None]
    ) -> None:
        self.id = secrets.token_urlsafe(12)
        """Names the callback in the tools. It can't be guessed, and senders don't know it."""
        self.is_own = False
        """Whether the agent created it, or the user chose it, so that the agent may send to it."""
        self.inbox = inbox
        self.api = api
        """Sets its reply. Its calls block."""
        self.losses = Losses()
        self.failure = ""
        """Why no more requests arrive; empty while the callback is watched."""
        self.count = 0
        """The number of requests that arrived."""
        self._on_received = on_received
        self._kept: dict[int, Received] = {}
        self._waiting: set[asyncio.Future[None]] = set()
        self._reading = asyncio.create_task(self._read())

    @property
    def received(self) -> list[Received]:
        """The requests that are kept, the oldest first."""
        return list(self._kept.values())

    def get(self, number: int) -> Received:
        """Return a request. Raises `Invalid` if it does not exist, or no longer."""
        if number in self._kept:
            return self._kept[number]
        if 1 <= number <= self.count:
            raise Invalid(f"Request {number} was dropped, because this session kept too many.")
        has = f"The numbers go from 1 to {self.count}." if self.count else "None has arrived yet."
        raise Invalid(f"There is no request {number} in this session. {has}")

    def drop(self, number: int) -> None:
        """Forget a request."""
        if self._kept.pop(number, None):
            self.losses.dropped += 1

    async def wait(
        self,
        wanted: Filter,
        count: int,
        seconds: float,
        after: int | None,
        report: Callable[[float, int], Awaitable[None]],
    ) -> list[Received]:
        """Return up to `count` matching requests, after at most `seconds`.

        Without `after`, it returns requests that no earlier call returned, also if they arrived
        before this call; with `after`, those with a larger number. `report` is called with the
        seconds that have passed and the number of matching requests, after each change and about
        once a second.
        """
        loop = asyncio.get_running_loop()
        start = loop.time()
        search = _Search(self, wanted, after)
        while True:
            found = search.find(count)
            left = start + seconds - loop.time()
            if len(found) >= count or left <= 0 or self.failure:
                break
            await report(loop.time() - start, len(found))
            await self._change(min(STEP_SECONDS, left))
        for each in found:
            each.returned = True
        return found

    async def close(self) -> None:
        """Stop watching, and close the connection."""
        self._reading.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading
        self.failure = self.failure or "The callback is closed."
        self._wake()
        await self.inbox.close()
        self.api.close()

    async def _read(self) -> None:
        try:
            async for event in self.inbox.events():
                self._add(event)
        except ClientError as error:
            self.failure = str(error)
        finally:
            self._wake()

    def _add(self, event: Event) -> None:
        if isinstance(event, CapturedRequest):
            self.count += 1
            received = self._kept[self.count] = Received(self.count, event)
            self._on_received(received)
        elif isinstance(event, Responded):
            self._set_response(event)
        else:
            self.losses.add(event)
        self._wake()

    def _set_response(self, event: Responded) -> None:
        for each in reversed(self._kept.values()):
            if (each.request.epoch, each.request.seq) == (event.epoch, event.seq):
                each.response = event
                return

    def _wake(self) -> None:
        for each in self._waiting:
            _set(each)

    async def _change(self, seconds: float) -> None:
        """Wait for the next event, for at most `seconds`."""
        loop = asyncio.get_running_loop()
        change = loop.create_future()
        timer = loop.call_later(seconds, _set, change)
        self._waiting.add(change)
        try:
            await change
        finally:
            timer.cancel()
            self._waiting.discard(change)


def _set(change: asyncio.Future[None]) -> None:
    if not change.done():
        change.set_result(None)


class _Search:
    """Finds matching requests, and looks at each one only once, unless its response is missing."""

    def __init__(self, watched: Watched, wanted: Filter, after: int | None) -> None:
        self._watched = watched
        self._wanted = wanted
        self._after = after
        self._matching: dict[int, bool] = {}

    def find(self, count: int) -> list[Received]:
        """Return the first matching requests, at most `count`."""
        found: list[Received] = []
        for each in self._watched.received:
            if len(found) == count:
                break
            if self._is_new(each) and self._matches(each):
                found.append(each)
        return found

    def _is_new(self, each: Received) -> bool:
        return not each.returned if self._after is None else each.number > self._after

    def _matches(self, each: Received) -> bool:
        known = self._matching.get(each.number)
        if known is not None:
            return known
        result = matches(self._wanted, each)
        if each.response or not self._wanted.needs_status:
            self._matching[each.number] = result
        return result


def matches(wanted: Filter, received: Received) -> bool:
    """Return whether a request matches a filter."""
    status = received.response.status if received.response else None
    return wanted.matches(received.request, status)
