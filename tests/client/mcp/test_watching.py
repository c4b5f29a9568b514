"""An agent has callbacks and requests, within limits, and learns of losses."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest

from tests.support.endpoint import Endpoint
from tests.support.loops import run
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import Server, free_port
from tests.support.proxy import SwitchingProxy
from tests.support.sender import post
from webhook_logger.client.address import Address
from webhook_logger.client.errors import ClientError, Invalid, Unreachable
from webhook_logger.client.filters import Filter
from webhook_logger.client.mcp import agent_session
from webhook_logger.client.mcp.agent_session import AgentSession
from webhook_logger.client.mcp.sessions import Sessions
from webhook_logger.client.mcp.watching import Received, Watched

ALL = Filter("")


async def send(server: Server, watched: Watched, path: str = "", body: bytes = b"") -> None:
    await asyncio.to_thread(post, server.address, urlsplit(watched.inbox.url).path + path, body)


async def wait(
    watched: Watched,
    wanted: str = "",
    count: int = 1,
    seconds: float = PATIENCE_SECONDS,
    after: int | None = None,
) -> list[int]:
    async def report(seconds: float, found: int) -> None: ...

    found = await watched.wait(Filter(wanted), count, seconds, after, report)
    return [each.number for each in found]


def test_a_wait_returns_what_no_earlier_wait_returned(memory_server: Server) -> None:
    async def main() -> None:
        session = AgentSession(memory_server.url)
        watched = await session.create()
        for path in ("/a", "/b", "/a"):
            await send(memory_server, watched, path)
        assert await wait(watched, "path:/a", count=2) == [1, 3]
        assert await wait(watched) == [2]
        assert await wait(watched, after=1, count=2) == [2, 3]
        assert await wait(watched, seconds=0) == []
        waiting = asyncio.create_task(wait(watched, "path:/c"))
        for path in ("/d", "/c"):
            await send(memory_server, watched, path)
        assert await waiting == [5]
        assert await wait(watched) == [4]
        await session.close()

    run(main())


def test_a_filter_for_the_status_waits_for_the_response(memory_server: Server) -> None:
    async def main() -> None:
        session = AgentSession(memory_server.url)
        watched = await session.create()
        await asyncio.to_thread(watched.api.set_reply, {"sequence": [503, 201]})
        waiting = asyncio.create_task(wait(watched, "status:201"))
        for _ in range(2):
            await send(memory_server, watched)
        assert await waiting == [2]
        await session.close()

    run(main())


def test_a_cancelled_wait_takes_no_request(memory_server: Server) -> None:
    async def main() -> None:
        session = AgentSession(memory_server.url)
        watched = await session.create()
        waiting = asyncio.create_task(wait(watched, count=2))
        await send(memory_server, watched)
        assert await wait(watched, after=0) == [1]
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await send(memory_server, watched)
        assert await wait(watched) == [2]
        await session.close()

    run(main())


def test_the_oldest_requests_are_dropped_and_counted(memory_server: Server) -> None:
    async def main() -> None:
        for limits in ({"max_requests": 2}, {"max_bytes": 3000}):
            session = AgentSession(memory_server.url, **limits)
            one, other = await session.create(), await session.create()
            for watched in (one, other, one):
                await send(memory_server, watched, body=b"x" * 1200)
                assert await wait(watched, seconds=PATIENCE_SECONDS)
            assert [each.number for each in one.received] == [2]
            assert [each.number for each in other.received] == [1]
            assert (one.losses.dropped, other.losses.dropped) == (1, 0)
            with pytest.raises(Invalid, match="was dropped"):
                one.get(1)
            with pytest.raises(Invalid, match="from 1 to 2"):
                one.get(3)
            await session.close()

    run(main())


def test_closing_frees_the_callback(memory_server: Server) -> None:
    async def main() -> None:
        session = AgentSession(memory_server.url, max_requests=1)
        one, other = await session.create(), await session.create()
        await send(memory_server, one)
        assert await wait(one) == [1]
        waiting = asyncio.create_task(wait(one))
        await asyncio.sleep(0)
        await session.close_callback(one)
        assert await waiting == []
        assert one.failure
        await send(memory_server, other)
        assert await wait(other) == [1]
        assert other.losses.dropped == 0
        assert session.find("") is other
        with pytest.raises(Invalid, match="no such callback"):
            session.find(one.id)
        await session.close()
        assert other.inbox.connection.state != "live" or other.failure

    run(main())


def test_a_callback_has_an_id_that_senders_do_not_know(memory_server: Server) -> None:
    async def main() -> None:
        session = AgentSession(memory_server.url)
        one = await session.create()
        assert one.id not in one.inbox.view_url
        assert session.find(one.id) is session.find(f"{one.inbox.url}/a") is session.find("") is one
        await session.create()
        with pytest.raises(Invalid, match="several callbacks"):
            session.find("")
        await session.close()

    run(main())


def test_an_existing_callback_of_the_same_server_can_be_watched(memory_server: Server) -> None:
    async def main() -> None:
        owner, session = AgentSession(memory_server.url), AgentSession(memory_server.url)
        created = await owner.create()
        watched = await session.watch(created.inbox.view_url)
        elsewhere = created.inbox.view_url.replace("127.0.0.1", "localhost")
        assert await session.watch(elsewhere) is watched
        assert (created.is_own, watched.is_own) == (True, False)
        await send(memory_server, created)
        assert await wait(watched) == [1]
        for link, words in (
            (created.inbox.url, "view key"),
            (memory_server.url, "not the link of a callback"),
            (created.inbox.view_url.replace("127.0.0.1", "127.0.0.2"), "belongs to another server"),
        ):
            with pytest.raises(Invalid, match=words):
                await session.watch(link)
        await asyncio.gather(owner.close(), session.close())

    run(main())


def test_the_callback_of_the_project_is_that_of_other_commands(memory_server: Server) -> None:
    async def main() -> None:
        owner = AgentSession(memory_server.url)
        link = (await owner.create()).inbox.view_url
        session = AgentSession(memory_server.url, project=lambda: Address.of(link))
        watched = await session.watch(link)
        assert not watched.is_own
        assert await session.watch_project() is watched
        assert watched.is_own
        started = AgentSession(link)  # with its link
        assert (await started.watch_project()).inbox.view_url == link
        await asyncio.gather(owner.close(), session.close(), started.close())

    run(main())


def test_the_server_gets_the_credentials_of_its_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_session, "SERVER_SECONDS", 0.1)
    with Endpoint() as proxy:
        url = proxy.url.replace("//", "//ada:s3cret@")
        with pytest.raises(Unreachable) as raised:
            run(AgentSession(url).create())
        assert b"\r\nAuthorization: Basic YWRhOnMzY3JldA==\r\n" in proxy.received()
    assert "s3cret" not in str(raised.value)


def test_the_number_of_callbacks_has_a_limit(
    memory_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_session, "MAX_CALLBACKS", 1)

    async def main() -> None:
        session = AgentSession(memory_server.url)
        await session.create()
        with pytest.raises(Invalid, match="close_callback"):
            await session.create()
        await session.close()
        with pytest.raises(ClientError, match="ended"):
            await session.create()

    run(main())


def test_a_lost_connection_is_reported(
    memory_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        with SwitchingProxy(memory_server.address[1]) as proxy:
            session = AgentSession(f"http://{proxy.authority}")
            watched = await session.create()
            proxy.point_to(free_port())
        while watched.inbox.connection.state == "live":
            await asyncio.sleep(0.05)
        assert watched.inbox.connection.state == "reconnecting"
        assert await wait(watched, seconds=0) == []
        await session.close()

    run(main())
    monkeypatch.setattr(agent_session, "SERVER_SECONDS", 0.1)
    with pytest.raises(Unreachable):
        run(AgentSession(f"http://127.0.0.1:{free_port()}").create())


def test_sessions_are_apart() -> None:
    async def main() -> None:
        only = Sessions(lambda: AgentSession("http://localhost"), is_shared=False)
        assert only.of_call(None) is only.of_call("any", "callback")
        shared = Sessions(lambda: AgentSession("http://localhost"), is_shared=True)
        one = shared.of_call("one")
        assert one is shared.of_call("one", "c") is not shared.of_call("other")
        for key, callback in ((None, ""), (None, "one"), (None, "session one")):
            with pytest.raises(Invalid, match="create_callback returned"):
                shared.of_call(key, callback)
        await shared.end("one")
        assert shared.existing("one", "") is None
        assert one.is_closed
        other = shared.of_call("other")
        await shared.end_idle(other.last_used + 1)
        assert other.is_closed
        await only.close()

    run(main())


def test_the_number_of_sessions_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webhook_logger.client.mcp.sessions.MAX_SESSIONS", 1)
    shared = Sessions(lambda: AgentSession("http://localhost"), is_shared=True)
    shared.of_call("one")
    for key in ("two", None):
        with pytest.raises(Invalid, match="in use"):
            shared.for_new_callback(key)


def test_body_and_header_lines_count_for_the_limit() -> None:
    from tests.client.mcp.captured import received

    each: Received = received(b"1234", ("ab", "cd"))
    assert each.size == 8
