"""An inbox with a real server."""

from __future__ import annotations

import gc
import itertools
import logging
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
from tests.support.proxy import SwitchingProxy
from tests.support.receiver import Receiver
from tests.support.sender import Response, post
from webhook_logger.callbacks import may_watch
from webhook_logger.client import (
    CapturedRequest,
    Closed,
    ConnectionStatus,
    Gap,
    Inbox,
    Invalid,
    NothingArrived,
    Recovered,
    Refused,
    Rejected,
    Responded,
    Unreachable,
    base,
)
from webhook_logger.client.stream import stream

MANY = 10_000
FOREVER = 3600.0


def path_of(inbox: Inbox) -> str:
    return urlsplit(inbox.url).path


def taken(inbox: Inbox, count: int) -> list[CapturedRequest | Gap]:
    """Return the next `count` requests and gaps."""
    with closing(iter(inbox)) as events:
        return list(itertools.islice(events, count))


def until(inbox: Inbox, state: str) -> None:
    eventually(lambda: inbox.connection.state == state)


def until_unreachable(url: str, why: str) -> None:
    """Connect until the error matches `why`, which is missing if the first attempt timed out."""

    def matches() -> bool:
        with pytest.raises(Unreachable) as raised:
            Inbox(url, timeout=0.5).open()
        return bool(re.search(why, str(raised.value)))

    eventually(matches)


def test_the_inbox_has_joined_before_the_block_starts(server: Server) -> None:
    with Inbox(server.url) as inbox:
        assert inbox.connection == ConnectionStatus("live")
        post(server.address, path_of(inbox), b'{"type": "order.created"}', "X-Dup: 1", "x-dup: 2")
        request = inbox.wait(timeout=PATIENCE_SECONDS, where=lambda r: r.method == "POST")
        assert request.json()["type"] == "order.created"
        assert request.header_lines("X-DUP") == ["1", "2"]
        assert (request.uuid, request.seq) == (inbox.uuid, 1)


def test_a_page_and_its_callback_give_the_same_inbox(memory_server: Server, uuid: str) -> None:
    page, callback = f"{memory_server.url}/view/{uuid}", f"{memory_server.url}/{uuid}"
    with Inbox(page) as one, Inbox(callback) as other:
        assert (one.url, one.view_url) == (other.url, other.view_url) == (callback, page)
        post(memory_server.address, f"/{uuid}/a")
        assert one.wait().subpath == other.wait().subpath == "/a"


def test_a_new_callback_is_private(memory_server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Inbox(memory_server.url, respond=True) as inbox:
        with Inbox(inbox.view_url) as other:
            key = inbox.view_url.partition("#key=")[2]
            assert may_watch(inbox.uuid, key)
            inbox.reply(status=418)
            other.reset_reply()
            with ThreadPoolExecutor() as pool:
                sent = pool.submit(post, memory_server.address, path_of(inbox))
                assert inbox.respond(inbox.wait(timeout=PATIENCE_SECONDS), 201)
                assert sent.result().status == 201
            assert other.wait().seq == 1
        with pytest.raises(Invalid) as refused:
            Inbox(inbox.url)
        assert refused.value.reason == "private"
        shown = [repr(inbox), repr(inbox._address), str(refused.value), *inbox.digest()]
    assert not [text for text in (*shown, caplog.text) if key in text]


def test_the_inbox_works_with_a_url_prefix() -> None:
    with Server(URL_PREFIX="/tools/hooks") as server:
        with Inbox(f"{server.url}/tools/hooks/") as inbox:
            inbox.reply(status=201)
            assert post(server.address, path_of(inbox)).status == 201
            assert inbox.wait().path.startswith("/tools/hooks/")


def test_requests_that_do_not_match_stay_queued(memory_server: Server) -> None:
    with Inbox(memory_server.url) as inbox:
        for name in "abc":
            post(memory_server.address, f"{path_of(inbox)}/{name}")
        assert inbox.wait(where=lambda r: r.subpath == "/b").seq == 2
        assert [request.seq for request in taken(inbox, 2)] == [1, 3]


def test_the_error_of_wait_lists_the_requests_that_arrived(memory_server: Server) -> None:
    with Inbox(memory_server.url) as inbox:
        for number in range(12):
            post(memory_server.address, f"{path_of(inbox)}/{number}", b"x" * number)
        inbox.wait(where=lambda r: r.seq == 12)
        with pytest.raises(NothingArrived) as caught:
            inbox.wait(timeout=0.01, where=lambda r: r.method == "PUT")
    lines = str(caught.value).splitlines()
    assert lines[:3] == [
        "No matching request arrived within 0.01 seconds.",
        "12 requests arrived; the last 10:",
        "  3 POST /2, 2 bytes",
    ]
    assert lines[-1] == "  12 POST /11, 11 bytes"
    assert isinstance(caught.value, TimeoutError)


@pytest.mark.parametrize("many", [2_000, pytest.param(MANY, marks=pytest.mark.long)])
def test_thousands_of_requests_arrive_in_order(server: Server, many: int) -> None:
    with Inbox(server.url) as inbox, ThreadPoolExecutor(1) as sender:
        sent = sender.submit(flood, server.address, path_of(inbox), many)
        came = taken(inbox, many)
        sent.result()
    assert [request.seq for request in came] == list(range(1, many + 1))
    assert [int(request.body.content) for request in came] == list(range(many))


def test_unread_requests_over_the_limit_are_counted_as_a_gap() -> None:
    count = MANY + 300
    # The server queues all of them for a viewer, so that it misses none on a slow machine.
    with Server(MAX_VIEWER_QUEUE_BYTES=2**26) as server, Inbox(server.url) as inbox:
        flood(server.address, path_of(inbox), count)
        eventually(lambda: inbox.digest()[0].startswith(f"{count} requests arrived"))
        came = taken(inbox, MANY + 1)
        post(server.address, path_of(inbox))
        assert [request.seq for request in came[:-1]] == list(range(1, MANY + 1))
        gap = came[-1]
        after = taken(inbox, 1)[0]
        assert (gap, after.seq) == (Gap(300, "overflow"), count + 1)


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
        assert gap == Gap(None, "disconnected")


def test_requests_during_a_restart_are_counted(redis: Redis) -> None:
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
            assert (gap, after.seq) == (Gap(3, "disconnected"), 5)


def test_requests_during_an_interruption_are_recovered() -> None:
    with Server(RECOVERY_SECONDS=600) as server, SwitchingProxy(server.address[1]) as proxy:
        with Inbox(f"http://{proxy.authority}") as inbox:
            post(server.address, path_of(inbox))
            assert inbox.wait().seq == 1
            proxy.point_to(free_port())
            until(inbox, "reconnecting")
            for _ in range(3):
                post(server.address, path_of(inbox))
            proxy.point_to(server.address[1])
            until(inbox, "live")
            post(server.address, path_of(inbox))
            inbox.wait(where=lambda request: request.seq == 5)
            inbox.close()
            events = list(inbox.events())
    assert [each for each in events if isinstance(each, Gap | Recovered)] == [Recovered(3)]
    requests = [each.seq for each in events if isinstance(each, CapturedRequest)]
    assert requests == [2, 3, 4]


def test_thousands_of_requests_through_restarts_arrive_or_are_counted(redis: Redis) -> None:
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


def test_the_reason_for_a_disconnect_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "STALLED_SECONDS", PATIENCE_SECONDS)  # even on a busy machine
    with Server() as server, Inbox(server.url) as inbox:
        server.terminate()
        statuses = [
            e for e in itertools.islice(inbox.events(), 2) if isinstance(e, ConnectionStatus)
        ]
        assert statuses == [ConnectionStatus("live"), ConnectionStatus("reconnecting", "draining")]


def test_a_server_that_cannot_deliver_is_stalled() -> None:
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


def test_a_frozen_server_is_detected_and_missed_requests_are_counted(redis: Redis) -> None:
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
            assert (gap, after.seq) == (Gap(1, "disconnected"), 2)


def test_responded_events_follow_their_requests(server: Server) -> None:
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
        inbox.reply(
            headers=[("X-Id", "{{ request.id }}")],
            body="{{ request.subpath }}",
            template=True,
            rules=[{"match": {"subpath": "/a*"}, "status": 404, "headers": [("X-A", "1")]}],
            sequence=[503, {"body": "no"}, {"body": b"\xff"}],
        )
        responses = [post(server.address, path_of(inbox) + path) for path in ("/b", "", "/a", "/c")]
        assert [(each.status, each.body) for each in responses] == [
            *((503, b"/b"), (200, b"no"), (404, b""), (200, b"\xff")),
        ]
        assert len(responses[0].headers["x-id"]) == len(inbox.uuid)
        inbox.reset_reply()
        assert post(server.address, path_of(inbox)).body == b""


def test_a_reply_has_steps(memory_server: Server) -> None:
    with Inbox(memory_server.url) as inbox:

        def responses(count: int) -> list[Response]:
            return [post(memory_server.address, path_of(inbox)) for _ in range(count)]

        inbox.reply(503, [("Retry-After", "1")], "later").times(2).then(201, body="done")
        _, second, third, last = came = responses(4)
        assert [each.status for each in came] == [503, 503, 201, 201]
        assert (second.headers["retry-after"], second.body) == ("1", b"later")
        assert ("retry-after" in third.headers, third.body, last.body) == (False, b"done", b"done")
        inbox.reply(503).times(1)
        assert [each.status for each in responses(2)] == [503, 200]
        inbox.reply(503, times=2).then(404).then(201).times(2)
        assert [each.status for each in responses(6)] == [503, 503, 404, 201, 201, 200]
        inbox.reply(sequence=[500, 502]).times(3)
        assert [each.status for each in responses(4)] == [500, 502, 502, 200]
        with pytest.raises(Invalid):
            inbox.reply(503).times(0)
        with pytest.raises(Invalid):
            inbox.reply(sequence=[503]).then(200)
        with pytest.raises(Rejected):
            inbox.reply(503).times(99).then(404).then(200)


def test_an_invalid_reply_is_rejected(memory_server: Server) -> None:
    with Inbox(memory_server.url) as inbox:
        for reply in (
            {"status": 999},
            {"status": 0},
            {"times": 0},
            {"headers": [("Set-Cookie", "a=b")]},
            {"delay": 1000},
        ):
            with pytest.raises(Rejected) as raised:
                inbox.reply(**reply)
            assert raised.value.reason == "reply_invalid"


def test_changing_the_reply_too_often_is_an_error() -> None:
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


def test_an_unreachable_server_is_an_error_and_leaves_no_thread() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    until_unreachable(url, r"within 0\.5 seconds: .*refused")
    with pytest.raises(Unreachable):
        next(iter(Inbox(url, timeout=0.1)))
    eventually(lambda: not [t for t in threading.enumerate() if "webhook" in t.name])


def test_no_step_of_connecting_exceeds_the_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Otherwise the limit of a step would end it, only later.
    monkeypatch.setattr(base, "STEP_SECONDS", FOREVER)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as others:
        for _ in range(2):
            other = others.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(full.getsockname())
        with pytest.raises(Unreachable):
            Inbox(f"http://127.0.0.1:{full.getsockname()[1]}", timeout=0.2).open()


def test_open_waits_for_a_server_that_starts() -> None:
    with Server() as server:
        server.end()
        with ThreadPoolExecutor(1) as starter:
            started = starter.submit(server.start)
            with Inbox(server.url, timeout=PATIENCE_SECONDS) as inbox:
                assert inbox.connection.state == "live"
            started.result()


def test_another_kind_of_server_is_an_error() -> None:
    with Receiver(b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno!") as receiver:
        until_unreachable(receiver.url, "it responded with 404")


def test_close_ends_waiting_threads(memory_server: Server) -> None:
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


def test_wait_needs_an_open_inbox(memory_server: Server) -> None:
    with pytest.raises(Closed, match="not open"):
        Inbox(memory_server.url).wait()


def test_iteration_opens_and_closes_the_inbox(memory_server: Server) -> None:
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


def test_close_does_not_wait_for_a_frozen_server() -> None:
    with Server() as server:
        with Inbox(server.url):
            server.freeze()
        server.thaw()


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_close_leaves_no_thread_and_no_socket(memory_server: Server) -> None:
    before = set(threading.enumerate())
    for _ in range(3):
        with Inbox(memory_server.url) as inbox:
            inbox.reply(status=201)
    gc.collect()
    eventually(lambda: set(threading.enumerate()) <= before)
