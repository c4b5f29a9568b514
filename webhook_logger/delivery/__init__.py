"""Delivery: the interface, and the one place that chooses what is behind it."""

from webhook_logger.delivery.base import Cut, Delivery, QueueUnavailable, Receipt, Sink
from webhook_logger.delivery.manager import RoomManager
from webhook_logger.delivery.memory import MemoryDelivery
from webhook_logger.delivery.publisher import Limits
from webhook_logger.delivery.redis import RedisDelivery

__all__ = [
    "Cut",
    "Delivery",
    "Limits",
    "QueueUnavailable",
    "Receipt",
    "RoomManager",
    "Sink",
    "make_delivery",
]


def make_delivery(redis_url: str | None, limits: Limits) -> Delivery:
    """Through Redis when there is a URL, else within this process, where nothing ever waits."""
    return RedisDelivery(redis_url, limits) if redis_url else MemoryDelivery()
