"""Heartbeats prove that a worker still receives messages. A subscription can fail without an error;
only a message that returns through Redis proves that it works.
"""

from __future__ import annotations

import time

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis.envelope import seal
from webhook_logger.delivery.redis.publisher import Publisher
from webhook_logger.delivery.redis.subscription import Subscription

HEARTBEAT_SECONDS = 2.0
MAX_MISSING = 3
"""A worker subscribes again when this many heartbeats that Redis accepted have not returned. It
counts heartbeats instead of time, because a worker that is itself blocked sends no heartbeats.
"""
MAX_MISSING_AFTER_FAILURE = 1
"""The same after Redis did not accept a heartbeat, because both connections may have failed."""
NOT_RECEIVING = "This worker no longer receives messages from the queue; it subscribes again."


class Heartbeats:
    """Messages that a worker sends to itself. If they do not return, it subscribes again."""

    def __init__(
        self,
        publisher: Publisher,
        subscription: Subscription,
        channel: str,
        seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._seconds = seconds
        self._publisher = publisher
        self._subscription = subscription
        self.channel = channel
        """Empty if no heartbeats are sent."""
        self._has_ended = False
        self._missing = 0
        self._max_missing = MAX_MISSING
        self._received_at = time.monotonic()

    @property
    def age(self) -> float:
        """Return the seconds since the last heartbeat returned, or since the worker started."""
        return time.monotonic() - self._received_at

    def send(self) -> None:
        """Send heartbeats until the end."""
        while not self._has_ended:
            time.sleep(self._seconds)
            if self._missing >= self._max_missing:
                self._subscription.reconnect(NOT_RECEIVING)
                self.reset()
            if self.channel:
                self._send_one()

    def _send_one(self) -> None:
        self._missing += 1
        try:
            self._publisher.publish(self.channel, seal("heartbeat")).wait()
        except QueueUnavailable:
            # This failure does not mean that the subscription failed.
            self._missing = max(0, self._missing - 1)
            self._max_missing = MAX_MISSING_AFTER_FAILURE

    def use(self, channel: str) -> None:
        """Use another channel, or none if it is empty."""
        self.channel = channel
        self.reset()

    def end(self) -> None:
        """Send no more heartbeats."""
        self._has_ended = True

    def received(self) -> None:
        """Count a heartbeat that returned."""
        self._received_at = time.monotonic()
        self._missing = max(0, self._missing - 1)
        self._max_missing = MAX_MISSING

    def reset(self) -> None:
        """Start again with a new subscription, which may not receive earlier heartbeats."""
        self._missing = 0
        self._max_missing = MAX_MISSING
