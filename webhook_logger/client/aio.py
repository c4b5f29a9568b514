"""The inbox for asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, overload

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
from webhook_logger.client.reply_steps import AwaitableReply
from webhook_logger.client.stream.events import Event, Gap

if TYPE_CHECKING:
    from typing_extensions import Unpack


__tracebackhide__ = True  # pytest shows the line of the test, not the client's own code


class AsyncInbox(BaseInbox):
    """The requests of one callback, for asyncio. Use it in one event loop at a time.

        async with AsyncInbox("https://hooks.example.com") as inbox:
            request = await inbox.wait(timeout=5)

    Open it before you iterate over it.
    """

    _loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> AsyncInbox:
        return self if self._is_ready() else await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> AsyncInbox:
        """Open the inbox; see `Inbox.open`."""
        self._bind()
        self._begin()
        if self._timeout is None:
            return self
        try:
            await self._until(self._is_live, self._timeout, self._not_live_error)
        except BaseException:
            await self.close()
            raise
        return self

    async def close(self) -> None:
        """Close the inbox; see `Inbox.close`."""
        await asyncio.shield(asyncio.to_thread(self._end))

    async def wait(
        self, timeout: float | None = WAIT_SECONDS, where: Where | None = None
    ) -> ReceivedRequest:
        """Wait for a request; see `Inbox.wait`."""
        self._require_open()
        take = self._take_first(request_where(where))
        request: ReceivedRequest = await self._until(
            take, timeout, lambda: self._nothing_arrived(timeout)
        )
        return request

    @overload
    async def assert_received(
        self, *, timeout: float | None = WAIT_SECONDS, **expected: Unpack[Expectations]
    ) -> ReceivedRequest: ...

    @overload
    async def assert_received(
        self, *, count: int, timeout: float | None = WAIT_SECONDS, **expected: Unpack[Expectations]
    ) -> list[ReceivedRequest]: ...

    async def assert_received(
        self,
        *,
        count: int | None = None,
        timeout: float | None = WAIT_SECONDS,
        **expected: Unpack[Expectations],
    ) -> ReceivedRequest | list[ReceivedRequest]:
        """Return requests that have everything of `expected`; see `Inbox.assert_received`."""
        self._require_open()
        expectation, number = Expectation(expected), check_count(count)
        found: list[ReceivedRequest] = []
        await self._until(
            self._take_all(expectation, found, number),
            timeout,
            lambda: self._not_received(expectation, timeout, len(found), number),
        )
        return found[0] if count is None else found

    async def assert_not_received(
        self, *, within: float = QUIET_SECONDS, **expected: Unpack[Expectations]
    ) -> None:
        """Check that no such request arrives; see `Inbox.assert_not_received`."""
        self._require_open()
        expectation = Expectation(expected)
        take = self._take_first(request_where(expectation.matches))
        try:
            request: ReceivedRequest = await self._until(take, within, TimeoutError)
        except TimeoutError:
            return
        raise self._unexpected(request, expectation)

    async def __aiter__(self) -> AsyncIterator[ReceivedRequest | Gap]:
        """Iterate over requests and gaps; see `Inbox.__iter__`."""
        async with aclosing(self.events()) as events:
            async for event in events:
                if isinstance(event, ReceivedRequest | Gap):
                    yield event

    async def events(self, timeout: float | None = None) -> AsyncGenerator[Event, None]:
        """Iterate over all events; see `Inbox.events`."""
        self._require_open()
        end = None if timeout is None else time.monotonic() + timeout
        with suppress(Closed, TimeoutError):
            while (left := None if end is None else end - time.monotonic()) is None or left > 0:
                event: Event = await self._until(self._take_first(any_event), left, TimeoutError)
                yield event

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
    ) -> AwaitableReply:
        """Set the callback's reply: `await inbox.reply(503).times(2)`; see `Inbox.reply`."""
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
        return AwaitableReply(self._api.set_reply, fields)

    async def reset_reply(self) -> None:
        """Restore the default reply; see `Inbox.reset_reply`."""
        await asyncio.to_thread(self._api.reset_reply)

    async def respond(
        self,
        request: CapturedRequest,
        status: int = 200,
        headers: Headers = (),
        body: bytes | str = b"",
    ) -> bool:
        """Respond to a request; see `Inbox.respond`."""
        return await asyncio.to_thread(self._api.respond, request, status, headers, body)

    async def decline(self, request: CapturedRequest) -> bool:
        """Decline to respond to a request; see `Inbox.decline`."""
        return await asyncio.to_thread(self._api.decline, request)

    def _bind(self) -> None:
        """Wake the running event loop from now on."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._changed = asyncio.Event()
            self._loop = loop

    def _wake(self) -> None:
        if self._loop:
            with suppress(RuntimeError):  # the event loop closed before the inbox
                self._loop.call_soon_threadsafe(self._changed.set)

    async def _until(
        self,
        find: Callable[[], object],
        seconds: float | None,
        timeout_error: Callable[[], BaseException],
    ) -> Any:
        """Call `find` after each change until it returns a value, and return that.

        Raises the error of `timeout_error` after `seconds`.
        """
        self._bind()
        expired = False

        def expire() -> None:
            nonlocal expired
            expired = True
            self._changed.set()

        # Before Python 3.12 asyncio.wait_for loses a cancellation that arrives with a change.
        timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, expire)
        try:
            while (value := self._check(find)) is None:
                if expired:
                    raise timeout_error()
                await self._changed.wait()
            return value
        finally:
            if timer:
                timer.cancel()

    def _check(self, find: Callable[[], object]) -> object:
        self._changed.clear()  # first, so that a change during `find` triggers another call
        return find()


class FixtureInbox(AsyncInbox):
    """An inbox that is opened before there is an event loop, and closed after its end.

    For fixtures of tests that run with any plugin for asyncio.
    """

    def __enter__(self) -> AsyncInbox:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
