"""Create deliveries without a worker, and end them."""

from __future__ import annotations

from typing import Any

from tests.support.patience import eventually
from tests.support.processes import Redis
from tests.support.threads import after_module
from webhook_logger.delivery import QueueAddress, QueueLimits, QueueUnavailable
from webhook_logger.delivery.recovery import RECOVERY_OFF, RecoveryLimits
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.keys import PREFIX


class IgnoringSink:
    """A sink that ignores every call."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


class Statuses(IgnoringSink):
    """A sink that records each status of the queue: why it is unavailable, or None."""

    def __init__(self) -> None:
        self.reasons: list[str | None] = []

    def status(self, reason: str | None, *_: object) -> None:
        self.reasons.append(reason)


def start_delivery(delivery: RedisDelivery, sink: IgnoringSink) -> None:
    """Start a delivery whose connections end with the module of the test."""
    delivery.start(sink)
    after_module.callback(_end_connections, delivery)


def _end_connections(delivery: RedisDelivery) -> None:
    """End what would probe, reconnect and write to the log. Nothing else ends it in this process: a
    worker ends as a whole.
    """
    for link in delivery._queue.links:
        for each in (link.small, link.large, link.subscription, link.heartbeats, link.readiness):
            each.end()


def connect_delivery(
    redis: Redis,
    limits: QueueLimits,
    address: str | QueueAddress = "",
    sink: IgnoringSink | None = None,
    recovery: RecoveryLimits = RECOVERY_OFF,
    prefix: str = PREFIX,
) -> RedisDelivery:
    """Return a started delivery that is ready. Connect to the URL or address if it is given, else
    to `redis`.
    """
    if isinstance(address, str):
        address = QueueAddress.parse(address or redis.url)
    delivery = RedisDelivery(address, limits, 0, recovery, prefix)
    start_delivery(delivery, sink or IgnoringSink())

    def is_ready() -> bool:
        try:
            delivery.check()
        except QueueUnavailable:
            return False
        return True

    eventually(is_ready)
    return delivery
