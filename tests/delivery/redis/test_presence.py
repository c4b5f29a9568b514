"""Presence: workers report their viewers to each other."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.deliveries import connect_delivery
from tests.support.patience import eventually
from tests.support.processes import Redis
from webhook_logger.delivery import QueueLimits
from webhook_logger.delivery.redis.keys import key
from webhook_logger.delivery.redis.presence import COMMANDS_PER_BATCH


def test_a_callback_with_a_broken_key_does_not_block_the_presence_of_others(redis: Redis) -> None:
    delivery = connect_delivery(redis, QueueLimits())
    uuids = [str(uuid4()) for _ in range(3 * COMMANDS_PER_BATCH)]
    broken, *others = uuids
    redis.client.set(key(broken), "not a hash", px=60_000)
    redis.freeze()  # so that all are written together
    for uuid in uuids:
        delivery.set_viewers(uuid, 1)
    redis.thaw()
    eventually(lambda: all(redis.client.exists(key(uuid)) for uuid in others))
    redis.client.delete(key(broken))
    eventually(lambda: redis.client.type(key(broken)) == "hash")


def test_a_claim_that_fails_unexpectedly_leaves_the_role_free(redis: Redis) -> None:
    delivery = connect_delivery(redis, QueueLimits())
    uuid = str(uuid4())
    for act in (delivery.claim, delivery.take_over):
        with pytest.raises(UnicodeEncodeError):
            act(uuid, "first", "\udfff")
        assert delivery.claim(uuid, "second") is True
        delivery.unclaim(uuid, "second")
