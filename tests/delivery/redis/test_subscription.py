"""A worker subscribes to the Redis that receives its requests, even after a failover."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from webhook_logger.delivery.redis.keys import Keys

KEYS = Keys()
Queues = tuple[Redis, Redis, SwitchingProxy]


@pytest.fixture
def queues() -> Iterator[Queues]:
    """Start two masters, and a proxy that leads to the first one."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(Redis("--shutdown-timeout", "0")) for _ in range(2))
        yield first, second, stack.enter_context(SwitchingProxy(first.port))


def is_subscribed_to(redis: Redis) -> bool:
    return bool(redis.client.pubsub_channels(f"{KEYS.worker_channels}*"))


def is_published_to(delivery: RedisDelivery, redis: Redis) -> bool:
    uuid = str(uuid4())
    with suppress(QueueUnavailable):
        delivery.publish(replace(samples()[0], uuid=uuid))
    return bool(redis.client.exists(KEYS.key(uuid)))


def test_a_worker_unsubscribes_from_a_redis_that_becomes_a_replica(
    queues: Queues,
) -> None:
    first, second, proxy = queues
    delivery = connect_delivery(first, QueueLimits(), address=proxy.url)
    proxy.point_to(second.port, close=False)
    first.client.replicaof("127.0.0.1", second.port)
    eventually(lambda: is_published_to(delivery, second))
    eventually(lambda: is_subscribed_to(second) and not is_subscribed_to(first))


def test_no_position_is_given_twice_if_a_replica_soon_becomes_the_master_again(uuid: str) -> None:
    request = replace(samples()[0], uuid=uuid)
    options = ("--repl-diskless-sync-delay", "0")
    with Redis(*options) as first, Redis(*options) as second:
        delivery = connect_delivery(first, QueueLimits())
        copy(first, to=second)
        known: list[tuple[str, int]] = []

        def is_accepted() -> bool:
            with suppress(QueueUnavailable):
                receipt = delivery.publish(request)
                known.append((receipt.epoch, receipt.seq))
                return True
            return False

        assert all(is_accepted() for _ in range(3))
        copy(second, to=first, until=lambda: not is_accepted())
        eventually(is_accepted)
        assert len(set(known)) == len(known)


def copy(source: Redis, to: Redis, until: Callable[[], bool] = lambda: True) -> None:
    """Make a Redis a replica for as long as it needs to copy the data, then a master."""
    to.client.replicaof("127.0.0.1", source.port)
    eventually(lambda: to.client.info("replication")["master_link_status"] == "up")
    eventually(until)
    to.client.replicaof("NO", "ONE")


def test_requests_follow_the_subscription_to_another_redis(queues: Queues) -> None:
    first, second, proxy = queues
    delivery = connect_delivery(first, QueueLimits(), address=proxy.url)
    proxy.point_to(second.port, close=False)
    first.client.client_kill_filter(_type="pubsub")
    eventually(lambda: is_subscribed_to(second))
    eventually(lambda: is_published_to(delivery, second))
    assert not is_subscribed_to(first)


def test_a_worker_does_not_subscribe_to_a_replica(queues: Queues) -> None:
    first, second, proxy = queues
    second.client.replicaof("127.0.0.1", first.port)
    sink = Statuses()
    connect_delivery(first, QueueLimits(), address=proxy.url, sink=sink)
    before = len(sink.reasons)
    proxy.point_to(second.port, close=False)
    first.client.client_kill_filter(_type="pubsub")
    eventually(lambda: REASONS["READONLY"] in sink.reasons[before:])
    assert None not in sink.reasons[before:]


def test_a_worker_without_permission_to_unsubscribe_is_not_ready() -> None:
    with Redis() as queue:
        sink = Statuses()
        connect_delivery(queue, QueueLimits(), sink=sink)
        before = len(sink.reasons)
        queue.client.execute_command("ACL", "SETUSER", "default", "-unsubscribe")
        queue.client.client_kill_filter(_type="pubsub")
        eventually(lambda: REASONS["NOPERM"] in sink.reasons[before:])
        assert None not in sink.reasons[before:]
