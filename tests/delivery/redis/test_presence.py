"""Presence: workers report their viewers to each other."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.support.deliveries import connect_delivery
from tests.support.patience import eventually
from tests.support.processes import Redis
from tests.wire_fixture import samples
from webhook_logger.delivery import SECRET_HANDSHAKE, QueueLimits
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.presence import COMMANDS_PER_BATCH

KEYS = Keys()


def test_a_callback_with_a_broken_key_does_not_block_the_presence_of_others(redis: Redis) -> None:
    delivery = connect_delivery(redis, QueueLimits())
    uuids = [str(uuid4()) for _ in range(3 * COMMANDS_PER_BATCH)]
    broken, *others = uuids
    redis.client.set(KEYS.key(broken), "not a hash", px=60_000)
    redis.freeze()  # so that all are written together
    for uuid in uuids:
        delivery.set_viewers(uuid, 1)
    redis.thaw()
    eventually(lambda: all(redis.client.exists(KEYS.key(uuid)) for uuid in others))
    redis.client.delete(KEYS.key(broken))
    eventually(lambda: redis.client.type(KEYS.key(broken)) == "hash")


def test_a_claim_that_fails_unexpectedly_leaves_the_role_free(redis: Redis) -> None:
    delivery = connect_delivery(redis, QueueLimits())
    uuid = str(uuid4())
    for act in (delivery.claim, delivery.take_over):
        with pytest.raises(UnicodeEncodeError):
            act(uuid, "first", "\udfff")
        assert delivery.claim(uuid, "second") is True
        delivery.unclaim(uuid, "second")


def test_handshakes_wait_for_viewers_of_workers_that_report_some(redis: Redis) -> None:
    """A worker of an earlier release reports only its number of viewers."""
    delivery = connect_delivery(redis, QueueLimits())
    request = replace(samples()[0], uuid=str(uuid4()))
    now = redis.client.time()[0]
    for present, viewers, is_pending in (
        (f"3 {now + 100}", 3, False),
        (f"3 {now + 100} 0", 3, False),
        (f"3 {now + 100} 2", 3, True),
        (f"3 {now - 1} 2", 0, False),
    ):
        redis.client.hset(KEYS.key(request.uuid), "viewers:00ff", present)
        receipt = delivery.publish(request, SECRET_HANDSHAKE)
        assert (receipt.viewers, bool(receipt.pending)) == (viewers, is_pending), present
