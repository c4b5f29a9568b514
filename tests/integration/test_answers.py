"""Answer from localhost: a viewer claims to answer, and senders wait for what it gives."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.test_replies import FIXED, PREFLIGHT, api, ask, put, text
from tests.support.answerers import Answerer, decline, give, give_raw
from tests.support.patience import eventually
from tests.support.processes import Redis, Server
from tests.support.sender import Answer, post
from tests.support.viewers import PacketViewer

NOT_JSON = b"nonsense"


@pytest.fixture(scope="module", params=["memory", "redis"])
def hasty(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    """The same, where nobody is waited for long."""
    yield from waiting_for(0.2, request)


@pytest.fixture(scope="module", params=["memory", "redis"])
def patient(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    """The same, where answers are waited for longer than any test waits."""
    yield from waiting_for(30, request)


def waiting_for(seconds: float, request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    if request.param == "memory":
        with Server(ANSWER_TIMEOUT=seconds) as server:
            yield server, server
        return
    url = request.getfixturevalue("redis").url
    settings = {"REDIS_URL": url, "ANSWER_TIMEOUT": seconds}
    with Server(**settings) as here, Server(**settings) as there:
        yield here.until_ready(), there.until_ready()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(120) as pool:
        yield pool


def sent(pool: ThreadPoolExecutor, server: Server, path: str, body: bytes = b"") -> Future[Answer]:
    """A request whose sender waits for its answer."""
    return pool.submit(post, server.address, path, body)


# What an answerer gives


def test_the_sender_gets_what_the_answerer_gives(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with Answerer(here, uuid) as answerer:
        assert answerer.joined["ok"]
        waiting = sent(pool, there, f"/{uuid}/orders")
        request = answerer.request()
        assert not waiting.done()
        headers = [["Content-Type", "image/x"], ["X-Dup", "1"], ["X-Dup", "2"]]
        assert give(here, request, bytes(range(256)), status=418, headers=headers).status == 204
        answer = waiting.result()
        assert (answer.status, answer.body) == (418, bytes(range(256)))
        assert (answer.headers["content-type"], answer.headers["x-dup"]) == ("image/x", "1, 2")
        assert "webhook-viewers" in answer.headers
        assert FIXED.items() <= answer.headers.items()


@pytest.mark.parametrize("at", [0, 1])
def test_any_worker_takes_the_answer(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor, at: int
) -> None:
    with Answerer(workers[0], uuid) as answerer:
        waiting = sent(pool, workers[1], f"/{uuid}")
        assert give(workers[at], answerer.request(), b"x").status == 204
        assert waiting.result().body == b"x"


def test_all_viewers_see_who_answered(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with PacketViewer(there.url, auth={"uuid": uuid}) as viewer, Answerer(here, uuid) as answerer:
        epoch = viewer.event("joined")["epoch"]
        waiting = sent(pool, there, f"/{uuid}")
        give(there, answerer.request(), status=201)
        waiting.result()
        names = [name for name, _ in viewer.events(2, aside=("viewers",))]
        assert names == ["request", "answered"]
        told = {"uuid": uuid, "epoch": epoch, "seq": 1, "status": 201, "by": "answerer"}
        assert answerer.event("answered") == told


def test_many_are_held_at_once_and_each_gets_its_own(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    with Answerer(workers[0], uuid) as answerer:
        waiting = [
            sent(pool, workers[number % 2], f"/{uuid}/{number}", b"%d" % number)
            for number in range(50)
        ]
        for request in reversed(answerer.requests(50)):
            assert give(random.choice(workers), request, request["path"].encode()).status == 204
        bodies = [one.result().body.decode() for one in waiting]
        assert bodies == [f"/{uuid}/{number}" for number in range(50)]


def test_a_large_body_comes_whole(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    content = random.Random(1).randbytes(2**20)
    with Answerer(workers[0], uuid) as answerer:
        waiting = sent(pool, workers[1], f"/{uuid}")
        assert give(workers[0], answerer.request(), content).status == 204
        assert waiting.result().body == content


def test_the_answer_to_a_head_has_no_body(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    with Answerer(workers[0], uuid) as answerer:
        waiting = pool.submit(ask, workers[1], "HEAD", f"/{uuid}")
        give(workers[0], answerer.request(), b"twelve bytes")
        answer = waiting.result()
        assert (answer.body, answer.headers["content-length"]) == (b"", "12")


# What is no answer


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (NOT_JSON, 400, None),
        (b'{"status": 99}', 400, "status"),
        (b'{"headers": [["Set-Cookie", "a=b"]]}', 400, "headers"),
        (b'{"headers": [["Webhook-Viewers", "9"]]}', 400, "headers"),
        (b'{"headers": [["A", "b\\r\\nSet-Cookie: c"]]}', 400, "headers"),
        (b'{"delay": 5}', 400, "delay"),
        (b'{"status": 204, "body": {"encoding": "utf-8", "content": "x"}}', 400, "body"),
        (json.dumps({"body": text("x" * (2**20 + 1))}).encode(), 413, "body"),
        (b" " * (6 * 2**20 + 2**16 + 1), 413, None),
    ],
    ids=lambda value: str(value[:40]) if isinstance(value, bytes) else None,
)
def test_what_can_be_no_answer_is_refused_and_a_better_one_may_follow(
    workers: tuple[Server, Server],
    uuid: str,
    pool: ThreadPoolExecutor,
    body: bytes,
    status: int,
    field: str | None,
) -> None:
    with Answerer(workers[0], uuid) as answerer:
        waiting = sent(pool, workers[1], f"/{uuid}")
        request = answerer.request()
        answer = give_raw(workers[0], request, body)
        error = json.loads(answer.body)["error"]
        assert (answer.status, error["code"]) == (status, status)
        assert error["reason"] == {400: "reply_invalid", 413: "reply_too_large"}[status]
        assert error.get("field") == field
        assert not waiting.done()
        assert give(workers[0], request, status=201).status == 204
        assert waiting.result().status == 201


def test_only_the_first_answer_counts(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    with Answerer(workers[0], uuid) as answerer:
        waiting = sent(pool, workers[1], f"/{uuid}")
        request = answerer.request()
        answers = [
            pool.submit(give, workers[number % 2], request, b"%d" % number) for number in range(8)
        ]
        statuses = [one.result().status for one in answers]
        assert sorted(statuses) == [204] + [409] * 7
        assert waiting.result().body == b"%d" % statuses.index(204)


def test_what_is_not_held_cannot_be_answered(workers: tuple[Server, Server], uuid: str) -> None:
    with PacketViewer(workers[0].url, auth={"uuid": uuid}) as viewer:
        viewer.event("joined")
        assert post(workers[1].address, f"/{uuid}").status == 200
        [request] = viewer.requests(1)
        for answer in (give(workers[0], request), give(workers[1], {**request, "id": "none"})):
            error = json.loads(answer.body)["error"]
            assert (answer.status, error["reason"]) == (409, "too_late")


# Who answers


def test_a_second_claim_is_refused_and_changes_nothing_else(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with Answerer(here, uuid) as answerer, Answerer(there, uuid) as second:
        assert second.joined["reason"] == "responder_taken"
        eventually(lambda: second.join(uuid)["viewers"] == 2)
        assert second.join(uuid, answer=True)["reason"] == "responder_taken"
        waiting = sent(pool, there, f"/{uuid}")
        request = answerer.request()
        assert second.request() == request, "it is still in the room"
        give(here, request, status=201)
        assert waiting.result().status == 201


def test_a_refused_claim_joins_nothing(workers: tuple[Server, Server], uuid: str) -> None:
    with Answerer(workers[0], uuid) as answerer, Answerer(workers[1], uuid):
        assert answerer.join(uuid, answer=True)["viewers"] == 1


def test_the_answerer_may_join_again_and_still_answers(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with Answerer(here, uuid) as answerer:
        assert answerer.join(uuid, answer=True)["ok"]
        waiting = sent(pool, there, f"/{uuid}")
        give(here, answerer.request(), status=201)
        assert waiting.result().status == 201


@pytest.mark.parametrize("way", ["leave", "join", "cut_off", "close"])
def test_who_is_gone_holds_nobody_and_another_may_claim(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor, way: str
) -> None:
    here, there = workers
    put(here, uuid, status=503)
    with Answerer(here, uuid) as answerer, PacketViewer(there.url, auth={"uuid": uuid}) as viewer:
        viewer.event("joined")
        waiting = sent(pool, there, f"/{uuid}")
        request = answerer.request()
        if way in ("leave", "join"):
            assert answerer.call(way, uuid=uuid)["ok"]
        else:
            answerer.cut_off() if way == "cut_off" else answerer.end()
        assert waiting.result().status == 503, "long before ANSWER_TIMEOUT, 10 seconds"
        assert give(there, request).status == 409
        assert viewer.event("answered")["by"] == "reply"
        eventually(lambda: claims(there, uuid))


def claims(server: Server, uuid: str) -> bool:
    with Answerer(server, uuid) as another:
        return bool(another.joined["ok"])


def cut_off(server: Server) -> float:
    return server.metrics()['viewers_cut_off_total{reason="replaced"}']


def test_a_viewer_whose_claim_was_lost_is_cut_off_and_hears_the_truth_when_it_comes_back(
    redis: Redis, two_workers: tuple[Server, Server], uuid: str
) -> None:
    here, _ = two_workers
    before = cut_off(here)
    with Answerer(here, uuid) as first:
        assert first.joined["ok"] is True
        # As after a restart of Redis without its data, or a freeze of the worker.
        claim = f"0123456789abcdef {int(time.time()) + 60}"
        redis.client.hset(f"webhook-logger:{{{uuid}}}", "answerer", claim)
        with PacketViewer(here.url, {"uuid": uuid}):
            eventually(lambda: cut_off(here) == before + 1)
        with Answerer(here, uuid) as again:
            assert again.joined["ok"] is False


@pytest.mark.parametrize("answer", ["true", 1, None, {}])
def test_a_claim_is_true_or_false(memory_server: Server, uuid: str, answer: Any) -> None:
    with Answerer(memory_server, uuid, answer=answer) as answerer:
        assert answerer.joined["reason"] == "message_malformed"


def test_auth_claims_nothing(workers: tuple[Server, Server], uuid: str) -> None:
    with PacketViewer(workers[0].url, auth={"uuid": uuid, "answer": True}) as viewer:
        viewer.event("joined")
        assert post(workers[1].address, f"/{uuid}").status == 200


# Who is not held


def test_preflights_statuses_and_what_is_too_large_are_answered_at_once(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with Answerer(here, uuid) as answerer:
        assert ask(there, "OPTIONS", f"/{uuid}", *PREFLIGHT).status == 200
        assert post(there.address, f"/{uuid}/status/204").status == 204
        assert post(there.address, f"/{uuid}", b"x" * (2**20 + 1)).status == 413
        told = [answerer.event("answered") for _ in range(3)]
        assert [one["by"] for one in told] == ["default", "path", "default"]


def test_of_a_hundred_that_are_held_the_next_one_is_answered_at_once(
    uuid: str, pool: ThreadPoolExecutor
) -> None:
    with Server(ANSWER_TIMEOUT=30) as server, Answerer(server, uuid) as answerer:
        put(server, uuid, status=202)
        held = [sent(pool, server, f"/{uuid}") for _ in range(100)]
        answerer.requests(100)
        assert post(server.address, f"/{uuid}").status == 202
        assert not any(one.done() for one in held)
        server.terminate()  # a worker that leaves lets them go
        assert {one.result().status for one in held} == {202}


def test_another_callback_is_nothing_to_it(workers: tuple[Server, Server], uuid: str) -> None:
    with Answerer(workers[0], uuid):
        assert post(workers[1].address, f"/{uuid4()}").status == 200


# Nobody answers in time


def test_who_is_late_gets_409_and_the_sender_the_reply(
    hasty: tuple[Server, Server], uuid: str
) -> None:
    here, there = hasty
    with Answerer(here, uuid) as answerer:
        assert post(there.address, f"/{uuid}").status == 200
        assert answerer.event("request")["seq"] == 1
        assert answerer.event("answered")["by"] == "default"
        put(here, uuid, status=418, body=text("late"))
        answer = post(there.address, f"/{uuid}")
        assert (answer.status, answer.body) == (418, b"late")
        assert "webhook-viewers" in answer.headers
        request = answerer.event("request")
        assert answerer.event("answered")["by"] == "reply"
        assert give(here, request).status == 409


def test_who_gives_nothing_lets_the_sender_have_the_reply_at_once(
    patient: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = patient
    with Answerer(here, uuid) as answerer:
        put(here, uuid, status=418, times=1)
        waiting = sent(pool, there, f"/{uuid}")
        request = answerer.request()
        assert decline(here, request).status == 204
        assert waiting.result().status == 418
        assert answerer.event("answered")["by"] == "reply"
        assert decline(here, request).status == 409
        assert give(here, request).status == 409
        waiting = sent(pool, there, f"/{uuid}")  # the next one is held as before
        assert give(here, answerer.request(), b"x").status == 204
        assert waiting.result().body == b"x"


def test_a_reply_for_some_times_counts_where_it_was_used(
    hasty: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = hasty
    with Answerer(here, uuid) as answerer:
        put(there, uuid, status=503, times=2)
        waiting = sent(pool, there, f"/{uuid}")
        status = give(here, answerer.request(), status=201).status
        used = 0 if status == 204 else 1  # a slow machine may be late
        assert waiting.result().status == (201 if status == 204 else 503)
        assert json.loads(api(here, "GET", uuid).body)["times"] == 2 - used
        for _ in range(2 - used):
            assert post(there.address, f"/{uuid}").status == 503
        assert post(there.address, f"/{uuid}").status == 200


def test_nobody_ever_gets_what_was_given_to_another(
    hasty: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    """Answers race with time-outs: each is either taken, and its sender has it, or it is late."""
    count = 300
    with Answerer(hasty[0], uuid) as answerer:
        waiting = [
            pool.submit(post, hasty[number % 2].address, f"/{uuid}/{number}")
            for number in range(count)
        ]
        given = {}
        for number, request in enumerate(answerer.requests(count)):
            body = request["path"].encode()
            given[body] = pool.submit(give, hasty[number // 2 % 2], request, body, status=201)
        for number, one in enumerate(waiting):
            answer, body = one.result(), f"/{uuid}/{number}".encode()
            taken = given[body].result().status == 204
            assert (answer.status, answer.body) == ((201, body) if taken else (200, b""))


# When something is away


def test_the_answerers_worker_is_killed(redis: Redis, uuid: str, pool: ThreadPoolExecutor) -> None:
    settings = {"REDIS_URL": redis.url, "ANSWER_TIMEOUT": 1}
    with Server(**settings) as there, Server(**settings) as here:
        there.until_ready()
        with Answerer(here.until_ready(), uuid) as answerer:
            put(there, uuid, status=503)
            waiting = sent(pool, there, f"/{uuid}")
            answerer.request()
            here.end(kill=True)
            assert waiting.result().status == 503
        eventually(lambda: claims(there, uuid))  # the old one is void after 20


def test_the_worker_that_holds_is_killed(redis: Redis, uuid: str, pool: ThreadPoolExecutor) -> None:
    with Server(REDIS_URL=redis.url) as here, Server(REDIS_URL=redis.url) as there:
        with Answerer(here.until_ready(), uuid) as answerer:
            waiting = sent(pool, there.until_ready(), f"/{uuid}")
            request = answerer.request()
            there.end(kill=True)
            assert isinstance(waiting.exception(), OSError)
            eventually(lambda: give(here, request).status == 409)


def test_the_queue_is_lost_while_one_is_held(uuid: str, pool: ThreadPoolExecutor) -> None:
    redis = Redis().start()
    with Server(REDIS_URL=redis.url, ANSWER_TIMEOUT=1) as server:
        with Answerer(server.until_ready(), uuid) as answerer:
            put(server, uuid, status=418)
            waiting = sent(pool, server, f"/{uuid}")
            request = answerer.request()
            redis.end()
            assert give(server, request).status == 503
            answer = waiting.result()
            assert (answer.status, answer.headers["webhook-viewers"]) == (200, "1")
            assert "without a look at the reply" in server.log


def test_a_claim_waits_for_the_queue_and_is_kept_when_it_forgets(
    uuid: str, pool: ThreadPoolExecutor
) -> None:
    redis = Redis().start()
    with Server(REDIS_URL=redis.url) as server, Answerer(server.until_ready(), uuid) as answerer:
        redis.client.flushall()
        eventually(lambda: redis.client.hexists(f"webhook-logger:{{{uuid}}}", "answerer"))
        waiting = sent(pool, server, f"/{uuid}")
        give(server, answerer.request(), status=201)
        assert waiting.result().status == 201
    redis.end()


def test_the_queue_keeps_ids_and_nothing_else_and_not_for_long(
    redis: Redis, two_workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = two_workers
    key = f"webhook-logger:{{{uuid}}}:held"
    with Answerer(here, uuid) as answerer:
        waiting = sent(pool, there, f"/{uuid}/secret")
        request = answerer.request()
        assert list(redis.client.hgetall(key)) == [request["id"]]
        assert 0 < redis.client.ttl(key) <= 120
        give(there, request, b"secret")
        waiting.result()
        assert not redis.client.exists(key)
        assert "secret" not in str(redis.client.hgetall(f"webhook-logger:{{{uuid}}}"))
