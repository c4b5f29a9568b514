"""The inbox for asyncio."""

from __future__ import annotations

import asyncio
import gc
import threading
from urllib.parse import urlsplit

import pytest

from tests.support.flood import flood
from tests.support.loops import run
from tests.support.patience import eventually
from tests.support.processes import Server, free_port
from tests.support.sender import post
from webhook_logger.client import (
    AsyncInbox,
    Closed,
    ConnectionStatus,
    NothingArrived,
    Rejected,
    Unreachable,
)

MANY = 2_000
"""Less than the server queues for a viewer, so that it misses none on a slow machine."""


async def sent(server: Server, inbox: AsyncInbox, path: str = "") -> None:
    await asyncio.to_thread(post, server.address, urlsplit(inbox.url).path + path)


def test_wait_returns_a_matching_request(server: Server) -> None:
    async def main() -> None:
        async with AsyncInbox(server.url) as inbox:
            assert inbox.connection == ConnectionStatus("live")
            waiting = asyncio.create_task(inbox.wait(where=lambda r: r.subpath == "/b"))
            for path in ("/a", "/b"):
                await sent(server, inbox, path)
            assert (await waiting).seq == 2
            assert (await inbox.wait()).seq == 1

    run(main())


def test_thousands_of_requests_arrive_in_order(memory_server: Server) -> None:
    async def main() -> list[int]:
        async with AsyncInbox(memory_server.url) as inbox:
            path = urlsplit(inbox.url).path
            sending = asyncio.create_task(
                asyncio.to_thread(flood, memory_server.address, path, MANY)
            )
            seqs = []
            async for request in inbox:
                seqs.append(request.seq)
                if len(seqs) == MANY:
                    break
            await sending
            return seqs

    assert run(main()) == list(range(1, MANY + 1))


def test_replies_are_set_and_reset(memory_server: Server) -> None:
    async def main() -> None:
        async with AsyncInbox(memory_server.url) as inbox:
            await inbox.reply(status=503, times=1)
            path = urlsplit(inbox.url).path
            assert (await asyncio.to_thread(post, memory_server.address, path)).status == 503
            await inbox.reply(sequence=[429, {"status": 202, "body": b"\xff"}], cors=False)
            for status in (429, 202):
                assert (await asyncio.to_thread(post, memory_server.address, path)).status == status
            await inbox.reply(503).times(1).then(201)
            for status in (503, 201):
                assert (await asyncio.to_thread(post, memory_server.address, path)).status == status
            with pytest.warns(RuntimeWarning, match="await"):
                inbox.reply(404)
            await inbox.reset_reply()
            assert (await asyncio.to_thread(post, memory_server.address, path)).status == 200
            with pytest.raises(Rejected):
                await inbox.reply(status=1)

    run(main())


def test_errors_are_those_of_inbox(memory_server: Server) -> None:
    async def main() -> None:
        async with AsyncInbox(memory_server.url) as inbox:
            with pytest.raises(NothingArrived, match="0 requests arrived"):
                await inbox.wait(timeout=0.01)
        with pytest.raises(Closed):
            await inbox.wait()
        assert [event async for event in inbox] == []
        with pytest.raises(Closed):
            async for _ in AsyncInbox(memory_server.url):
                pass
        with pytest.raises(Closed, match="not open"):
            await AsyncInbox(memory_server.url).wait()
        with pytest.raises(Unreachable):
            async with AsyncInbox(f"http://127.0.0.1:{free_port()}", timeout=0.1):
                pass

    run(main())


def test_the_event_loop_runs_during_open_and_close() -> None:
    async def main() -> int:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        counting = asyncio.create_task(count())
        with pytest.raises(Unreachable):
            await AsyncInbox(f"http://127.0.0.1:{free_port()}", timeout=0.3).open()
        counting.cancel()
        return turns

    assert run(main()) > 10


def test_a_cancelled_task_leaves_no_thread(memory_server: Server) -> None:
    before = set(threading.enumerate())

    async def main() -> None:
        async with AsyncInbox(memory_server.url) as inbox:
            await inbox.wait(None)

    async def cancelled() -> None:
        task = asyncio.create_task(main())
        while not any("webhook" in thread.name for thread in threading.enumerate()):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancelled())
    gc.collect()
    eventually(lambda: set(threading.enumerate()) <= before)


@pytest.mark.parametrize("turns", range(4))
def test_a_task_that_is_cancelled_during_an_event_ends(memory_server: Server, turns: int) -> None:
    async def main() -> None:
        async with AsyncInbox(memory_server.url) as inbox:
            checked: asyncio.Queue[int] = asyncio.Queue()
            waiting = asyncio.create_task(
                inbox.wait(30, where=lambda request: checked.put_nowait(request.seq) or False)
            )
            await sent(inbox=inbox, server=memory_server)
            await checked.get()
            inbox._changed.set()
            for _ in range(turns):
                await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    run(main())
