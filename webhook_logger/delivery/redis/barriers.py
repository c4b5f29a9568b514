"""Barriers: messages that a worker sends to itself on the connection that brings the requests."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from webhook_logger.delivery.base import Barrier, QueueUnavailable
from webhook_logger.delivery.redis import keys, scripts
from webhook_logger.delivery.redis.publisher import Publisher
from webhook_logger.delivery.redis.subscription import Subscription


class _Waiting:
    """A barrier between its script and the place in the stream where it is read."""

    def __init__(self) -> None:
        self.barrier: Barrier
        self.reached = threading.Event()
        self.left = threading.Event()
        self.is_over = False
        """Whether the stream has gone on without waiting any longer."""


class Barriers:
    """This worker's barriers. Each waits, and holds the stream still, for at most `seconds`."""

    def __init__(
        self, publisher: Publisher, subscription: Subscription, worker: str, seconds: float
    ) -> None:
        self._publisher = publisher
        self._subscription = subscription
        self._worker = worker
        self._seconds = seconds
        self._waiting: dict[str, _Waiting] = {}

    @contextmanager
    def barrier(self, uuid: str) -> Iterator[Barrier]:
        """As `Delivery.barrier`."""
        waiting, name = _Waiting(), secrets.token_hex(8)
        self._subscription.hold(keys.channel(uuid))
        self._waiting[name] = waiting
        try:
            own = keys.worker_channel(self._worker)
            args = (self._worker, scripts.fresh(), own, name)
            self._publisher.run(scripts.BARRIER, [keys.key(uuid)], *args)
            if not waiting.reached.wait(self._seconds) or waiting.is_over:
                raise QueueUnavailable("This worker's subscription to the queue does not respond.")
            yield waiting.barrier
        finally:
            del self._waiting[name]
            waiting.left.set()
            self._subscription.release(keys.channel(uuid))

    def reach(self, name: str, epoch: str, seq: str, elsewhere: str) -> None:
        """Hold the stream still at a barrier until its viewer has entered."""
        waiting = self._waiting.get(name)
        if waiting:
            waiting.barrier = Barrier(epoch, int(seq), int(elsewhere))
            waiting.reached.set()
            waiting.is_over = not waiting.left.wait(self._seconds)
