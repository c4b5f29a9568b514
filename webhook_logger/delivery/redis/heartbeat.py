"""Whether a worker hears: its subscription can be dead while everything looks well. Only a message
that goes through Redis and comes back proves that it is not.
"""

from __future__ import annotations

import time

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis import keys
from webhook_logger.delivery.redis.envelope import seal
from webhook_logger.delivery.redis.publisher import Publisher
from webhook_logger.delivery.redis.subscription import Subscription

HEARTBEAT_SECONDS = 2.0
MAX_HEARTBEATS_OUT = 3
"""Heartbeats that Redis took and that have not come back. This many mean that the worker is deaf.
They are counted, and not the time, because a worker that stands still itself sends none.
"""
MAX_IN_DOUBT = 1
"""The same after Redis did not take one: what ended one connection can have ended the other."""
DEAF = "This worker hears nothing from the queue in time; it subscribes again."


class Heartbeats:
    """Messages that a worker sends to itself, to end a subscription that does not bring them."""

    def __init__(
        self,
        publisher: Publisher,
        subscription: Subscription,
        worker: str,
        seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._seconds = seconds
        self._publisher = publisher
        self._subscription = subscription
        self._channel = keys.worker_channel(worker)
        self._out = 0
        self._max_out = MAX_HEARTBEATS_OUT

    def send(self) -> None:
        """Send one after the other, for ever."""
        while True:
            time.sleep(self._seconds)
            if self._out >= self._max_out:
                self._subscription.rebuild(DEAF)
                self.forget()
            self._send_one()

    def _send_one(self) -> None:
        self._out += 1
        try:
            self._publisher.submit("PUBLISH", self._channel, seal("heartbeat")).wait()
        except QueueUnavailable:
            # That says nothing about the subscription.
            self.came_back()
            self._max_out = MAX_IN_DOUBT

    def came_back(self) -> None:
        """Note that one has come back."""
        self._out = max(0, self._out - 1)
        self._max_out = MAX_HEARTBEATS_OUT

    def forget(self) -> None:
        """Note that the subscription is a new one, which no earlier heartbeat may reach."""
        self._out = 0
        self._max_out = MAX_HEARTBEATS_OUT
