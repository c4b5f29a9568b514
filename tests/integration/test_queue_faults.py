"""When the queue fails, senders and viewers receive true reports, and the worker recovers."""

from __future__ import annotations

import itertools
import json
import shlex
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml

from tests.support.patience import eventually
from tests.support.processes import Redis, Server, status_of
from tests.support.proxy import DeafeningProxy
from tests.support.sender import Sender, post, send
from tests.support.viewers import PacketViewer, Viewer

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"


def post_many(server: Server, uuid: str, count: int) -> Counter[str]:
    """Send `count` concurrent posts. Return their number by reason; empty if accepted."""
    with ThreadPoolExecutor(count) as senders:
        responses = senders.map(lambda _: post(server.address, f"/{uuid}"), range(count))
        return Counter(map(reason_of, responses))


def reason_of(response: Any) -> str:
    """Return the reason of a refusal; empty for an accepted request."""
    return "" if response.status == 200 else str(json.loads(response.body)["error"]["reason"])


def test_a_worker_detects_a_dead_subscription_and_reports_missed_requests(uuid: str) -> None:
    with (
        Redis() as redis,
        DeafeningProxy(redis.port) as proxy,
        Server(REDIS_URL=proxy.url) as server,
        PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer,
    ):
        viewer.events(1)
        post(server.address, f"/{uuid}")
        viewer.requests(1)
        proxy.deafen()
        assert [post(server.address, f"/{uuid}").status for _ in range(4)] == [200] * 4
        joined = viewer.event("joined")
        assert (joined["seq"], joined["missed"]) == (5, 4)
        post(server.address, f"/{uuid}")
        assert viewer.requests(1)[0]["seq"] == 6
        assert "no longer receives messages" in server.log


def test_a_worker_detects_a_slow_subscription(uuid: str) -> None:
    with (
        Redis() as redis,
        DeafeningProxy(redis.port) as proxy,
        Server(REDIS_URL=proxy.url) as server,
        PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer,
    ):
        viewer.event("joined")
        proxy.slow_down(bytes_a_second=20_000)
        for _ in range(15):
            assert post(server.address, f"/{uuid}", b"x" * 30_000).status == 200
        assert viewer.event("status")["queue"] == "down"


def test_scripts_are_loaded_again_after_a_flush(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        with PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer:
            viewer.events(1)
            for seq in (1, 2):
                redis.client.script_flush()
                assert post(server.address, f"/{uuid}").status == 200
                assert viewer.requests(1)[0]["seq"] == seq


def test_an_evicted_counter_begins_a_new_epoch(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        with PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer:
            epoch = viewer.events(1)[0][1]["epoch"]
            post(server.address, f"/{uuid}")
            viewer.requests(1)
            redis.client.flushall()
            post(server.address, f"/{uuid}")
            request = viewer.requests(1)[0]
            assert request["seq"] == 1
            assert request["epoch"] != epoch


def test_with_a_frozen_queue_every_sender_gets_a_response_and_every_loss_is_counted(
    uuid: str,
) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        with PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            accepted = post_many(server, uuid, 10)[""]
            redis.freeze()
            refusals = post_many(server, uuid, 30)
            redis.thaw()
            assert refusals.total() == 30
            assert set(refusals) <= {"queue_unavailable", "outcome_unknown"}
            while (more := post_many(server, uuid, 1)) != {"": 1}:
                refusals += more
            accepted += 1
            # A request with an unknown outcome may have been accepted.
            with Viewer(server.url, uuid=uuid) as last:
                end = last.event("joined")["seq"]
            assert accepted <= end <= accepted + refusals["outcome_unknown"]
            seen = counted = 0
            while seen + counted < end:
                [(name, payload)] = viewer.events(1)
                seen += name == "request"
                counted += payload["missed"] if name == "joined" else 0
            assert seen + counted == end


def count_backlog_refusals(responses: list[Any]) -> int:
    reasons = list(map(reason_of, responses))
    assert set(reasons) <= {"queue_backlog_full", "queue_unavailable", "outcome_unknown"}
    return reasons.count("queue_backlog_full")


def test_pending_requests_are_limited_while_the_queue_is_unavailable(uuid: str) -> None:
    with Redis() as redis:
        redis.end()
        with Server(REDIS_URL=redis.url, QUEUE_BACKLOG=5, QUEUE_TIMEOUT=3) as server:
            with ThreadPoolExecutor(20) as senders:
                responses = list(senders.map(lambda _: post(server.address, f"/{uuid}"), range(20)))
            assert {response.status for response in responses} == {503}
            assert count_backlog_refusals(responses) >= 10


def test_pending_bytes_are_limited_while_the_queue_is_unavailable(uuid: str) -> None:
    with Redis() as redis:
        redis.end()
        with Server(REDIS_URL=redis.url, QUEUE_BACKLOG_BYTES=1000, QUEUE_TIMEOUT=0.5) as server:
            # After this refusal the worker knows that the queue is unavailable.
            assert post(server.address, f"/{uuid}").status == 503
            response = post(server.address, f"/{uuid}", b"x" * 1000)
            assert count_backlog_refusals([response]) == 1


def test_pending_requests_are_limited_before_a_failure_is_detected(
    uuid: str,
) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url, QUEUE_BACKLOG=10) as server:
        server.until_ready()
        assert post(server.address, f"/{uuid}").status == 200
        redis.freeze()
        with Sender(server.address) as first:
            first.send(f"POST /{uuid} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n".encode())
            # Now the first request is in flight, and the others wait for it.
            assert status_of(f"{server.url}/healthz") == 200
            with ThreadPoolExecutor(100) as senders:
                posted = senders.map(lambda _: post(server.address, f"/{uuid}"), range(100))
                responses = [*posted, first.response()]
        redis.thaw()
        assert {response.status for response in responses} == {503}
        assert count_backlog_refusals(responses) >= 50


def test_pending_bytes_are_limited_before_a_failure_is_detected(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url, QUEUE_BACKLOG_BYTES=2**20) as server:
        server.until_ready()
        redis.freeze()
        big = b"x" * 900_000
        with ThreadPoolExecutor(20) as senders:
            responses = list(
                senders.map(lambda _: post(server.address, f"/{uuid}", big), range(20))
            )
        redis.thaw()
        assert count_backlog_refusals(responses) >= 18


def test_pending_requests_are_published_when_the_queue_returns_in_time(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url, QUEUE_TIMEOUT=20) as server:
        with PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            redis.end()
            viewer.event("status")
            with ThreadPoolExecutor(5) as senders:
                waiting = [senders.submit(post, server.address, f"/{uuid}/{n}") for n in range(5)]
                redis.start()
                assert [response.result().status for response in waiting] == [200] * 5


def test_connections_closed_by_redis_between_requests_cause_no_refusal(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        server.until_ready()
        for _ in range(5):
            assert post(server.address, f"/{uuid}").status == 200
            redis.client.client_kill_filter(_type="normal", skipme=True)


def test_large_and_small_requests_have_one_order_without_gaps(
    two_workers: tuple[Server, Server], uuid: str
) -> None:
    a, b = two_workers
    with PacketViewer(a.url, {"uuid": uuid}) as on_a, PacketViewer(b.url, {"uuid": uuid}) as on_b:
        on_a.event("joined")
        on_b.event("joined")
        bodies = [b"x" * (100_000 if n % 5 == 0 else 10) for n in range(100)]
        with ThreadPoolExecutor(16) as senders:
            posted = senders.map(lambda body: post(a.address, f"/{uuid}", body).status, bodies)
            assert set(posted) == {200}
        seen = on_a.requests(100)
        assert seen == on_b.requests(100)
        assert [request["seq"] for request in seen] == list(range(1, 101))


def test_a_burst_over_two_workers_loses_no_request(
    two_workers: tuple[Server, Server], uuid: str
) -> None:
    with PacketViewer(two_workers[0].url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(64) as senders:
            received = reader.submit(viewer.requests, 1000)  # responds to pings meanwhile
            posted = senders.map(
                lambda n: post(two_workers[n % 2].address, f"/{uuid}").status, range(1000)
            )
            assert set(posted) == {200}
        assert [request["seq"] for request in received.result()] == list(range(1, 1001))


MALFORMED = (
    *(b"1", b"1 ", b"1 viewers 4", b"1 viewers 4\nmany", b"1 viewers 9\nmany", b"1 viewers x\n"),
    *(
        b"1 request\n",
        b"1 emit 2\n[]",
        b"1 refused 1 3\n1why",
        b"1 nonsense\n",
        b"1 barrier 1\n\xff",
    ),
)


def test_malformed_messages_are_skipped(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        with PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            [own] = redis.client.pubsub_channels("*worker*")
            [room] = redis.client.pubsub_channels("*requests")
            for channel in (own, room):
                for message in MALFORMED:
                    redis.client.publish(channel, message)
            eventually(lambda: post(server.address, f"/{uuid}").status == 200)
            server.until_ready()
            with PacketViewer(server.url, {"uuid": uuid}) as newcomer:
                newcomer.event("joined")
                post(server.address, f"/{uuid}")
                last = newcomer.requests(1)[0]["seq"]
            while viewer.requests(1)[0]["seq"] != last:
                pass
        server.forgive("cannot be processed")


def test_messages_of_another_version_are_counted_and_reported_as_a_gap(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        with PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            post(server.address, f"/{uuid}")
            assert viewer.requests(1)[0]["seq"] == 1
            [own] = redis.client.pubsub_channels("*worker*")
            [room] = redis.client.pubsub_channels("*requests")
            redis.client.publish(own, b"2 heartbeat\n")
            with (
                redis.client.pipeline() as together
            ):  # one gap: each gap is reported a second later
                for message in (b"2 request 3 1\nabc", b'{"uuid":"unversioned"}', b"viewers 3"):
                    together.hincrby(f"webhook-logger:{{{uuid}}}", "seq", 1)
                    together.publish(room, message)
                together.execute()
            joined = viewer.event("joined")
            assert (joined["seq"], joined["missed"]) == (4, 3)
            post(server.address, f"/{uuid}")
            assert viewer.requests(1)[0]["seq"] == 5
            assert server.metrics()["queue_messages_unknown_total"] == 4
        assert server.log.count("of another version") == 1


def test_many_simultaneous_requests_are_accepted(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url, QUEUE_BACKLOG=20) as server:
        server.until_ready()
        request = f"POST /{uuid} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n".encode()
        senders = [Sender(server.address) for _ in range(400)]
        try:
            for _ in range(2):
                # After an idle second, a silent queue does not count as a failure.
                threading.Event().wait(1)
                server.freeze()
                for sender in senders:
                    sender.send(request)
                server.thaw()  # all requests arrive at once
                assert {sender.response().status for sender in senders} == {200}
        finally:
            for sender in senders:
                sender.socket.close()


def test_a_flood_of_replies_evicts_no_callback_in_use(uuid: str) -> None:
    command = shlex.split(yaml.safe_load(COMPOSE.read_text())["services"]["redis"]["command"])
    options = dict(itertools.pairwise(command))
    body = json.dumps({"body": {"encoding": "utf-8", "content": "x" * 65_536}}).encode()
    with (
        Redis() as redis,
        Server(REDIS_URL=redis.url, MAX_REPLY_CHANGES_PER_MINUTE=0) as server,
        PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer,
    ):
        joined = viewer.event("joined")
        for name in ("maxmemory-policy", "maxmemory-samples"):
            redis.client.config_set(name, options[f"--{name}"])
        # Redis measures idle time in seconds, so filling the memory must take several seconds.
        redis.client.config_set("maxmemory", "64mb")
        seen = []
        for number in range(1200):
            head = f"PUT /api/callbacks/{uuid4()}/reply HTTP/1.1\r\nHost: x\r\n"
            lines = f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
            assert send(server.address, (head + lines).encode() + body).status == 200
            if number % 10 == 0:
                assert post(server.address, f"/{uuid}").status == 200
                seen += viewer.requests(1)  # reads pings, too, so that the viewer responds in time
        assert redis.client.info("stats")["evicted_keys"] > 0
        assert {request["epoch"] for request in seen} == {joined["epoch"]}
        assert [request["seq"] for request in seen] == list(range(1, 121))
