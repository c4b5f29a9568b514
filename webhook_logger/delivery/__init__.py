"""Delivery: the interface, and the one place that chooses what is behind it."""

from webhook_logger.delivery.base import (
    ORDINARY,
    PREFLIGHT,
    Cut,
    Delivery,
    Expected,
    Kept,
    QueueUnavailable,
    RateExceeded,
    Receipt,
    ResponseReport,
    Sink,
)
from webhook_logger.delivery.held import Held, HeldOutcome
from webhook_logger.delivery.memory.delivery import MemoryDelivery
from webhook_logger.delivery.redis.backlog import QueueLimits
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.manager import RoomManager

__all__ = [
    "ORDINARY",
    "PREFLIGHT",
    "Cut",
    "Delivery",
    "Expected",
    "Held",
    "HeldOutcome",
    "Kept",
    "QueueLimits",
    "QueueUnavailable",
    "RateExceeded",
    "Receipt",
    "ResponseReport",
    "RoomManager",
    "Sink",
    "make_delivery",
]


def make_delivery(redis_url: str | None, limits: QueueLimits, most_a_second: int) -> Delivery:
    """Through Redis when there is a URL, else within this process, where nothing ever waits.

    A callback gets at most `most_a_second` requests in one second, 0 for any number.
    """
    if redis_url:
        return RedisDelivery(redis_url, limits, most_a_second)
    return MemoryDelivery(most_a_second)
