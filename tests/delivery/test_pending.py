"""Pending requests, in both kinds of delivery by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.support.deliveries import IgnoringSink, connect_delivery
from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Redis
from tests.wire_fixture import samples
from webhook_logger.delivery import (
    PREFLIGHT,
    Delivery,
    Kept,
    PendingOutcome,
    PendingRequest,
    QueueLimits,
    QueueUnavailable,
)
from webhook_logger.delivery.memory.delivery import MemoryDelivery
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.envelope import seal

LONG = 2.0 * PATIENCE_SECONDS
"""Seconds that nothing here takes."""
LIMITS = QueueLimits(seconds=LONG)
HASTY = QueueLimits(seconds=0.5)
ODD_IDS = ['a"b', "back\\slash", '","received_at":"x', '"id":"x","received_at":', "ü", "a b\tc"]


@pytest.fixture(scope="module")
def two(redis: Redis) -> tuple[RedisDelivery, RedisDelivery]:
    """Two workers."""
    return connect_delivery(redis, LIMITS), connect_delivery(redis, LIMITS)


@pytest.fixture(params=["memory", "redis"])
def workers(request: pytest.FixtureRequest) -> tuple[Delivery, Delivery]:
    """Where requests go, and where the responder is: two workers on one queue, or the same one."""
    if request.param == "redis":
        workers: tuple[Delivery, Delivery] = request.getfixturevalue("two")
        return workers
    delivery = MemoryDelivery()
    delivery.start(IgnoringSink())
    return delivery, delivery


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def publish(delivery: Delivery, uuid: str, id: str = "") -> PendingRequest:
    request = replace(samples()[0], uuid=uuid, id=id or str(uuid4()))
    pending = delivery.publish(request).pending
    assert pending
    return pending


def test_a_response_may_come_before_anybody_waits_for_it(
    workers: tuple[Delivery, Delivery], uuid: str
) -> None:
    here, there = workers
    assert there.claim(uuid, "viewer")
    pending = publish(here, uuid, "one")
    assert there.respond(uuid, "one", '{"n":1}')
    assert pending.outcome(LONG) == PendingOutcome('{"n":1}')
    assert not there.respond(uuid, "one", '{"n":2}')


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_id_is_any_text(workers: tuple[Delivery, Delivery], uuid: str, odd: str) -> None:
    here, there = workers
    there.claim(uuid, "viewer")
    pending = publish(here, uuid, odd)
    assert there.respond(uuid, odd, "{}")
    assert pending.outcome(LONG).response == "{}"
    late = publish(here, uuid, odd)
    assert late.outcome(0) == PendingOutcome(None)
    assert not there.respond(uuid, odd, "{}")


def test_what_may_not_be_pending_is_not(workers: tuple[Delivery, Delivery], uuid: str) -> None:
    here, there = workers
    there.claim(uuid, "viewer")
    assert here.publish(replace(samples()[0], uuid=uuid), PREFLIGHT).pending is None
    assert here.publish(replace(samples()[0], uuid=str(uuid4()))).pending is None


def test_one_viewer_responds_and_whoever_comes_next_when_it_does_no_more(
    workers: tuple[Delivery, Delivery], uuid: str
) -> None:
    here, there = workers
    assert there.claim(uuid, "first")
    assert there.claim(uuid, "first")
    assert not here.claim(uuid, "second")
    assert not there.claim(uuid, "third")
    here.unclaim(uuid, "second")
    there.unclaim(uuid, "third")
    assert not here.claim(uuid, "second"), "only the one that responds can give it up"
    there.unclaim(uuid, "first")
    eventually(lambda: here.claim(uuid, "second"))
    assert not there.claim(uuid, "first")


def test_who_waits_is_let_go_when_the_responder_is_gone(
    workers: tuple[Delivery, Delivery], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    here.set_reply(uuid, Kept('{"status":503}', 2))
    there.claim(uuid, "viewer")
    outcome = pool.submit(publish(here, uuid).outcome, LONG)
    there.unclaim(uuid, "viewer")
    assert outcome.result(LONG / 2) == PendingOutcome(None, '{"status":503}')
    assert here.get_reply(uuid) == Kept('{"status":503}', 1)


def test_who_waits_is_let_go_though_another_responds_at_once(
    workers: tuple[Delivery, Delivery], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    there.claim(uuid, "first")
    outcome = pool.submit(publish(here, uuid).outcome, LONG)
    there.unclaim(uuid, "first")
    assert there.claim(uuid, "second")
    assert outcome.result(LONG / 2) == PendingOutcome(None)
    assert publish(here, uuid), "and the next one waits again"


def test_one_that_is_let_go_takes_the_reply_at_once(
    workers: tuple[Delivery, Delivery], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    here.set_reply(uuid, Kept('{"status":503}', 1))
    there.claim(uuid, "viewer")
    first, second = publish(here, uuid), publish(here, uuid)
    first.stop_waiting()
    assert first.outcome(LONG).reply == '{"status":503}'
    waiting = pool.submit(second.outcome, LONG)
    second.stop_waiting()
    assert waiting.result(LONG / 2) == PendingOutcome(None), "it counted for one request"


def test_of_two_with_one_id_the_newer_gets_the_response(
    workers: tuple[Delivery, Delivery], uuid: str
) -> None:
    """A balancer has sent the request again, and waits for the newer one."""
    here, there = workers
    there.claim(uuid, "viewer")
    older, newer = publish(here, uuid, "one"), publish(there, uuid, "one")
    assert older.outcome(0).response is None
    assert here.respond(uuid, "one", "{}")
    assert newer.outcome(LONG).response == "{}"


# Through the queue, a response takes its time


def on_its_way(
    redis: Redis, delivery: Delivery, uuid: str, pool: ThreadPoolExecutor
) -> tuple[str, str, Future[PendingOutcome]]:
    """A request whose response was taken and has not arrived when its time is over."""
    delivery.claim(uuid, "viewer")
    pending, key = publish(delivery, uuid), f"webhook-logger:{{{uuid}}}:pending"
    [owner] = redis.client.hvals(key)
    redis.client.delete(key)
    worker, name = owner.split(" ")
    return worker, name, pool.submit(pending.outcome, 0)


def test_a_response_that_was_taken_is_waited_for_though_the_time_is_over(
    redis: Redis, two: tuple[RedisDelivery, RedisDelivery], uuid: str, pool: ThreadPoolExecutor
) -> None:
    two[0].set_reply(uuid, Kept('{"status":503}', 1))
    worker, name, outcome = on_its_way(redis, two[0], uuid, pool)
    redis.client.publish(f"webhook-logger:worker:{worker}", seal("response", name, '{"a": "b c"}'))
    assert json.loads(outcome.result(LONG).response or "") == {"a": "b c"}
    assert two[0].get_reply(uuid) == Kept('{"status":503}', 1), "of which nothing was used"


def test_a_response_that_never_arrives_is_not_waited_for_long(
    redis: Redis, uuid: str, pool: ThreadPoolExecutor
) -> None:
    *_, outcome = on_its_way(redis, connect_delivery(redis, HASTY), uuid, pool)
    assert outcome.result(LONG) == PendingOutcome(None)


def test_without_a_response_from_the_queue_the_default_is_used(
    uuid: str, pool: ThreadPoolExecutor
) -> None:
    with Redis() as redis:
        delivery = connect_delivery(redis, HASTY)
        delivery.claim(uuid, "viewer")
        pending = publish(delivery, uuid, "one")
        redis.freeze()
        assert pending.outcome(0) == PendingOutcome(None)
        with pytest.raises(QueueUnavailable):
            delivery.respond(uuid, "one", "{}")
        redis.thaw()


def test_a_response_for_a_worker_that_does_not_hear_is_not_taken(
    redis: Redis, two: tuple[RedisDelivery, RedisDelivery], uuid: str
) -> None:
    key = f"webhook-logger:{{{uuid}}}:pending"
    redis.client.hset(key, '"one"', "00ff 00ff")
    assert not two[0].respond(uuid, "one", "{}")
    assert redis.client.hexists(key, '"one"'), "it may hear again"
    redis.client.delete(key)


def test_a_claim_is_void_where_its_worker_says_nothing_any_more(
    redis: Redis, two: tuple[RedisDelivery, RedisDelivery], uuid: str
) -> None:
    key = f"webhook-logger:{{{uuid}}}"
    now = redis.client.time()[0]
    redis.client.hset(key, "responder", f"00ff {now + 100}")
    assert not two[0].claim(uuid, "viewer")
    assert two[0].publish(replace(samples()[0], uuid=uuid)).pending
    redis.client.hset(key, "responder", f"00ff {now - 1}")
    assert two[0].publish(replace(samples()[0], uuid=uuid)).pending is None
    assert two[0].claim(uuid, "viewer")
