"""Live responses: senders wait for the response of a viewer that is the responder."""

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
from tests.support.patience import eventually
from tests.support.processes import Redis, Server
from tests.support.responders import Responder, decline, give, give_raw
from tests.support.sender import Response, post
from tests.support.viewers import PacketViewer

NOT_JSON = b"nonsense"


@pytest.fixture(scope="module", params=["memory", "redis"])
def hasty(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    """A pair of workers with a short `RESPONSE_TIMEOUT`."""
    yield from waiting_for(0.2, request)


@pytest.fixture(scope="module", params=["memory", "redis"])
def patient(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    """A pair of workers with a `RESPONSE_TIMEOUT` longer than the tests."""
    yield from waiting_for(30, request)


def waiting_for(seconds: float, request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    if request.param == "memory":
        with Server(RESPONSE_TIMEOUT=seconds) as server:
            yield server, server
        return
    url = request.getfixturevalue("redis").url
    settings = {"REDIS_URL": url, "RESPONSE_TIMEOUT": seconds}
    with Server(**settings) as here, Server(**settings) as there:
        yield here.until_ready(), there.until_ready()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(120) as pool:
        yield pool


def sent(
    pool: ThreadPoolExecutor, server: Server, path: str, body: bytes = b""
) -> Future[Response]:
    """Send a request in a thread that waits for its response."""
    return pool.submit(post, server.address, path, body)


# Responses of a responder


def test_the_sender_receives_the_response_of_the_responder(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with Responder(here, uuid) as responder:
        assert responder.joined["ok"]
        waiting = sent(pool, there, f"/{uuid}/orders")
        request = responder.request()
        assert not waiting.done()
        headers = [["Content-Type", "image/x"], ["X-Dup", "1"], ["X-Dup", "2"]]
        assert give(here, request, bytes(range(256)), status=418, headers=headers).status == 204
        response = waiting.result()
        assert (response.status, response.body) == (418, bytes(range(256)))
        assert (response.headers["content-type"], response.headers["x-dup"]) == ("image/x", "1, 2")
        assert "webhook-viewers" in response.headers
        assert FIXED.items() <= response.headers.items()


@pytest.mark.parametrize("at", [0, 1])
def test_any_worker_accepts_the_response(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor, at: int
) -> None:
    with Responder(workers[0], uuid) as responder:
        waiting = sent(pool, workers[1], f"/{uuid}")
        assert give(workers[at], responder.request(), b"x").status == 204
        assert waiting.result().body == b"x"


def test_all_viewers_are_notified_of_a_live_response(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with PacketViewer(there.url, auth={"uuid": uuid}) as viewer, Responder(here, uuid) as responder:
        epoch = viewer.event("joined")["epoch"]
        waiting = sent(pool, there, f"/{uuid}")
        give(there, responder.request(), b"made", status=201, headers=[["X-Dup", "1"]])
        received = waiting.result().headers
        events = viewer.events(2, aside=("viewers",))
        assert [name for name, _ in events] == ["request", "responded"]
        responded = responder.event("responded")
        assert responded == events[1][1]
        headers, seconds = dict(responded.pop("headers")), responded.pop("seconds")
        lower = {name.lower(): value for name, value in headers.items()}
        assert lower.items() <= received.items()
        assert received.keys() - lower.keys() <= {"date", "connection"}
        assert headers["X-Dup"] == "1"
        assert seconds >= 0
        body = {"size": 4, "encoding": "utf-8", "content": "made", "complete": True}
        position = {"uuid": uuid, "epoch": epoch, "seq": 1}
        assert responded == {**position, "status": 201, "by": "responder", "body": body}


def test_viewers_are_notified_when_a_responder_comes_and_leaves(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with PacketViewer(there.url, auth={"uuid": uuid}) as viewer:
        assert "responder" not in viewer.event("joined")
        with Responder(here, uuid) as responder:
            assert responder.joined["responder"] is True
            until_responder(viewer, True)
            with PacketViewer(there.url, auth={"uuid": uuid}) as late:
                assert late.event("joined")["responder"] is True
            assert "responder" not in responder.call("join", uuid=uuid)
            until_responder(viewer, None)
            assert responder.call("join", uuid=uuid, respond="handshakes")["ok"]
        while (event := viewer.event("viewers"))["viewers"] != 1:
            assert "responder" not in event


def until_responder(viewer: PacketViewer, expected: bool | None) -> None:
    while viewer.event("viewers").get("responder") != expected:
        pass


def test_many_waiting_senders_receive_their_own_responses(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    with Responder(workers[0], uuid) as responder:
        waiting = [
            sent(pool, workers[number % 2], f"/{uuid}/{number}", b"%d" % number)
            for number in range(50)
        ]
        for request in reversed(responder.requests(50)):
            assert give(random.choice(workers), request, request["path"].encode()).status == 204
        bodies = [one.result().body.decode() for one in waiting]
        assert bodies == [f"/{uuid}/{number}" for number in range(50)]


def test_a_large_response_body_is_complete(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    content = random.Random(1).randbytes(2**20)
    with Responder(workers[0], uuid) as responder:
        waiting = sent(pool, workers[1], f"/{uuid}")
        assert give(workers[0], responder.request(), content).status == 204
        assert waiting.result().body == content


def test_the_response_to_head_has_no_body(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    with Responder(workers[0], uuid) as responder:
        waiting = pool.submit(ask, workers[1], "HEAD", f"/{uuid}")
        give(workers[0], responder.request(), b"twelve bytes")
        response = waiting.result()
        assert (response.body, response.headers["content-length"]) == (b"", "12")


# Refused responses


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
def test_an_invalid_response_is_refused_and_a_valid_one_may_follow(
    workers: tuple[Server, Server],
    uuid: str,
    pool: ThreadPoolExecutor,
    body: bytes,
    status: int,
    field: str | None,
) -> None:
    with Responder(workers[0], uuid) as responder:
        waiting = sent(pool, workers[1], f"/{uuid}")
        request = responder.request()
        response = give_raw(workers[0], request, body)
        error = json.loads(response.body)["error"]
        assert (response.status, error["code"]) == (status, status)
        assert error["reason"] == {400: "reply_invalid", 413: "reply_too_large"}[status]
        assert error.get("field") == field
        assert not waiting.done()
        assert give(workers[0], request, status=201).status == 204
        assert waiting.result().status == 201


def test_only_the_first_response_is_accepted(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    with Responder(workers[0], uuid) as responder:
        waiting = sent(pool, workers[1], f"/{uuid}")
        request = responder.request()
        responses = [
            pool.submit(give, workers[number % 2], request, b"%d" % number) for number in range(8)
        ]
        statuses = [one.result().status for one in responses]
        assert sorted(statuses) == [204] + [409] * 7
        assert waiting.result().body == b"%d" % statuses.index(204)


def test_a_response_to_a_request_that_is_not_pending_is_refused(
    workers: tuple[Server, Server], uuid: str
) -> None:
    with PacketViewer(workers[0].url, auth={"uuid": uuid}) as viewer:
        viewer.event("joined")
        assert post(workers[1].address, f"/{uuid}").status == 200
        [request] = viewer.requests(1)
        for response in (give(workers[0], request), give(workers[1], {**request, "id": "none"})):
            error = json.loads(response.body)["error"]
            assert (response.status, error["reason"]) == (409, "too_late")


# Claims


def test_a_second_claim_is_refused_and_its_viewer_stays_in_the_room(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with Responder(here, uuid) as responder, Responder(there, uuid) as second:
        assert second.joined["reason"] == "responder_taken"
        eventually(lambda: second.join(uuid)["viewers"] == 2)
        assert second.join(uuid, respond=True)["reason"] == "responder_taken"
        waiting = sent(pool, there, f"/{uuid}")
        request = responder.request()
        assert second.request() == request, "the viewer is still in the room"
        give(here, request, status=201)
        assert waiting.result().status == 201


def test_a_viewer_with_a_refused_claim_does_not_join(
    workers: tuple[Server, Server], uuid: str
) -> None:
    with Responder(workers[0], uuid) as responder, Responder(workers[1], uuid):
        assert responder.join(uuid, respond=True)["viewers"] == 1


def test_the_responder_may_join_again_and_keeps_its_claim(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with Responder(here, uuid) as responder:
        assert responder.join(uuid, respond=True)["ok"]
        waiting = sent(pool, there, f"/{uuid}")
        give(here, responder.request(), status=201)
        assert waiting.result().status == 201


@pytest.mark.parametrize("way", ["leave", "join", "cut_off", "close"])
def test_a_responder_that_leaves_releases_senders_and_its_claim(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor, way: str
) -> None:
    here, there = workers
    put(here, uuid, status=503)
    with Responder(here, uuid) as responder, PacketViewer(there.url, auth={"uuid": uuid}) as viewer:
        viewer.event("joined")
        waiting = sent(pool, there, f"/{uuid}")
        request = responder.request()
        if way in ("leave", "join"):
            assert responder.call(way, uuid=uuid)["ok"]
        else:
            responder.cut_off() if way == "cut_off" else responder.end()
        assert waiting.result().status == 503, "before RESPONSE_TIMEOUT"
        assert give(there, request).status == 409
        assert viewer.event("responded")["by"] == "reply"
        eventually(lambda: claims(there, uuid))


def claims(server: Server, uuid: str) -> bool:
    with Responder(server, uuid) as another:
        return bool(another.joined["ok"])


def replaced_viewers(server: Server) -> float:
    return server.metrics()['viewers_cut_off_total{reason="replaced"}']


def test_a_viewer_that_lost_its_claim_is_disconnected(
    redis: Redis, two_workers: tuple[Server, Server], uuid: str
) -> None:
    here, _ = two_workers
    before = replaced_viewers(here)
    with Responder(here, uuid) as first:
        assert first.joined["ok"] is True
        # As after a restart of Redis without its data, or a freeze of the worker.
        claim = f"0123456789abcdef {int(time.time()) + 60}"
        redis.client.hset(f"webhook-logger:{{{uuid}}}", "responder", claim)
        with PacketViewer(here.url, {"uuid": uuid}):
            eventually(lambda: replaced_viewers(here) == before + 1)
        with Responder(here, uuid) as again:
            assert again.joined["ok"] is False


@pytest.mark.parametrize("respond", ["true", 1, None, {}])
def test_a_claim_is_true_or_false(memory_server: Server, uuid: str, respond: Any) -> None:
    with Responder(memory_server, uuid, respond=respond) as responder:
        assert responder.joined["reason"] == "message_malformed"


def test_a_claim_in_auth_is_ignored(workers: tuple[Server, Server], uuid: str) -> None:
    with PacketViewer(workers[0].url, auth={"uuid": uuid, "respond": True}) as viewer:
        viewer.event("joined")
        assert post(workers[1].address, f"/{uuid}").status == 200


# Requests that do not wait


def test_preflights_status_paths_and_oversize_requests_do_not_wait(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with Responder(here, uuid) as responder:
        assert ask(there, "OPTIONS", f"/{uuid}", *PREFLIGHT).status == 200
        assert post(there.address, f"/{uuid}/status/204").status == 204
        assert post(there.address, f"/{uuid}", b"x" * (2**20 + 1)).status == 413
        events = [responder.event("responded") for _ in range(3)]
        assert [each["by"] for each in events] == ["default", "path", "default"]


def test_at_most_a_hundred_senders_wait(uuid: str, pool: ThreadPoolExecutor) -> None:
    with Server(RESPONSE_TIMEOUT=30) as server, Responder(server, uuid) as responder:
        put(server, uuid, status=202)
        pending = [sent(pool, server, f"/{uuid}") for _ in range(100)]
        responder.requests(100)
        assert post(server.address, f"/{uuid}").status == 202
        assert not any(one.done() for one in pending)
        server.terminate()  # a worker that shuts down releases its senders
        assert {one.result().status for one in pending} == {202}


def test_senders_to_other_callbacks_do_not_wait(workers: tuple[Server, Server], uuid: str) -> None:
    with Responder(workers[0], uuid):
        assert post(workers[1].address, f"/{uuid4()}").status == 200


# Timeouts


def test_a_late_response_gets_409_and_the_sender_receives_the_reply(
    hasty: tuple[Server, Server], uuid: str
) -> None:
    here, there = hasty
    with Responder(here, uuid) as responder:
        assert post(there.address, f"/{uuid}").status == 200
        assert responder.event("request")["seq"] == 1
        responded = responder.event("responded")
        assert (responded["by"], "seconds" in responded) == ("default", True)
        put(here, uuid, status=418, body=text("late"))
        response = post(there.address, f"/{uuid}")
        assert (response.status, response.body) == (418, b"late")
        assert "webhook-viewers" in response.headers
        request = responder.event("request")
        assert responder.event("responded")["by"] == "reply"
        assert give(here, request).status == 409


def test_a_responder_may_decline_and_the_sender_receives_the_reply(
    patient: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = patient
    with Responder(here, uuid) as responder:
        put(here, uuid, status=418, times=1)
        waiting = sent(pool, there, f"/{uuid}")
        request = responder.request()
        assert decline(here, request).status == 204
        assert waiting.result().status == 418
        assert responder.event("responded")["by"] == "reply"
        assert decline(here, request).status == 409
        assert give(here, request).status == 409
        waiting = sent(pool, there, f"/{uuid}")  # the next sender waits again
        assert give(here, responder.request(), b"x").status == 204
        assert waiting.result().body == b"x"


def test_a_reply_with_times_counts_only_its_uses(
    hasty: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = hasty
    with Responder(here, uuid) as responder:
        put(there, uuid, status=503, times=2)
        waiting = sent(pool, there, f"/{uuid}")
        status = give(here, responder.request(), status=201).status
        used = 0 if status == 204 else 1  # a slow machine may be late
        assert waiting.result().status == (201 if status == 204 else 503)
        assert json.loads(api(here, "GET", uuid).body)["times"] == 2 - used
        for _ in range(2 - used):
            assert post(there.address, f"/{uuid}").status == 503
        assert post(there.address, f"/{uuid}").status == 200


def test_no_sender_receives_the_response_of_another(
    hasty: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    """Responses race with timeouts: each is accepted and reaches its sender, or is late."""
    count = 300
    with Responder(hasty[0], uuid) as responder:
        waiting = [
            pool.submit(post, hasty[number % 2].address, f"/{uuid}/{number}")
            for number in range(count)
        ]
        given = {}
        for number, request in enumerate(responder.requests(count)):
            body = request["path"].encode()
            given[body] = pool.submit(give, hasty[number // 2 % 2], request, body, status=201)
        for number, one in enumerate(waiting):
            response, body = one.result(), f"/{uuid}/{number}".encode()
            accepted = given[body].result().status == 204
            assert (response.status, response.body) == ((201, body) if accepted else (200, b""))


# Failures


def test_senders_receive_the_reply_when_the_responders_worker_is_killed(
    redis: Redis, uuid: str, pool: ThreadPoolExecutor
) -> None:
    settings = {"REDIS_URL": redis.url, "RESPONSE_TIMEOUT": 1}
    with Server(**settings) as there, Server(**settings) as here:
        there.until_ready()
        with Responder(here.until_ready(), uuid) as responder:
            put(there, uuid, status=503)
            waiting = sent(pool, there, f"/{uuid}")
            responder.request()
            here.end(kill=True)
            assert waiting.result().status == 503
        eventually(lambda: claims(there, uuid))  # the old claim expires after 20 seconds


def test_a_response_gets_409_when_the_senders_worker_is_killed(
    redis: Redis, uuid: str, pool: ThreadPoolExecutor
) -> None:
    with Server(REDIS_URL=redis.url) as here, Server(REDIS_URL=redis.url) as there:
        with Responder(here.until_ready(), uuid) as responder:
            waiting = sent(pool, there.until_ready(), f"/{uuid}")
            request = responder.request()
            there.end(kill=True)
            assert isinstance(waiting.exception(), OSError)
            eventually(lambda: give(here, request).status == 409)


def test_a_sender_gets_200_when_the_queue_fails_while_it_waits(
    uuid: str, pool: ThreadPoolExecutor
) -> None:
    redis = Redis().start()
    # The queue must fail before the sender stops waiting.
    with Server(REDIS_URL=redis.url, RESPONSE_TIMEOUT=6) as server:
        with Responder(server.until_ready(), uuid) as responder:
            put(server, uuid, status=418)
            waiting = sent(pool, server, f"/{uuid}")
            request = responder.request()
            redis.end()
            assert give(server, request).status == 503
            response = waiting.result()
            assert (response.status, response.headers["webhook-viewers"]) == (200, "1")
            assert "its reply is unavailable" in server.log


def test_a_claim_is_renewed_when_the_queue_loses_its_data(
    uuid: str, pool: ThreadPoolExecutor
) -> None:
    redis = Redis().start()
    with Server(REDIS_URL=redis.url) as server, Responder(server.until_ready(), uuid) as responder:
        redis.client.flushall()
        eventually(lambda: redis.client.hexists(f"webhook-logger:{{{uuid}}}", "responder"))
        waiting = sent(pool, server, f"/{uuid}")
        give(server, responder.request(), status=201)
        assert waiting.result().status == 201
    redis.end()


def test_the_queue_stores_only_ids_of_pending_requests_and_they_expire(
    redis: Redis, two_workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = two_workers
    key = f"webhook-logger:{{{uuid}}}:pending"
    with Responder(here, uuid) as responder:
        waiting = sent(pool, there, f"/{uuid}/secret")
        request = responder.request()
        assert list(redis.client.hgetall(key)) == [request["id"]]
        assert 0 < redis.client.ttl(key) <= 120
        give(there, request, b"secret")
        waiting.result()
        assert not redis.client.exists(key)
        assert "secret" not in str(redis.client.hgetall(f"webhook-logger:{{{uuid}}}"))
