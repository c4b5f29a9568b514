"""The asyncio twin of the inbox: the same engine, awaited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from typing import Any

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.base import WAIT_SECONDS, BaseInbox, Where, anything, request_where
from webhook_logger.client.errors import Closed
from webhook_logger.client.http import Headers
from webhook_logger.client.stream.events import Event, Gap


class AsyncInbox(BaseInbox):
    """As `Inbox`, for asyncio; belongs to the event loop that opens it.

        async with AsyncInbox("https://hooks.example.com") as inbox:
            request = await inbox.wait(timeout=5)

    It is to be opened before it is iterated.
    """

    _loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> AsyncInbox:
        return self if self._is_ready() else await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> AsyncInbox:
        """As `Inbox.open`."""
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._begin()
        if self._timeout is None:
            return self
        try:
            await self._until(self._is_live, self._timeout, self._not_live)
        except BaseException:
            await self.close()
            raise
        return self

    async def close(self) -> None:
        """As `Inbox.close`."""
        await asyncio.shield(asyncio.to_thread(self._end))

    async def wait(
        self, timeout: float | None = WAIT_SECONDS, where: Where | None = None
    ) -> CapturedRequest:
        """As `Inbox.wait`."""
        self._must_be_open()
        take = self._taker(request_where(where))
        request: CapturedRequest = await self._until(take, timeout, lambda: self._nothing(timeout))
        return request

    async def __aiter__(self) -> AsyncIterator[CapturedRequest | Gap]:
        """As `Inbox` when it is iterated."""
        async with aclosing(self.events()) as events:
            async for event in events:
                if isinstance(event, CapturedRequest | Gap):
                    yield event

    async def events(self, timeout: float | None = None) -> AsyncGenerator[Event, None]:
        """As `Inbox.events`."""
        self._must_be_open()
        end = None if timeout is None else time.monotonic() + timeout
        with suppress(Closed, TimeoutError):
            while (rest := None if end is None else end - time.monotonic()) is None or rest > 0:
                event: Event = await self._until(self._taker(anything), rest, TimeoutError)
                yield event

    async def reply(
        self,
        status: int = 200,
        headers: Headers = (),
        body: bytes | str = b"",
        *,
        delay: float = 0,
        times: int | None = None,
    ) -> None:
        """As `Inbox.reply`."""
        await asyncio.to_thread(self._api.set_reply, status, headers, body, delay, times)

    async def reset_reply(self) -> None:
        """As `Inbox.reset_reply`."""
        await asyncio.to_thread(self._api.reset_reply)

    async def respond(
        self,
        request: CapturedRequest,
        status: int = 200,
        headers: Headers = (),
        body: bytes | str = b"",
    ) -> bool:
        """As `Inbox.respond`."""
        return await asyncio.to_thread(self._api.respond, request, status, headers, body)

    async def decline(self, request: CapturedRequest) -> bool:
        """As `Inbox.decline`."""
        return await asyncio.to_thread(self._api.decline, request)

    def _wake(self) -> None:
        if self._loop:
            with suppress(RuntimeError):  # the loop was closed before the inbox: nobody reads
                self._loop.call_soon_threadsafe(self._changed.set)

    async def _until(
        self,
        found: Callable[[], object],
        seconds: float | None,
        late: Callable[[], BaseException],
    ) -> Any:
        """What `found` finds, looked for at each change."""
        is_over = False

        def ring() -> None:
            nonlocal is_over
            is_over = True
            self._changed.set()

        # Not asyncio.wait_for: before Python 3.12 it loses a cancellation that comes with a change.
        timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, ring)
        try:
            while (value := self._look(found)) is None:
                if is_over:
                    raise late()
                await self._changed.wait()
            return value
        finally:
            if timer:
                timer.cancel()

    def _look(self, found: Callable[[], object]) -> object:
        self._changed.clear()  # before: what changes while it looks is looked at again
        return found()
