"""Barriers: messages that a worker sends to itself on the connection that receives requests."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from webhook_logger.delivery.base import Barrier, QueueUnavailable
from webhook_logger.delivery.redis import keys, scripts
from webhook_logger.delivery.redis.publisher import Publisher
from webhook_logger.delivery.redis.subscription import Subscription


class _PendingBarrier:
    """A barrier that was requested, until the worker reads its message from the stream."""

    def __init__(self) -> None:
        self.barrier: Barrier
        self.reached = threading.Event()
        self.left = threading.Event()
        self.has_timed_out = False
        """Whether the stream continued because the viewer did not join in time."""


class Barriers:
    """This worker's barriers. Each waits, and then pauses the stream, for at most `seconds`."""

    def __init__(
        self, publisher: Publisher, subscription: Subscription, worker: str, seconds: float
    ) -> None:
        self._publisher = publisher
        self._subscription = subscription
        self._worker = worker
        self._seconds = seconds
        self._pending: dict[str, _PendingBarrier] = {}

    @contextmanager
    def barrier(self, uuid: str) -> Iterator[Barrier]:
        """Implement `Delivery.barrier`."""
        pending, name = _PendingBarrier(), secrets.token_hex(8)
        self._subscription.subscribe_and_wait(keys.channel(uuid))
        self._pending[name] = pending
        try:
            own = keys.worker_channel(self._worker)
            args = (self._worker, scripts.fresh(), own, name)
            self._publisher.run(scripts.BARRIER, [keys.key(uuid)], *args)
            if not pending.reached.wait(self._seconds) or pending.has_timed_out:
                raise QueueUnavailable("This worker's subscription to the queue does not respond.")
            yield pending.barrier
        finally:
            del self._pending[name]
            pending.left.set()
            self._subscription.release(keys.channel(uuid))

    def reach(self, name: str, epoch: str, seq: str, elsewhere: str) -> None:
        """Pause the stream at a barrier until its viewer has joined."""
        pending = self._pending.get(name)
        if pending:
            pending.barrier = Barrier(epoch, int(seq), int(elsewhere))
            pending.reached.set()
            pending.has_timed_out = not pending.left.wait(self._seconds)
