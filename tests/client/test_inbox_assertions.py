"""`assert_received` and `assert_not_received` with a real server."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.support.loops import run
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import ROOT, Server
from tests.support.sender import post
from tests.test_docs import snippets
from webhook_logger import providers
from webhook_logger.client import AsyncInbox, Closed, Inbox, Invalid

ORDER = b'{"type": "order.created", "total": 12.5}'


def send(server: Server, inbox: Inbox | AsyncInbox, subpath: str = "", body: bytes = b"") -> None:
    post(server.address, urlsplit(inbox.url).path + subpath, body)


def until_arrived(inbox: Inbox | AsyncInbox, count: int) -> None:
    eventually(lambda: inbox.digest()[0].startswith(f"{count} requests arrived"))


def test_a_matching_request_is_returned_and_taken(memory_server: Server) -> None:
    with Inbox(memory_server.url) as inbox, ThreadPoolExecutor() as pool:
        expected = pool.submit(
            inbox.assert_received, json_contains={"total": 12.5}, timeout=PATIENCE_SECONDS
        )
        send(memory_server, inbox, "/other")
        send(memory_server, inbox, "/orders", ORDER)
        assert expected.result().subpath == "/orders"
        assert inbox.wait().subpath == "/other"
        inbox.assert_not_received(within=0)


def test_several_requests_are_returned_in_order(memory_server: Server) -> None:
    with Inbox(memory_server.url) as inbox:
        for subpath in ("/a", "/b", "/a", "/a"):
            send(memory_server, inbox, subpath)
        requests = inbox.assert_received(count=2, subpath="/a", timeout=PATIENCE_SECONDS)
        assert [each.seq for each in requests] == [1, 3]
        until_arrived(inbox, 4)
        with pytest.raises(AssertionError, match="Only 1 of 2 matching requests arrived within"):
            inbox.assert_received(count=2, subpath="/a", timeout=0.01)
        with pytest.raises(Invalid):
            inbox.assert_received(count=0)


def test_the_error_lists_the_requests_and_explains_the_closest(memory_server: Server) -> None:
    with Inbox(memory_server.url) as inbox:
        for subpath in ("/first", "/orders", "/other"):
            send(memory_server, inbox, subpath, ORDER)
        inbox.assert_received(subpath="/other", timeout=PATIENCE_SECONDS)
        with pytest.raises(AssertionError) as raised:
            inbox.assert_received(method="PUT", subpath="/orders", timeout=0.01)
    assert str(raised.value).splitlines() == [
        "No matching request arrived within 0.01 seconds.",
        "Expected: method='PUT', subpath='/orders'",
        "3 requests arrived:",
        "  1 POST /first, 40 bytes",
        "  2 POST /orders, 40 bytes",
        "  3 POST /other, 40 bytes",
        "Already taken from the inbox: 1.",
        "Request 2 is the closest. It differs in:",
        "  method: 'POST', expected 'PUT'",
    ]


def test_an_unexpected_request_is_an_error(memory_server: Server) -> None:
    with Inbox(memory_server.url) as inbox:
        send(memory_server, inbox, "/a")
        inbox.assert_not_received(within=0.01, subpath="/b")
        with pytest.raises(AssertionError, match=r"Request 1 arrived. Not expected: subpath='/a'"):
            inbox.assert_not_received(within=PATIENCE_SECONDS, subpath="/a")
    with pytest.raises(Closed):
        inbox.assert_received()


def test_the_assertion_in_the_manual_holds(memory_server: Server) -> None:
    [code] = [
        text for text in snippets(ROOT / "docs/client.md", "python") if "signature=github(" in text
    ]
    code = code.replace("timeout=5", f"timeout={PATIENCE_SECONDS}")
    lines = (("X-GitHub-Event", "order"), ("X-GitHub-Delivery", "1"))
    outgoing = providers.OutgoingRequest(ORDER, headers=lines)
    signed = providers.get("github").sign(outgoing, "secret")
    with Inbox(memory_server.url) as inbox:
        path = urlsplit(inbox.url).path
        post(memory_server.address, f"{path}/orders", signed.body, *map(": ".join, signed.headers))
        exec(compile(code, "client.md", "exec"), {"inbox": inbox})


def test_asyncio_has_the_same_assertions(memory_server: Server) -> None:
    async def main() -> None:
        async with AsyncInbox(memory_server.url) as inbox:
            await asyncio.to_thread(send, memory_server, inbox, "/a")
            assert (await inbox.assert_received(subpath="/a", timeout=PATIENCE_SECONDS)).seq == 1
            await inbox.assert_not_received(within=0)
            await asyncio.to_thread(send, memory_server, inbox, "/b")
            await asyncio.to_thread(until_arrived, inbox, 2)
            with pytest.raises(AssertionError, match="It differs in"):
                await inbox.assert_received(count=1, subpath="/a", timeout=0.01)
            with pytest.raises(AssertionError, match="Request 2 arrived"):
                await inbox.assert_not_received(within=PATIENCE_SECONDS)

    run(main())
