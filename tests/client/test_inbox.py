"""An inbox on a real server."""

from __future__ import annotations

import gc
import itertools
import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest

from tests.support.flood import flood
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Redis, Server, free_port
from tests.support.receiver import Receiver
from tests.support.sender import post
from webhook_logger.client import (
    CapturedRequest,
    Closed,
    Gap,
    Inbox,
    Link,
    NothingArrived,
    Refused,
    Rejected,
    Responded,
    Unreachable,
    base,
)

MANY = 10_000
FOR_EVER = 3600.0


def path_of(inbox: Inbox) -> str:
    return urlsplit(inbox.url).path


def taken(inbox: Inbox, count: int) -> list[CapturedRequest | Gap]:
    """The next requests and gaps."""
    with closing(iter(inbox)) as events:
        return list(itertools.islice(events, count))


def until(inbox: Inbox, state: str) -> None:
    eventually(lambda: inbox.link.state == state)


def until_told(url: str, why: str) -> None:
    """Try until that is why; where the time was over before the first response, there is no why."""

    def is_told() -> bool:
        with pytest.raises(Unreachable) as raised:
            Inbox(url, timeout=0.5).open()
        return bool(re.search(why, str(raised.value)))

    eventually(is_told)


def test_it_is_joined_before_the_block_starts(server: Server) -> None:
    with Inbox(server.url) as inbox:
        assert inbox.link == Link("live")
        post(server.address, path_of(inbox), b'{"type": "order.created"}', "X-Dup: 1", "x-dup: 2")
        request = inbox.wait(timeout=PATIENCE_SECONDS, where=lambda r: r.method == "POST")
        assert request.json()["type"] == "order.created"
        assert request.header_lines("X-DUP") == ["1", "2"]
        assert (request.uuid, request.seq) == (inbox.uuid, 1)


def test_the_page_and_the_callback_are_the_same_one(memory_server: Server, uuid: str) -> None:
    page, callback = f"{memory_server.url}/view/{uuid}", f"{memory_server.url}/{uuid}"
    with Inbox(page) as one, Inbox(callback) as other:
        assert (one.url, one.view_url) == (other.url, other.view_url) == (callback, page)
        post(memory_server.address, f"/{uuid}/a")
        assert one.wait().subpath == other.wait().subpath == "/a"


def test_it_works_below_a_prefix() -> None:
    with Server(URL_PREFIX="/tools/hooks") as server:
        with Inbox(f"{server.url}/tools/hooks/") as inbox:
            inbox.reply(status=201)
            assert post(server.address, path_of(inbox)).status == 201
            assert inbox.wait().path.startswith("/tools/hooks/")


def test_a_request_that_is_not_waited_for_stays(memory_server: Server) -> None:
    with Inbox(memory_server.url) as inbox:
        for name in "abc":
            post(memory_server.address, f"{path_of(inbox)}/{name}")
        assert inbox.wait(where=lambda r: r.subpath == "/b").seq == 2
        assert [request.seq for request in taken(inbox, 2)] == [1, 3]


def test_what_did_arrive_is_told_when_nothing_fits(memory_server: Server) -> None:
    with Inbox(memory_server.url) as inbox:
        for number in range(12):
            post(memory_server.address, f"{path_of(inbox)}/{number}", b"x" * number)
        inbox.wait(where=lambda r: r.seq == 12)
        with pytest.raises(NothingArrived) as caught:
            inbox.wait(timeout=0.01, where=lambda r: r.method == "PUT")
    lines = str(caught.value).splitlines()
    assert lines[:3] == [
        "No such request within 0.01 seconds.",
        "12 requests arrived; the last 10:",
        "  3 POST /2, 2 bytes",
    ]
    assert lines[-1] == "  12 POST /11, 11 bytes"
    assert isinstance(caught.value, TimeoutError)


@pytest.mark.parametrize("many", [2_000, pytest.param(MANY, marks=pytest.mark.long)])
def test_thousands_come_in_their_order(server: Server, many: int) -> None:
    with Inbox(server.url) as inbox, ThreadPoolExecutor(1) as sender:
        sent = sender.submit(flood, server.address, path_of(inbox), many)
        came = taken(inbox, many)
        sent.result()
    assert [request.seq for request in came] == list(range(1, many + 1))
    assert [int(request.body.content) for request in came] == list(range(many))


def test_what_nobody_reads_is_an_honest_gap(memory_server: Server) -> None:
    count = MANY + 300
    with Inbox(memory_server.url) as inbox:
        flood(memory_server.address, path_of(inbox), count)
        eventually(lambda: inbox.digest()[0].startswith(f"{count} requests arrived"))
        came = taken(inbox, MANY + 1)
        post(memory_server.address, path_of(inbox))
        assert [request.seq for request in came[:-1]] == list(range(1, MANY + 1))
        gap = came[-1]
        after = taken(inbox, 1)[0]
        assert (gap, after.seq) == (Gap(300, "unread"), count + 1)


def test_a_restart_without_a_queue_is_a_gap_of_unknown_size() -> None:
    with Server() as server, Inbox(server.url) as inbox:
        post(server.address, path_of(inbox), b"before")
        server.end()
        until(inbox, "reconnecting")
        server.start()
        until(inbox, "live")
        post(server.address, path_of(inbox), b"after")
        before, gap, after = taken(inbox, 3)
        assert (before.body.content, after.body.content) == (b"before", b"after")
        assert gap == Gap(None, "away")


def test_what_came_in_during_a_restart_is_counted(redis: Redis) -> None:
    with Server(REDIS_URL=redis.url) as mine, Server(REDIS_URL=redis.url) as other:
        other.until_ready()
        with Inbox(mine.until_ready().url) as inbox:
            post(other.address, path_of(inbox))
            assert inbox.wait().seq == 1
            mine.end()
            until(inbox, "reconnecting")
            for _ in range(3):
                post(other.address, path_of(inbox))
            mine.start()
            until(inbox, "live")
            post(other.address, path_of(inbox))
            gap, after = taken(inbox, 2)
            assert (gap, after.seq) == (Gap(3, "away"), 5)


def test_thousands_through_restarts_are_all_there_or_counted(redis: Redis) -> None:
    with Server(REDIS_URL=redis.url) as mine, Server(REDIS_URL=redis.url) as other:
        other.until_ready()
        with Inbox(mine.until_ready().url) as inbox, ThreadPoolExecutor(1) as sender:
            sent = sender.submit(flood, other.address, path_of(inbox), MANY)
            for _ in range(2):
                mine.end(kill=True)
                until(inbox, "reconnecting")
                mine.start()
                until(inbox, "live")
            sent.result()
            post(other.address, path_of(inbox), b"last")
            came = []
            with closing(iter(inbox)) as events:
                for event in events:
                    came.append(event)
                    if isinstance(event, CapturedRequest) and event.body.content == b"last":
                        break
    seqs = [event.seq for event in came if isinstance(event, CapturedRequest)]
    assert seqs == sorted(set(seqs))
    counted = sum(event.count for event in came if isinstance(event, Gap))
    assert counted > 0
    assert len(seqs) + counted == MANY + 1


def test_why_the_server_left_is_told() -> None:
    with Server() as server, Inbox(server.url) as inbox:
        server.terminate()
        links = [e for e in itertools.islice(inbox.events(), 2) if isinstance(e, Link)]
        assert links == [Link("live"), Link("reconnecting", "draining")]


def test_a_server_that_cannot_deliver_is_told() -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        with Inbox(server.until_ready().url) as inbox:
            redis.freeze()
            until(inbox, "stalled")
            with pytest.raises(Unreachable) as raised:
                inbox.reply(status=201)
            assert raised.value.reason == "queue_unavailable"
            with Inbox(server.url, timeout=None) as late:
                until(late, "stalled")
                redis.thaw()
                until(inbox, "live")
                until(late, "live")


def test_a_server_that_hangs_is_noticed_and_what_it_took_meanwhile_is_counted(redis: Redis) -> None:
    with Server(REDIS_URL=redis.url) as mine, Server(REDIS_URL=redis.url) as other:
        other.until_ready()
        with Inbox(mine.until_ready().url) as inbox:
            mine.freeze()
            post(other.address, path_of(inbox))
            until(inbox, "reconnecting")
            mine.thaw()
            until(inbox, "live")
            post(other.address, path_of(inbox))
            gap, after = taken(inbox, 2)
            assert (gap, after.seq) == (Gap(1, "away"), 2)


def test_what_the_sender_got_follows_its_request(server: Server) -> None:
    with Inbox(server.url) as inbox:
        inbox.reply(status=500, headers=[("X-Why", "test")], body="no", times=1)
        first, second = (post(server.address, path_of(inbox)) for _ in range(2))
        assert (first.status, first.headers["x-why"], first.body) == (500, "test", b"no")
        assert second.status == 200
        responses = (event for event in inbox.events() if isinstance(event, Responded))
        assert [(each.seq, each.status, each.by) for each in itertools.islice(responses, 2)] == [
            (1, 500, "reply"),
            (2, 200, "default"),
        ]
        inbox.reply(body=b"\xff\x00")
        assert post(server.address, path_of(inbox)).body == b"\xff\x00"
        inbox.reset_reply()
        assert post(server.address, path_of(inbox)).body == b""


def test_a_reply_that_can_be_none_is_told(memory_server: Server) -> None:
    with Inbox(memory_server.url) as inbox:
        for reply in ({"status": 999}, {"headers": [("Set-Cookie", "a=b")]}, {"delay": 1000}):
            with pytest.raises(Rejected) as raised:
                inbox.reply(**reply)
            assert raised.value.reason == "reply_invalid"


def test_a_reply_that_is_changed_too_often_is_told() -> None:
    with Server(MAX_REPLY_CHANGES_PER_MINUTE=1) as server, Inbox(server.url) as inbox:
        inbox.reply(status=201)
        with pytest.raises(Unreachable) as raised:
            inbox.reply(status=202)
        assert raised.value.reason == "reply_change_rate_exceeded"


def test_requests_refused_for_their_rate_are_counted() -> None:
    with Server(MAX_REQUESTS_PER_SECOND=2) as server, Inbox(server.url) as inbox:
        statuses: list[int] = []
        while statuses.count(429) < 3:  # on a busy machine two may take more than a second
            statuses.append(post(server.address, path_of(inbox)).status)
        count = 0
        for event in inbox.events():
            count += event.count if isinstance(event, Refused) else 0
            if count == 3:
                break


def test_the_same_id_twice_is_one_request() -> None:
    with Server(TRUSTED_PROXIES=1, BALANCER_HEADERS="webhook-logger") as server:
        with Inbox(server.url) as inbox:
            for id_ in ("a", "a", "b"):
                post(server.address, path_of(inbox), b"", f"Webhook-Logger-Request-Id: {id_}")
            assert [request.id for request in taken(inbox, 2)] == ["a", "b"]


def test_a_server_that_is_not_there_is_told_and_nothing_is_left() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    until_told(url, r"within 0\.5 seconds: .*refused")
    with pytest.raises(Unreachable):
        next(iter(Inbox(url, timeout=0.1)))
    eventually(lambda: not [t for t in threading.enumerate() if "webhook" in t.name])


def test_no_step_of_connecting_takes_longer_than_the_start_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Otherwise a step's own limit would end it, though later.
    monkeypatch.setattr(base, "STEP_SECONDS", FOR_EVER)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as others:
        for _ in range(2):
            other = others.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(full.getsockname())
        with pytest.raises(Unreachable):
            Inbox(f"http://127.0.0.1:{full.getsockname()[1]}", timeout=0.2).open()


def test_a_server_that_comes_in_time_is_waited_for() -> None:
    with Server() as server:
        server.end()
        with ThreadPoolExecutor(1) as starter:
            started = starter.submit(server.start)
            with Inbox(server.url, timeout=PATIENCE_SECONDS) as inbox:
                assert inbox.link.state == "live"
            started.result()


def test_what_is_no_webhook_logger_is_told() -> None:
    with Receiver(b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno!") as receiver:
        until_told(receiver.url, "it responded with 404")


def test_closing_ends_whoever_waits(memory_server: Server) -> None:
    inbox = Inbox(memory_server.url)
    inbox.open()
    with ThreadPoolExecutor(2) as others:
        waits = others.submit(inbox.wait, None)
        iterates = others.submit(list, iter(inbox))
        inbox.close()
        assert iterates.result() == []
        with pytest.raises(Closed):
            waits.result()
    with pytest.raises(Closed):
        inbox.open()
    inbox.close()


def test_what_is_not_open_cannot_be_waited_for(memory_server: Server) -> None:
    with pytest.raises(Closed, match="not open"):
        Inbox(memory_server.url).wait()


def test_an_iteration_opens_and_closes_it(memory_server: Server) -> None:
    inbox = Inbox(memory_server.url)
    events = iter(inbox)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(next, events)
        until(inbox, "live")
        post(memory_server.address, path_of(inbox))
        assert first.result().seq == 1
    events.close()
    with pytest.raises(Closed):
        inbox.wait()


def test_it_leaves_at_once_also_a_server_that_hangs() -> None:
    with Server() as server:
        with Inbox(server.url):
            server.freeze()
        server.thaw()


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_nothing_is_left_of_it(memory_server: Server) -> None:
    before = set(threading.enumerate())
    for _ in range(3):
        with Inbox(memory_server.url) as inbox:
            inbox.reply(status=201)
    gc.collect()
    eventually(lambda: set(threading.enumerate()) <= before)
