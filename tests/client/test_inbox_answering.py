"""An inbox that answers: senders get what it gives."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from tests.support.loops import run
from tests.support.processes import Redis, Server
from tests.support.sender import Answer, post
from webhook_logger.client import Answered, Answering, AsyncInbox, Event, Inbox, Rejected

BODY = bytes(range(256))


def path_of(inbox: Inbox | AsyncInbox) -> str:
    return urlsplit(inbox.url).path


def next_answering(inbox: Inbox) -> Answering:
    with closing(inbox.events()) as events:
        return next(event for event in events if isinstance(event, Answering))


def answered(inbox: Inbox, server: Server, *answer: object) -> Answer:
    """What a sender got, whose request was answered so."""
    with ThreadPoolExecutor(1) as sender:
        sending = sender.submit(post, server.address, path_of(inbox))
        assert inbox.answer(inbox.wait(), *answer)
        return sending.result()


def test_a_sender_gets_what_the_inbox_gives(two_workers: tuple[Server, Server]) -> None:
    one, other = two_workers
    with Inbox(one.url, answer=True) as inbox:
        for server in (one, other):
            answer = answered(inbox, server, 418, [("X-Dup", "1"), ("x-dup", "\xe9")], BODY)
            assert (answer.status, answer.body) == (418, BODY)
            assert answer.headers["x-dup"] == "1, \xe9"
        with closing(inbox.events()) as events:
            told: Event = next(event for event in events if isinstance(event, Answered))
        assert (told.status, told.by) == (418, "answerer")


def test_it_answers_before_the_block_starts(memory_server: Server) -> None:
    with Inbox(memory_server.url, answer=True) as inbox:
        assert inbox.answering
        assert next_answering(inbox) == Answering(yes=True)
        assert answered(inbox, memory_server, 201).status == 201


def test_who_declines_lets_the_sender_have_the_callbacks_reply() -> None:
    with Server(ANSWER_TIMEOUT=30) as server, Inbox(server.url, answer=True) as inbox:
        with ThreadPoolExecutor(1) as sender:
            sending = sender.submit(post, server.address, path_of(inbox))
            request = inbox.wait()
            assert inbox.decline(request)
            assert sending.result().status == 200
            assert not inbox.decline(request)


def test_an_answer_that_comes_too_late_is_told(memory_server: Server) -> None:
    with Inbox(memory_server.url, answer=True) as inbox:
        with ThreadPoolExecutor(1) as sender:
            sending = sender.submit(post, memory_server.address, path_of(inbox))
            request = inbox.wait()
            assert inbox.answer(request, 201)
            assert not inbox.answer(request, 202)
            assert sending.result().status == 201


@pytest.mark.parametrize(
    ("status", "headers"), [(99, []), (200, [("Set-Cookie", "a=b")]), (200, [("a b", "c")])]
)
def test_an_answer_that_can_be_none_is_told(
    memory_server: Server, status: int, headers: list[tuple[str, str]]
) -> None:
    with Inbox(memory_server.url, answer=True) as inbox, ThreadPoolExecutor(1) as sender:
        sending = sender.submit(post, memory_server.address, path_of(inbox))
        request = inbox.wait()
        with pytest.raises(Rejected):
            inbox.answer(request, status, headers)
        assert inbox.answer(request)
        assert sending.result().status == 200


def test_a_second_one_claims_until_the_first_is_gone(server: Server) -> None:
    first = Inbox(server.url, answer=True)
    first.open()
    with Inbox(first.url, answer=True) as second:
        refused = next_answering(second)
        assert not refused.yes
        assert not second.answering
        assert refused.reason
        first.close()
        assert next_answering(second) == Answering(yes=True)
        assert answered(second, server, 202).status == 202


def test_it_claims_again_after_a_restart() -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        with Inbox(server.until_ready().url, answer=True) as inbox:
            assert next_answering(inbox).yes
            server.end(kill=True)
            server.start()
            assert next_answering(inbox) == Answering(False, "the connection was lost")
            while not next_answering(inbox).yes:  # the one that was killed is not known to be gone
                pass
            assert answered(inbox, server, 203).status == 203


def test_the_asyncio_twin_answers_too(memory_server: Server) -> None:
    async def main() -> None:
        async with AsyncInbox(memory_server.url, answer=True) as inbox:
            sending = asyncio.create_task(
                asyncio.to_thread(post, memory_server.address, path_of(inbox))
            )
            assert await inbox.answer(await inbox.wait(), 201, body="yes")
            assert (await sending).body == b"yes"

    run(main())
