"""Whether a worker hears: it can be deaf with all looking well. Only a message that goes round
through Redis and comes back, in time, proves that it is not.
"""

from __future__ import annotations

import time
from contextlib import suppress

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis import keys
from webhook_logger.delivery.redis.envelope import seal
from webhook_logger.delivery.redis.publisher import Publisher
from webhook_logger.delivery.redis.subscription import Subscription

CANARY_SECONDS = 2.0
MOST_CANARIES_OUT = 3
"""So many that do not come back mean that the worker is deaf. Canaries and not time, because a
worker that stands still itself does not send any."""


class Canaries:
    """What a worker sends to itself, to end a subscription that does not bring it back."""

    def __init__(self, publisher: Publisher, subscription: Subscription, worker: str) -> None:
        self._publisher = publisher
        self._subscription = subscription
        self._channel = keys.worker_channel(worker)
        self._out = 0

    def send(self) -> None:
        """One after the other, for ever."""
        while True:
            time.sleep(CANARY_SECONDS)
            if self._out >= MOST_CANARIES_OUT:
                self._subscription.rebuild()
                self._out = 0
            with suppress(QueueUnavailable):
                self._publisher.submit("PUBLISH", self._channel, seal("canary"))
                self._out += 1

    def came_back(self) -> None:
        """One has."""
        self._out = max(0, self._out - 1)

    def forget(self) -> None:
        """The subscription is a new one, which those that are out may never reach."""
        self._out = 0
