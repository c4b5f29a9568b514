"""`webhook-logger mcp` over stdio, with the official client."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.client.mcp.agent import Agent, close_the_loop, over_stdio
from tests.support.command import COMMAND, environment
from tests.support.endpoint import Endpoint
from tests.support.loops import run
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server
from tests.support.sender import post
from webhook_logger.client.config.project import find_project
from webhook_logger.client.config.remembered import recall

TOOLS = [
    *("clear_reply", "close_callback", "create_callback", "export_har", "forward_request"),
    *("get_reply", "get_request", "list_callbacks", "list_requests", "send_request", "send_sample"),
    *("set_reply", "verify_signature", "wait_for_request", "watch_callback"),
]


def test_an_agent_closes_the_loop_and_uses_every_tool(
    memory_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = str(tmp_path / "state")
    monkeypatch.setenv("XDG_STATE_HOME", state)
    options = ("--export-dir", str(tmp_path))

    async def main() -> None:
        async with over_stdio(memory_server.url, *options, XDG_STATE_HOME=state) as agent:
            assert "create_callback" in (agent.client.instructions or "")
            await close_the_loop(agent)
            await tools_describe_themselves(agent)
            await agent.create()
            await send_many(agent, memory_server)
            await results_are_bounded(agent)
            await bad_input_says_what_to_do(agent)
            await replies_have_rules_and_templates(agent)
            await requests_are_forwarded_to_this_machine(agent, memory_server)
            await requests_are_exported(agent, tmp_path)
            await resources_are_listed(agent)
            await waiting_reports_progress_and_can_be_cancelled(agent, memory_server)
            await the_callback_of_the_project_is_remembered(agent, memory_server)

    run(main())


async def tools_describe_themselves(agent: Agent) -> None:
    listed = (await agent.client.list_tools()).tools
    assert sorted(tool.name for tool in listed) == TOOLS
    for tool in listed:
        assert tool.description
        assert tool.title
        assert tool.annotations is not None
        assert tool.output_schema
        assert tool.input_schema["additionalProperties"] is False
        for argument in tool.input_schema["properties"].values():
            assert argument["description"]
    reading = {tool.name for tool in listed if tool.annotations and tool.annotations.read_only_hint}
    assert {"get_request", "list_requests", "verify_signature"} <= reading
    assert not {"send_sample", "forward_request", "set_reply", "close_callback"} & reading


async def send_many(agent: Agent, server: Server) -> None:
    """Send 25 requests; the first has a long body."""
    for number in range(1, 26):
        body = "é" * 9000 if number == 1 else f"{number}"
        await agent.use("send_request", subpath=f"/{number}", body=body)
    await agent.use("wait_for_request", filter="path:/25")


async def results_are_bounded(agent: Agent) -> None:
    body, offset = "", 0
    while offset is not None:
        text, fields = await agent.read("get_request", request=1, body_offset=offset)
        assert len(text) < 12_000
        part = fields["request"]["body"]
        body, offset = body + part["content"], part["next_offset"]
        assert offset is None or f"body_offset={offset}" in text
    assert body == "é" * 9000
    rows = await agent.use("list_requests", after=0)
    assert [each["number"] for each in rows["requests"]] == list(range(1, 21))
    rest = await agent.use("list_requests", after=rows["next_after"])
    assert [each["number"] for each in rest["requests"]] == list(range(21, 26))
    assert rest["next_after"] is None
    newest = await agent.use("list_requests", limit=2)
    assert [each["number"] for each in newest["requests"]] == [24, 25]
    assert newest["earlier"] == 23


async def bad_input_says_what_to_do(agent: Agent) -> None:
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("wait_for_request", {"filter": "metod:post"}, "method:"),
        ("wait_for_request", {"timeout": 601}, "less than or equal to 600"),
        ("wait_for_request", {"seconds": 1}, "no argument seconds. Its arguments are: after"),
        ("get_request", {"request": 99}, "from 1 to 25"),
        ("get_request", {}, "request: Field required"),
        ("get_request", {"request": 1, "callback": "x"}, "list_callbacks"),
        ("send_sample", {"provider": "githb"}, "Did you mean github?"),
        ("send_sample", {"provider": "none of them"}, "The ids are: "),
        ("send_sample", {"provider": "github", "event": "x"}, "The events are"),
        ("send_request", {"url": "http://example.com/"}, "--allow-target"),
        ("send_request", {"subpath": "/../../api"}, "must not lead out"),
        ("forward_request", {"request": 1, "url": "http://10.0.0.1/"}, "--allow-target"),
        ("verify_signature", {"request": 1}, "not recognised"),
        ("verify_signature", {"request": 1, "provider": "stripe"}, "WEBHOOK_SECRET_STRIPE"),
        ("verify_signature", {"request": 1, "provider": "generic", "secret_env": "HOME"}, "start"),
        ("set_reply", {"status": 99}, "greater than or equal to 200"),
        ("set_reply", {"sequence": ["x"] * 99}, "; 194 more."),
        ("set_reply", {"headers": {"Connection": "close"}}, "Connection"),
        ("set_reply", {"rules": [{"match": {"color": "red"}}]}, "color"),
        ("export_har", {"file": "../x"}, "letters, digits"),
        ("watch_callback", {"link": "https://example.com/"}, "not the link of a callback"),
        ("fly", {}, "The tools are: clear_reply"),
    ]
    for tool, arguments, words in cases:
        error = await agent.fail(tool, **arguments)
        assert words in error, (tool, arguments, error)
    secret = await agent.fail("send_sample", provider="github", secret=["hidden-value"])
    assert "secret" in secret
    assert "hidden-value" not in secret


async def replies_have_rules_and_templates(agent: Agent) -> None:
    await agent.use(
        "set_reply",
        status=201,
        headers={"Content-Type": "application/json"},
        body='{"id": {{ json./id }}}',
        template=True,
        rules=[{"match": {"subpath": "/no*"}, "status": 404, "headers": {"X-A": "1"}, "body": "b"}],
    )
    made = await agent.use("send_request", body='{"id": 7}')
    assert (made["status"], made["body"]["content"]) == (201, '{"id": 7}')
    missing = await agent.use("send_request", subpath="/not")
    assert (missing["status"], missing["body"]["content"]) == (404, "b")
    assert ["X-A", "1"] in missing["headers"]
    await agent.use("clear_reply")


async def requests_are_forwarded_to_this_machine(agent: Agent, server: Server) -> None:
    await agent.use("send_sample", provider="github", subpath="/a%20b?c=1")
    [arrived] = (await agent.use("wait_for_request", filter="provider:github"))["requests"]
    found = arrived["summary"]
    with Endpoint() as endpoint:
        outcome = await agent.use(
            "forward_request", request=found["number"], url=f"{endpoint.url}/hooks"
        )
        assert (outcome["status"], outcome["body"]["content"]) == (200, "ok")
        request = endpoint.received()
    assert request.startswith(b"POST /hooks/a%20b?c=1 HTTP/1.1\r\n")
    assert b"\r\nX-GitHub-Event: push\r\n" in request
    text, outcome = await agent.read("forward_request", request=found["number"], url=endpoint.url)
    assert outcome["status"] is None
    assert "No response from" in text
    [listed] = (await agent.use("list_callbacks"))["callbacks"]
    path = urlsplit(listed["url"]).path
    await asyncio.to_thread(post, server.address, f"{path}/x/%2e%2e/%2e%2e/admin")
    await agent.use("wait_for_request", filter="path:admin")
    escaped = await agent.fail("forward_request", request=found["number"] + 1, url=endpoint.url)
    assert "leads out of the target's path" in escaped
    assert "--allow" not in escaped


async def requests_are_exported(agent: Agent, folder: Path) -> None:
    arguments = {"callback": agent.callback, "filter": "path:/1"}
    result = await agent.client.call_tool("export_har", arguments)
    exported = result.structured_content
    assert [each.uri for each in result.content[1:]] == [exported["resource"]]
    log = json.loads(exported["har"])["log"] if exported["har"] else {}
    [content] = (await agent.client.read_resource(exported["resource"])).contents
    entries = json.loads(content.text)["log"]["entries"]
    assert len(entries) == exported["requests"] > 1
    assert log in ({}, json.loads(content.text)["log"])
    written = await agent.use("export_har", file="all")
    assert written["file"] == str(folder / "all.har")
    assert len(json.loads((folder / "all.har").read_text())["log"]["entries"]) == 29
    assert "Cannot write" in await agent.fail("export_har", file="all.har")


async def resources_are_listed(agent: Agent) -> None:
    listed = [each.uri for each in (await agent.client.list_resources()).resources]
    assert listed[0] == "webhook-logger://protocol"
    assert f"webhook-logger://requests/{agent.callback}/29" in listed
    [content] = (await agent.client.read_resource(listed[0])).contents
    assert content.text == (ROOT / "docs/protocol.md").read_text()
    with pytest.raises(Exception, match="no request 99"):
        await agent.client.read_resource(f"webhook-logger://requests/{agent.callback}/99")


async def waiting_reports_progress_and_can_be_cancelled(agent: Agent, server: Server) -> None:
    reported = asyncio.Event()
    messages = []

    async def report(progress: float, total: float | None, message: str | None) -> None:
        messages.append((progress, total, message))
        reported.set()

    arguments = {"callback": agent.callback, "filter": "path:/never", "timeout": 600}
    waiting = asyncio.create_task(
        agent.client.call_tool("wait_for_request", arguments, progress_callback=report)
    )
    await asyncio.wait_for(reported.wait(), PATIENCE_SECONDS)
    reported.clear()
    await agent.use("send_request", subpath="/other")
    while "1 arrived" not in str(messages[-1][2]):
        await asyncio.wait_for(reported.wait(), PATIENCE_SECONDS)
        reported.clear()
    assert [total for _, total, _ in messages] == [600.0] * len(messages)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    # The cancelled call took nothing.
    others = await agent.use("wait_for_request", filter="path:/other")
    assert others["complete"]


async def the_callback_of_the_project_is_remembered(agent: Agent, server: Server) -> None:
    """As `listen` does, so both have the same one."""
    watched = await agent.use("watch_callback")
    assert watched["page"].endswith(f"#key={recall(find_project().folder, server.url)}")


def test_the_process_ends_with_stdin(memory_server: Server) -> None:
    """Also while calls wait, and with the protocol alone on stdout."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with (
        silent_endpoint() as endpoint,
        subprocess.Popen(
            [*COMMAND, "mcp", memory_server.url], cwd=ROOT, env=environment(), **pipes
        ) as process,
    ):
        try:
            speak_the_protocol(process, memory_server, endpoint)
        finally:
            process.kill()


@contextmanager
def silent_endpoint() -> Iterator[Endpoint]:
    """Serve an endpoint that does not respond."""
    end = threading.Event()

    def hold(_: bytes) -> bytes:
        end.wait()
        return b""

    with Endpoint(hold) as endpoint:
        try:
            yield endpoint
        finally:
            end.set()


def speak_the_protocol(process: subprocess.Popen[bytes], server: Server, silent: Endpoint) -> None:
    viewers = server.metrics()["viewers"]
    assert process.stdin
    assert process.stdout
    assert process.stderr
    start = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "a", "version": "1"},
    }

    def write(**message: object) -> None:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        process.stdin.flush()

    write(id=1, method="initialize", params=start)
    assert json.loads(process.stdout.readline())["id"] == 1
    write(method="notifications/initialized")
    write(id=2, method="tools/call", params={"name": "create_callback", "arguments": {}})
    assert json.loads(process.stdout.readline())["id"] == 2
    assert server.metrics()["viewers"] == viewers + 1
    waiting = {"name": "wait_for_request", "arguments": {}, "_meta": {"progressToken": 1}}
    write(id=3, method="tools/call", params=waiting)
    assert json.loads(process.stdout.readline())["method"] == "notifications/progress"
    sending = {"name": "send_request", "arguments": {"url": silent.url, "timeout": 120}}
    write(id=4, method="tools/call", params=sending)
    silent.received()
    process.stdin.close()
    out, notes = process.stdout.read(), process.stderr.read()
    assert process.wait(PATIENCE_SECONDS) == 0
    assert {json.loads(line)["jsonrpc"] for line in out.splitlines()} <= {"2.0"}
    assert notes == b""
