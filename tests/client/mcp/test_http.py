"""`webhook-logger mcp --http`, with the official client and with hostile ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest

from tests.client.mcp.agent import MODES, SECRET, close_the_loop, over_http
from tests.support.command import Command
from tests.support.loops import run
from tests.support.patience import eventually
from tests.support.processes import Server
from webhook_logger.client.http import Http, HttpResponse

TOKEN = "a-long-token-for-agents"
START = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "a", "version": "1"},
    },
}
JSON = (("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream"))


@pytest.fixture(scope="module")
def local(memory_server: Server) -> Iterator[str]:
    """The URL of an MCP server on this machine, without a token."""
    with Command("mcp", memory_server.url, "--http", "0", WEBHOOK_SECRET_GITHUB=SECRET) as command:
        yield command.notes.line().removeprefix("MCP server: ")
        assert command.interrupt() == 130


def start(url: str, *lines: tuple[str, str]) -> HttpResponse:
    with Http() as http:
        return http.send("POST", url, (*JSON, *lines), json.dumps(START).encode())


@pytest.mark.parametrize("mode", MODES)
def test_an_agent_closes_the_loop(local: str, mode: str) -> None:
    async def main() -> None:
        async with over_http(local, mode) as agent:
            await close_the_loop(agent)

    run(main())


@pytest.mark.parametrize("mode", MODES)
def test_two_agents_are_apart(local: str, mode: str) -> None:
    async def main() -> None:
        async with over_http(local, mode) as one, over_http(local, mode) as other:
            created = await one.create()
            for name in ("", created["url"], created["page"], created["url"][-36:]):
                assert "create_callback" in await other.fail("list_requests", callback=name)
            listed = [each.uri for each in (await other.client.list_resources()).resources]
            assert listed == ["webhook-logger://protocol"]
            await one.use("close_callback")

    run(main())


def test_a_client_that_ends_its_session_frees_its_callbacks(
    local: str, memory_server: Server
) -> None:
    before = memory_server.metrics()["viewers"]

    async def main() -> None:
        async with over_http(local, "legacy") as agent:
            await agent.create()
            assert len((await agent.use("list_callbacks"))["callbacks"]) == 1
            assert memory_server.metrics()["viewers"] == before + 1

    run(main())
    eventually(lambda: memory_server.metrics()["viewers"] == before)


def test_a_cancelled_wait_leaves_the_session_usable(local: str) -> None:
    async def main() -> None:
        async with over_http(local) as agent:
            await agent.create()
            reported = asyncio.Event()

            async def report(*_: object) -> None:
                reported.set()

            waiting = asyncio.create_task(
                agent.client.call_tool(
                    "wait_for_request", {"callback": agent.callback}, progress_callback=report
                )
            )
            await reported.wait()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await agent.use("send_request")
            assert (await agent.use("wait_for_request"))["complete"]
            await agent.use("close_callback")

    run(main())


def test_other_sites_and_names_are_refused(local: str) -> None:
    """A page that a browser shows cannot use the server, also after DNS rebinding."""
    assert start(local).status == 200
    assert start(local, ("Host", "evil.example.com")).status == 421
    assert start(local, ("Origin", "https://evil.example.com")).status == 403
    modern = ("MCP-Protocol-Version", "2026-07-28")
    assert start(local, modern, ("Host", "evil.example.com")).status == 421
    assert start(local, modern, ("Origin", "https://evil.example.com")).status == 403


def test_other_machines_need_a_token(memory_server: Server) -> None:
    with Command(
        *("mcp", memory_server.url, "--http", "0.0.0.0:0"), WEBHOOK_LOGGER_MCP_TOKEN=TOKEN
    ) as command:
        url = command.notes.line().removeprefix("MCP server: ").replace("0.0.0.0", "127.0.0.1")
        for lines in ((), (("Authorization", "Bearer wrong"),), (("Authorization", TOKEN),)):
            refused = start(url, *lines)
            assert refused.status == 401
            assert b"WEBHOOK_LOGGER_MCP_TOKEN" in refused.body

        async def main() -> None:
            async with over_http(url, headers={"Authorization": f"Bearer {TOKEN}"}) as agent:
                created = await agent.create()
                assert (await agent.use("send_request"))["status"] == 200
                # A link can be a sender's, so it does not make its callback a target.
                watched = await agent.use("watch_callback", link=created["page"])
                error = await agent.fail("send_request", callback=watched["callback"])
                assert "--allow-target" in error
                # This machine is not the agent's machine.
                error = await agent.fail("send_request", url="http://127.0.0.1:1/")
                assert "not allowed" in error

        run(main())
        assert command.interrupt() == 130
