"""An inbox as the callback's responder."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from tests.integration.test_handshakes import ask_as
from tests.integration.test_secret_handshakes import SECRET
from tests.support.loops import run
from tests.support.processes import Redis, Server
from tests.support.sender import Response, post
from webhook_logger.client import AsyncInbox, Event, Inbox, Rejected, Responded, Responding

BODY = bytes(range(256))


def path_of(inbox: Inbox | AsyncInbox) -> str:
    return urlsplit(inbox.url).path


def next_responding(inbox: Inbox) -> Responding:
    with closing(inbox.events()) as events:
        return next(event for event in events if isinstance(event, Responding))


def responded(inbox: Inbox, server: Server, *response: object) -> Response:
    """Send a request, respond to it with the inbox, and return the sender's response."""
    with ThreadPoolExecutor(1) as sender:
        sending = sender.submit(post, server.address, path_of(inbox))
        assert inbox.respond(inbox.wait(), *response)
        return sending.result()


def test_a_sender_gets_the_response_of_the_inbox(two_workers: tuple[Server, Server]) -> None:
    one, other = two_workers
    with Inbox(one.url, respond=True) as inbox:
        for server in (one, other):
            response = responded(inbox, server, 418, [("X-Dup", "1"), ("x-dup", "\xe9")], BODY)
            assert (response.status, response.body) == (418, BODY)
            assert response.headers["x-dup"] == "1, \xe9"
        with closing(inbox.events()) as events:
            event: Event = next(event for event in events if isinstance(event, Responded))
        assert (event.status, event.by) == (418, "responder")


def test_the_inbox_is_the_responder_before_the_block_starts(memory_server: Server) -> None:
    with Inbox(memory_server.url, respond=True) as inbox:
        assert inbox.responding
        assert next_responding(inbox) == Responding(active=True)
        assert responded(inbox, memory_server, 201).status == 201


def test_decline_gives_the_sender_the_callbacks_reply() -> None:
    with Server(RESPONSE_TIMEOUT=30) as server, Inbox(server.url, respond=True) as inbox:
        with ThreadPoolExecutor(1) as sender:
            sending = sender.submit(post, server.address, path_of(inbox))
            request = inbox.wait()
            assert inbox.decline(request)
            assert sending.result().status == 200
            assert not inbox.decline(request)


def test_a_late_response_returns_false(memory_server: Server) -> None:
    with Inbox(memory_server.url, respond=True) as inbox:
        with ThreadPoolExecutor(1) as sender:
            sending = sender.submit(post, memory_server.address, path_of(inbox))
            request = inbox.wait()
            assert inbox.respond(request, 201)
            assert not inbox.respond(request, 202)
            assert sending.result().status == 201


@pytest.mark.parametrize(
    ("status", "headers"), [(99, []), (200, [("Set-Cookie", "a=b")]), (200, [("a b", "c")])]
)
def test_an_invalid_response_is_rejected(
    memory_server: Server, status: int, headers: list[tuple[str, str]]
) -> None:
    with Inbox(memory_server.url, respond=True) as inbox, ThreadPoolExecutor(1) as sender:
        sending = sender.submit(post, memory_server.address, path_of(inbox))
        request = inbox.wait()
        with pytest.raises(Rejected):
            inbox.respond(request, status, headers)
        assert inbox.respond(request)
        assert sending.result().status == 200


def test_a_second_inbox_claims_until_the_first_disconnects(server: Server) -> None:
    first = Inbox(server.url, respond=True)
    first.open()
    with Inbox(first.view_url, respond=True) as second:
        refused = next_responding(second)
        assert not refused.active
        assert not second.responding
        assert refused.reason
        first.close()
        assert next_responding(second) == Responding(active=True)
        assert responded(second, server, 202).status == 202


def test_the_inbox_claims_again_after_a_restart() -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url, RESPONSE_TIMEOUT=30) as server:
        with Inbox(server.until_ready().url, respond=True) as inbox:
            assert next_responding(inbox).active
            server.end(kill=True)
            server.start()
            assert next_responding(inbox) == Responding(False, "the connection was lost")
            # The server may still count the old connection as the responder.
            while not next_responding(inbox).active:
                pass
            assert responded(inbox, server, 203).status == 203


def test_an_inbox_responds_to_handshakes_only(server: Server) -> None:
    with Inbox(server.url, respond="handshakes") as inbox, ThreadPoolExecutor(1) as sender:
        assert inbox.responding
        assert post(server.address, path_of(inbox)).status == 200
        assert not inbox.respond(inbox.wait(), 201), "its sender did not wait"
        sending = sender.submit(ask_as, SECRET, server, inbox.uuid)
        assert inbox.respond(inbox.wait(), 201, body=b"proof")
        assert sending.result().body == b"proof"


def test_the_asyncio_inbox_responds(memory_server: Server) -> None:
    async def main() -> None:
        async with AsyncInbox(memory_server.url, respond=True) as inbox:
            sending = asyncio.create_task(
                asyncio.to_thread(post, memory_server.address, path_of(inbox))
            )
            assert await inbox.respond(await inbox.wait(), 201, body="yes")
            assert (await sending).body == b"yes"

    run(main())
