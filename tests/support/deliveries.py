"""Delivery by itself, without a worker around it."""

from __future__ import annotations

from typing import Any

from tests.support.patience import eventually
from tests.support.processes import Redis
from webhook_logger.delivery import QueueLimits, QueueUnavailable
from webhook_logger.delivery.redis.delivery import RedisDelivery


class Nobody:
    """A sink without viewers."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


class Statuses(Nobody):
    """A sink that keeps what it is told of the queue: why it is unavailable, or None."""

    def __init__(self) -> None:
        self.told: list[str | None] = []

    def status(self, reason: str | None) -> None:
        self.told.append(reason)


def through(
    redis: Redis, limits: QueueLimits, url: str = "", sink: Nobody | None = None
) -> RedisDelivery:
    """Through a queue, and ready; by another URL where one is given."""
    delivery = RedisDelivery(url or redis.url, limits, most_a_second=0)
    delivery.start(sink or Nobody())

    def is_ready() -> bool:
        try:
            delivery.check()
        except QueueUnavailable:
            return False
        return True

    eventually(is_ready)
    return delivery
