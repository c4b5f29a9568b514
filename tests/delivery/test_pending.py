"""Pending requests in both kinds of delivery, without a server."""

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
    ORDINARY,
    PREFLIGHT,
    SECRET_HANDSHAKE,
    Delivery,
    Expected,
    PendingOutcome,
    PendingRequest,
    QueueLimits,
    QueueUnavailable,
    StoredReply,
)
from webhook_logger.delivery.memory.delivery import MemoryDelivery
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.envelope import seal

LONG = 2.0 * PATIENCE_SECONDS
"""Seconds, longer than every step of these tests."""
LIMITS = QueueLimits(seconds=LONG)
HASTY = QueueLimits(seconds=0.5)
ODD_IDS = ['a"b', "back\\slash", '","received_at":"x', '"id":"x","received_at":', "ü", "a b\tc"]


@pytest.fixture(scope="module")
def two(redis: Redis) -> tuple[RedisDelivery, RedisDelivery]:
    """Return two workers on one queue."""
    return connect_delivery(redis, LIMITS), connect_delivery(redis, LIMITS)


@pytest.fixture(params=["memory", "redis"])
def workers(request: pytest.FixtureRequest) -> tuple[Delivery, Delivery]:
    """Return the workers of senders and of the responder; without a queue, they are one."""
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


def publish(
    delivery: Delivery, uuid: str, id: str = "", expected: Expected = ORDINARY
) -> PendingRequest:
    pending = published(delivery, uuid, id, expected)
    assert pending
    return pending


def published(
    delivery: Delivery, uuid: str, id: str = "", expected: Expected = ORDINARY
) -> PendingRequest | None:
    request = replace(samples()[0], uuid=uuid, id=id or str(uuid4()))
    return delivery.publish(request, expected).pending


def test_a_response_can_arrive_before_its_sender_waits(
    workers: tuple[Delivery, Delivery], uuid: str
) -> None:
    here, there = workers
    assert there.claim(uuid, "viewer")
    pending = publish(here, uuid, "one")
    assert there.respond(uuid, "one", '{"n":1}')
    assert pending.outcome(LONG) == PendingOutcome('{"n":1}')
    assert not there.respond(uuid, "one", '{"n":2}')


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_id_can_be_any_text(workers: tuple[Delivery, Delivery], uuid: str, odd: str) -> None:
    here, there = workers
    there.claim(uuid, "viewer")
    pending = publish(here, uuid, odd)
    assert there.respond(uuid, odd, "{}")
    assert pending.outcome(LONG).response == "{}"
    late = publish(here, uuid, odd)
    assert late.outcome(0) == PendingOutcome(None)
    assert not there.respond(uuid, odd, "{}")


def test_preflights_and_callbacks_without_a_responder_are_not_pending(
    workers: tuple[Delivery, Delivery], uuid: str
) -> None:
    here, there = workers
    there.claim(uuid, "viewer")
    assert here.publish(replace(samples()[0], uuid=uuid), PREFLIGHT).pending is None
    assert here.publish(replace(samples()[0], uuid=str(uuid4()))).pending is None


def test_another_viewer_can_become_responder_only_after_the_first_one_ends(
    workers: tuple[Delivery, Delivery], uuid: str
) -> None:
    here, there = workers
    assert there.claim(uuid, "first")
    assert there.claim(uuid, "first")
    assert not here.claim(uuid, "second")
    assert not there.claim(uuid, "third")
    here.unclaim(uuid, "second")
    there.unclaim(uuid, "third")
    assert not here.claim(uuid, "second"), "only the responder can end its role"
    there.unclaim(uuid, "first")
    eventually(lambda: here.claim(uuid, "second"))
    assert not there.claim(uuid, "first")


def test_a_waiting_sender_gets_the_reply_when_the_responder_leaves(
    workers: tuple[Delivery, Delivery], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    here.set_reply(uuid, StoredReply('{"status":503}', 2))
    there.claim(uuid, "viewer")
    outcome = pool.submit(publish(here, uuid).outcome, LONG)
    there.unclaim(uuid, "viewer")
    assert outcome.result(LONG / 2) == PendingOutcome(None, StoredReply('{"status":503}'))
    assert here.get_reply(uuid) == StoredReply('{"status":503}', 1)


def test_a_waiting_sender_stops_waiting_even_if_another_viewer_responds_immediately(
    workers: tuple[Delivery, Delivery], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    there.claim(uuid, "first")
    outcome = pool.submit(publish(here, uuid).outcome, LONG)
    there.unclaim(uuid, "first")
    assert there.claim(uuid, "second")
    assert outcome.result(LONG / 2) == PendingOutcome(None)
    assert publish(here, uuid), "the next request waits again"


def test_a_sequence_is_counted_to_its_end_by_each_use_of_the_reply(
    workers: tuple[Delivery, Delivery], uuid: str
) -> None:
    here, there = workers
    here.set_reply(uuid, StoredReply("{}", 5, 2))
    for expected, left in ((PREFLIGHT, 2), (ORDINARY, 2)):
        receipt = there.publish(replace(samples()[0], uuid=uuid), expected)
        assert receipt.reply == StoredReply("{}", left=left)
    here.claim(uuid, "viewer")
    assert publish(there, uuid).outcome(0) == PendingOutcome(None, StoredReply("{}", left=1))
    here.unclaim(uuid, "viewer")
    eventually(lambda: published(here, uuid) is None)
    assert here.get_reply(uuid).left == 0
    here.set_reply(uuid, StoredReply("{}", left=2))
    assert there.get_reply(uuid) == StoredReply("{}", left=2)


def test_a_request_that_stops_waiting_uses_the_reply_immediately(
    workers: tuple[Delivery, Delivery], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    here.set_reply(uuid, StoredReply('{"status":503}', 1))
    there.claim(uuid, "viewer")
    first, second = publish(here, uuid), publish(here, uuid)
    first.stop_waiting()
    assert first.outcome(LONG).reply == StoredReply('{"status":503}')
    waiting = pool.submit(second.outcome, LONG)
    second.stop_waiting()
    assert waiting.result(LONG / 2) == PendingOutcome(None), "the reply had one use"


def test_the_newer_of_two_requests_with_one_id_gets_the_response(
    workers: tuple[Delivery, Delivery], uuid: str
) -> None:
    """A balancer sent the request again, and waits for the response to the newer one."""
    here, there = workers
    there.claim(uuid, "viewer")
    older, newer = publish(here, uuid, "one"), publish(there, uuid, "one")
    assert older.outcome(0).response is None
    assert here.respond(uuid, "one", "{}")
    assert newer.outcome(LONG).response == "{}"


# Handshakes that need a secret


def test_only_handshakes_wait_for_viewers_that_respond_to_handshakes(
    workers: tuple[Delivery, Delivery], uuid: str
) -> None:
    here, there = workers
    assert published(here, uuid, expected=SECRET_HANDSHAKE) is None
    for viewer in ("first", "second"):
        there.claim_handshakes(uuid, viewer)
    here.set_viewers(uuid, 1)  # a worker can have viewers of both kinds
    assert published(here, uuid) is None
    pending = publish(here, uuid, "one", SECRET_HANDSHAKE)
    assert publish(there, uuid, "two", SECRET_HANDSHAKE), "also those on the worker of the viewers"
    assert there.respond(uuid, "one", '{"n":1}')
    assert not here.respond(uuid, "one", '{"n":2}'), "the first response wins"
    assert pending.outcome(LONG) == PendingOutcome('{"n":1}')


def test_a_handshake_waits_until_the_last_viewer_that_could_respond_leaves(
    workers: tuple[Delivery, Delivery], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    there.claim(uuid, "responder")
    for viewer in ("first", "second"):
        there.claim_handshakes(uuid, viewer)
    one, other = (
        pool.submit(publish(here, uuid, name, SECRET_HANDSHAKE).outcome, LONG)
        for name in ("one", "other")
    )
    here.set_reply(uuid, StoredReply('{"status":503}', None))
    ordinary = pool.submit(publish(here, uuid).outcome, LONG)
    there.unclaim(uuid, "responder")
    assert ordinary.result(LONG / 2).reply == StoredReply('{"status":503}')
    there.unclaim_handshakes(uuid, "first")
    assert there.respond(uuid, "one", "{}")
    assert one.result(LONG / 2).response == "{}"
    there.unclaim_handshakes(uuid, "second")
    assert other.result(LONG / 2).reply == StoredReply('{"status":503}')
    assert published(here, uuid, expected=SECRET_HANDSHAKE) is None


def test_a_handshake_still_waits_for_the_responder_when_the_other_viewers_leave(
    workers: tuple[Delivery, Delivery], uuid: str
) -> None:
    here, there = workers
    there.claim(uuid, "responder")
    here.claim_handshakes(uuid, "viewer")
    ordinary, handshake = publish(here, uuid), publish(here, uuid, "one", SECRET_HANDSHAKE)
    here.unclaim_handshakes(uuid, "viewer")
    here.unclaim_handshakes(uuid, "viewer")
    assert there.respond(uuid, "one", "{}")
    assert handshake.outcome(LONG).response == "{}"
    there.unclaim(uuid, "responder")
    assert ordinary.outcome(LONG).response is None


def test_a_handshake_waits_only_for_the_responder_if_the_callback_has_a_reply(
    workers: tuple[Delivery, Delivery], uuid: str
) -> None:
    here, there = workers
    reply = StoredReply('{"status":418}', None)
    here.set_reply(uuid, reply)
    there.claim_handshakes(uuid, "viewer")
    assert published(here, uuid, expected=SECRET_HANDSHAKE) is None
    there.claim(uuid, "responder")
    one, two = (publish(here, uuid, name, SECRET_HANDSHAKE) for name in ("one", "two"))
    assert there.respond(uuid, "one", "{}")
    assert one.outcome(LONG).response == "{}"
    there.unclaim(uuid, "responder")
    assert two.outcome(LONG).reply == reply


# Responses through the queue can be delayed


def with_delayed_response(
    redis: Redis, delivery: Delivery, uuid: str, pool: ThreadPoolExecutor
) -> tuple[str, str, Future[PendingOutcome]]:
    """Return the worker, name and outcome of a request whose accepted response is delayed."""
    delivery.claim(uuid, "viewer")
    pending, key = publish(delivery, uuid), f"webhook-logger:{{{uuid}}}:pending"
    [owner] = redis.client.hvals(key)
    redis.client.delete(key)
    worker, name = owner.split(" ")
    return worker, name, pool.submit(pending.outcome, 0)


def test_a_request_waits_for_an_accepted_response_after_its_timeout(
    redis: Redis, two: tuple[RedisDelivery, RedisDelivery], uuid: str, pool: ThreadPoolExecutor
) -> None:
    two[0].set_reply(uuid, StoredReply('{"status":503}', 1))
    worker, name, outcome = with_delayed_response(redis, two[0], uuid, pool)
    redis.client.publish(f"webhook-logger:worker:{worker}", seal("response", name, '{"a": "b c"}'))
    assert json.loads(outcome.result(LONG).response or "") == {"a": "b c"}
    assert two[0].get_reply(uuid) == StoredReply('{"status":503}', 1), "the reply was not used"


def test_the_wait_for_an_accepted_response_that_never_arrives_ends(
    redis: Redis, uuid: str, pool: ThreadPoolExecutor
) -> None:
    *_, outcome = with_delayed_response(redis, connect_delivery(redis, HASTY), uuid, pool)
    assert outcome.result(LONG) == PendingOutcome(None)


def test_a_sender_gets_the_default_response_when_the_queue_does_not_respond(
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


def test_a_response_for_a_worker_that_is_not_subscribed_is_not_accepted(
    redis: Redis, two: tuple[RedisDelivery, RedisDelivery], uuid: str
) -> None:
    key = f"webhook-logger:{{{uuid}}}:pending"
    redis.client.hset(key, '"one"', "00ff 00ff")
    assert not two[0].respond(uuid, "one", "{}")
    assert redis.client.hexists(key, '"one"'), "the worker may subscribe again"
    redis.client.delete(key)


def test_a_claim_expires_when_its_worker_no_longer_refreshes_it(
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
