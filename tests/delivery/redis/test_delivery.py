"""Delivery through a real Redis, without a server: its commands and its keys."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.support.deliveries import IgnoringSink, connect_delivery, start_delivery
from tests.support.patience import eventually
from tests.support.processes import Redis
from tests.wire_fixture import samples
from webhook_logger.delivery import (
    QueueAddress,
    QueueLimits,
    RateExceeded,
    RecoveryLimits,
    StoredReply,
)
from webhook_logger.delivery.redis.delivery import RedisDelivery

DAY = 24 * 60 * 60


@pytest.fixture(scope="module")
def delivery(redis: Redis) -> RedisDelivery:
    return connect_delivery(redis, QueueLimits())


def test_a_receipt_contains_the_reply_and_extends_its_expiry_to_seven_days(
    redis: Redis, delivery: RedisDelivery, uuid: str
) -> None:
    request, key = replace(samples()[0], uuid=uuid), f"webhook-logger:{{{uuid}}}:reply"
    assert delivery.publish(request).reply is None
    delivery.set_reply(uuid, StoredReply('{"status": 503}', None))
    assert 6 * DAY < redis.client.ttl(key) <= 7 * DAY
    redis.client.expire(key, 100)
    receipt = delivery.publish(request)
    assert (receipt.seq, receipt.reply) == (2, StoredReply('{"status": 503}'))
    assert 6 * DAY < redis.client.ttl(key) <= 7 * DAY
    delivery.set_reply(uuid, None)
    assert not redis.client.exists(key)


def test_every_key_expires(redis: Redis, delivery: RedisDelivery, uuid: str) -> None:
    watched = str(uuid4())
    delivery.publish(replace(samples()[0], uuid=uuid))
    delivery.set_viewers(watched, 3)
    eventually(lambda: redis.client.exists(f"webhook-logger:{{{watched}}}"))
    for name in (uuid, watched):
        assert 0 < redis.client.ttl(f"webhook-logger:{{{name}}}") <= DAY
    assert not [key for key in redis.client.keys("*") if redis.client.ttl(key) < 0]


def test_no_key_contains_any_part_of_a_request(
    redis: Redis, delivery: RedisDelivery, uuid: str
) -> None:
    delivery.publish(replace(samples()[0], uuid=uuid, path=f"/{uuid}/secret"))
    stored = redis.client.hgetall(f"webhook-logger:{{{uuid}}}")
    assert set(stored) == {"epoch", "seq"}


def test_workers_with_a_prefix_use_no_other_names(uuid: str) -> None:
    limits, recovery = QueueLimits(), RecoveryLimits(seconds=60)
    with Redis() as queue:
        user = ("ACL", "SETUSER", "team", "on", ">secret", "~team:*", "&team:*", "+@all")
        queue.client.execute_command(*user)
        url = queue.url.replace("//", "//team:secret@")
        prefixed = connect_delivery(queue, limits, url, recovery=recovery, prefix="team")
        other = connect_delivery(queue, limits)
        request = replace(samples()[0], uuid=uuid)
        prefixed.set_viewers(uuid, 1)
        with prefixed.barrier(uuid):
            prefixed.manager.emit("note", {}, to=uuid)
        assert [prefixed.publish(request).seq, other.publish(request).seq] == [1, 1]
        assert (prefixed.has_peers(), other.has_peers()) == (False, False)
        eventually(lambda: queue.client.exists("team:{recovery}:bytes"))
        assert not queue.client.execute_command("ACL", "LOG")


def test_a_full_window_reports_when_it_ends(redis: Redis, uuid: str) -> None:
    delivery = RedisDelivery(QueueAddress.parse(redis.url), QueueLimits(), max_per_second=1)
    start_delivery(delivery, IgnoringSink())
    request = replace(samples()[0], uuid=uuid)

    def fill() -> None:
        for _ in range(10):
            delivery.publish(request)

    with pytest.raises(RateExceeded) as refused:
        fill()
    assert 0 < refused.value.seconds <= 1
