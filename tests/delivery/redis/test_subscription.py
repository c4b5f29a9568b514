"""Which Redis a worker subscribes to: the one that its requests go to, whatever moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.support.deliveries import Statuses, connect_delivery
from tests.support.patience import eventually
from tests.support.processes import Redis
from tests.support.proxy import SwitchingProxy
from tests.wire_fixture import samples
from webhook_logger.delivery import QueueLimits, QueueUnavailable
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.errors import REASONS
from webhook_logger.delivery.redis.keys import WORKER_CHANNEL, key

Queues = tuple[Redis, Redis, SwitchingProxy]


@pytest.fixture
def queues() -> Iterator[Queues]:
    """Two masters, and one address for both, which leads to the first."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(Redis("--shutdown-timeout", "0")) for _ in range(2))
        yield first, second, stack.enter_context(SwitchingProxy(first.port))


def is_heard_on(redis: Redis) -> bool:
    return bool(redis.client.pubsub_channels(f"{WORKER_CHANNEL}*"))


def is_published_to(delivery: RedisDelivery, redis: Redis) -> bool:
    uuid = str(uuid4())
    with suppress(QueueUnavailable):
        delivery.publish(replace(samples()[0], uuid=uuid))
    return bool(redis.client.exists(key(uuid)))


def test_it_leaves_a_redis_that_has_become_a_replica_though_it_still_hears_there(
    queues: Queues,
) -> None:
    first, second, proxy = queues
    delivery = connect_delivery(first, QueueLimits(), url=proxy.url)
    proxy.point_to(second.port, close=False)
    first.client.replicaof("127.0.0.1", second.port)
    eventually(lambda: is_published_to(delivery, second))
    eventually(lambda: is_heard_on(second) and not is_heard_on(first))


def test_requests_follow_it_to_another_redis(queues: Queues) -> None:
    first, second, proxy = queues
    delivery = connect_delivery(first, QueueLimits(), url=proxy.url)
    proxy.point_to(second.port, close=False)
    first.client.client_kill_filter(_type="pubsub")
    eventually(lambda: is_heard_on(second))
    eventually(lambda: is_published_to(delivery, second))
    assert not is_heard_on(first)


def test_it_keeps_away_from_a_replica(queues: Queues) -> None:
    first, second, proxy = queues
    second.client.replicaof("127.0.0.1", first.port)
    sink = Statuses()
    connect_delivery(first, QueueLimits(), url=proxy.url, sink=sink)
    before = len(sink.reasons)
    proxy.point_to(second.port, close=False)
    first.client.client_kill_filter(_type="pubsub")
    eventually(lambda: REASONS["READONLY"] in sink.reasons[before:])
    assert None not in sink.reasons[before:]


def test_without_the_right_to_unsubscribe_it_is_not_ready_at_all() -> None:
    with Redis() as queue:
        sink = Statuses()
        connect_delivery(queue, QueueLimits(), sink=sink)
        before = len(sink.reasons)
        queue.client.execute_command("ACL", "SETUSER", "default", "-unsubscribe")
        queue.client.client_kill_filter(_type="pubsub")
        eventually(lambda: REASONS["NOPERM"] in sink.reasons[before:])
        assert None not in sink.reasons[before:]
