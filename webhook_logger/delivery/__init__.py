"""Delivery: its interface, and the function that chooses between memory and Redis."""

from webhook_logger.delivery.base import (
    HANDSHAKE,
    ORDINARY,
    PREFLIGHT,
    SECRET_HANDSHAKE,
    WHOLE,
    Barrier,
    Delivery,
    Expected,
    KeptRequest,
    Position,
    QueueFigures,
    QueueUnavailable,
    RateExceeded,
    Receipt,
    ResponseReport,
    Sink,
)
from webhook_logger.delivery.memory.delivery import MemoryDelivery
from webhook_logger.delivery.pending import PendingOutcome, PendingRequest
from webhook_logger.delivery.recovery import RecoveryLimits
from webhook_logger.delivery.redis.address import (
    AddressError,
    Credentials,
    QueueAddress,
    TlsFiles,
    queue_address,
)
from webhook_logger.delivery.redis.backlog import QueueLimits
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.envelope import VERSION
from webhook_logger.delivery.redis.manager import RoomManager
from webhook_logger.delivery.redis.recovery import QueuePersists
from webhook_logger.delivery.redis.startup import UnsuitableQueue
from webhook_logger.delivery.stored import StoredReply

__all__ = [
    "HANDSHAKE",
    "ORDINARY",
    "PREFLIGHT",
    "SECRET_HANDSHAKE",
    "WHOLE",
    "WIRE_VERSION",
    "AddressError",
    "Barrier",
    "Credentials",
    "Delivery",
    "Expected",
    "KeptRequest",
    "PendingOutcome",
    "PendingRequest",
    "Position",
    "QueueAddress",
    "QueueFigures",
    "QueueLimits",
    "QueuePersists",
    "QueueUnavailable",
    "RateExceeded",
    "Receipt",
    "RecoveryLimits",
    "ResponseReport",
    "RoomManager",
    "Sink",
    "StoredReply",
    "TlsFiles",
    "UnsuitableQueue",
    "make_delivery",
    "queue_address",
]

WIRE_VERSION = VERSION.decode()
"""The version of the messages between workers."""


def make_delivery(
    address: QueueAddress | None,
    limits: QueueLimits,
    max_per_second: int,
    recovery: RecoveryLimits,
    prefix: str,
) -> Delivery:
    """Return delivery through the queue at the address, or within this process without one.

    The names of keys and channels begin with `prefix`.
    A callback accepts at most `max_per_second` requests; 0 means no limit. Raises `QueuePersists`
    if requests would be kept in a Redis that writes its data to a disk, and `UnsuitableQueue` if
    the queue can never work.
    """
    if address:
        delivery = RedisDelivery(address, limits, max_per_second, recovery, prefix)
        delivery.check_setup()
        return delivery
    return MemoryDelivery(max_per_second, recovery)
