"""Create a delivery without a worker."""

from __future__ import annotations

from typing import Any

from tests.support.patience import eventually
from tests.support.processes import Redis
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


def connect_delivery(
    redis: Redis,
    limits: QueueLimits,
    address: str | QueueAddress = "",
    sink: IgnoringSink | None = None,
    recovery: RecoveryLimits = RECOVERY_OFF,
    prefix: str = PREFIX,
) -> RedisDelivery:
    """Return a started delivery that is ready. Connect to the URL or address if it is given, else
    to `redis`."""
    if isinstance(address, str):
        address = QueueAddress.parse(address or redis.url)
    delivery = RedisDelivery(address, limits, 0, recovery, prefix)
    delivery.start(sink or IgnoringSink())

    def is_ready() -> bool:
        try:
            delivery.check()
        except QueueUnavailable:
            return False
        return True

    eventually(is_ready)
    return delivery
