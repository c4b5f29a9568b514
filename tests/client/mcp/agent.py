"""A scripted agent that uses the tools through the official client library."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TextIO

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.support.command import environment
from tests.support.processes import ROOT

SECRET = "a-secret-of-github"  # in the environment of the MCP server, and known to no agent
MODES = ("auto", "legacy")
"""With and without the handshake of the protocol's older versions."""


class Agent:
    """Calls tools, and checks that each result is for models and for programs."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.callback = ""
        """The id of its callback, which it names in each call."""

    async def create(self) -> dict[str, Any]:
        """Create a callback, and use it from now on."""
        created = await self.use("create_callback")
        self.callback = created["callback"]
        return created

    async def use(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Use a tool, and return its fields."""
        _, fields = await self.read(tool, **arguments)
        return fields

    async def read(self, tool: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
        """Use a tool; return its text and its fields."""
        result = await self.client.call_tool(tool, self._with_callback(tool, arguments))
        text = "\n".join(each.text for each in result.content if each.type == "text")
        assert not result.is_error, text
        assert SECRET not in text + str(result.structured_content)
        return text, result.structured_content

    async def fail(self, tool: str, **arguments: Any) -> str:
        """Use a tool in a wrong way, and return the error."""
        result = await self.client.call_tool(tool, self._with_callback(tool, arguments))
        assert result.is_error, (tool, arguments, result)
        [content] = result.content
        assert "Error executing" not in content.text
        return content.text

    def _with_callback(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        known = {"callback": self.callback} if self.callback else {}
        takes = tool not in ("create_callback", "watch_callback", "list_callbacks")
        return {**known, **arguments} if takes else arguments


@asynccontextmanager
async def over_stdio(
    *arguments: str, mode: str = "auto", errors: TextIO = sys.stderr, **env: str
) -> AsyncIterator[Agent]:
    """Start `webhook-logger mcp`, and connect to it."""
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "webhook_logger", "mcp", *arguments],
        cwd=str(ROOT),
        env=environment(WEBHOOK_SECRET_GITHUB=SECRET, **env),
    )
    async with Client(stdio_client(parameters, errlog=errors), mode=mode) as client:
        yield Agent(client)


@asynccontextmanager
async def over_http(
    url: str, mode: str = "auto", headers: dict[str, str] | None = None
) -> AsyncIterator[Agent]:
    """Connect to a running MCP server."""
    async with httpx2.AsyncClient(headers=headers, timeout=None) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode=mode) as client:
            yield Agent(client)


async def close_the_loop(agent: Agent) -> None:
    """Create, send signed, wait, verify, let two attempts fail, and see the retry."""
    created = await agent.create()
    sent = await agent.use("send_sample", provider="github", event="push")
    assert (sent["signed"], sent["status"]) == (True, 200)
    arrived = await agent.use("wait_for_request", filter="provider:github event:push")
    [message] = arrived["requests"]
    assert arrived["untrusted"] is True
    assert arrived["health"]["state"] == "live"
    assert '"refs/heads/main"' in message["body"]["content"]
    number = message["summary"]["number"]
    assert (await agent.use("verify_signature", request=number))["valid"]
    wrong = await agent.use("verify_signature", request=number, secret="another")
    assert (wrong["valid"], wrong["reason"]) == (False, "secret")

    await agent.use("set_reply", sequence=[503, 503, 200])
    statuses = []
    while not statuses or statuses[-1] == 503:  # as a sender retries
        statuses.append((await agent.use("send_request", subpath="/retry", body="1"))["status"])
    assert statuses == [503, 503, 200]
    retries = await agent.use("wait_for_request", filter="path:/retry", count=3)
    assert retries["complete"]
    listed = await agent.use("list_requests", filter="status:503")
    assert [each["path"] for each in listed["requests"]] == ["/retry", "/retry"]
    await agent.use("clear_reply")
    assert (await agent.use("get_reply"))["reply"]["status"] == 200
    uri = f"webhook-logger://requests/{created['callback']}/{number}"
    [content] = (await agent.client.read_resource(uri)).contents
    assert "BEGIN UNTRUSTED DATA" in content.text
    await agent.use("close_callback")
