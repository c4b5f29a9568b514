"""Barriers: messages that a worker sends to itself on the connection that receives requests."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from webhook_logger.delivery.base import Barrier, KeptRequest, Position, QueueUnavailable
from webhook_logger.delivery.redis.counter_scripts import fresh
from webhook_logger.delivery.redis.envelope import UnknownVersion
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.progress import Progress
from webhook_logger.delivery.redis.queue import QueueChannels, QueueCommands
from webhook_logger.delivery.redis.recovery import Recovery, read_messages


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
        self,
        publishers: tuple[QueueCommands, QueueCommands],
        subscription: QueueChannels,
        keys: Keys,
        own_channel: Callable[[str], str],
        worker: str,
        seconds: float,
        recovery: Recovery,
        progress: Progress,
    ) -> None:
        self._keys = keys
        self._own_channel = own_channel
        self._small, self._large = publishers
        self._recovery = recovery
        self._progress = progress
        self._subscription = subscription
        self._worker = worker
        self._seconds = seconds
        self._pending: dict[str, _PendingBarrier] = {}

    @contextmanager
    def barrier(self, uuid: str, since: Position | None = None) -> Iterator[Barrier]:
        """Implement `Delivery.barrier`."""
        pending, name = _PendingBarrier(), secrets.token_hex(8)
        self._subscription.subscribe_and_wait(self._keys.channel(uuid))
        self._pending[name] = pending
        try:
            args = (self._worker, fresh(), self._own_channel(uuid), name)
            recovered, incomplete = self._run(uuid, args, since)
            if incomplete:
                yield incomplete
                return
            if not pending.reached.wait(self._seconds) or pending.has_timed_out:
                raise QueueUnavailable("This worker's subscription to the queue does not respond.")
            barrier = replace(pending.barrier, recovered=recovered)
            self._progress.note(uuid, barrier.epoch, barrier.seq)
            yield barrier
        finally:
            del self._pending[name]
            pending.left.set()
            self._subscription.release(self._keys.channel(uuid))

    def _run(
        self, uuid: str, args: tuple[str, ...], since: Position | None
    ) -> tuple[Sequence[KeptRequest], Barrier | None]:
        """Publish the barrier's message. Return the requests that the viewer recovers at the
        barrier; or none, and an incomplete barrier, if no message was published.
        """
        script, where = self._recovery.scripts.barrier, [self._keys.key(uuid)]
        epoch, seq = since or ("", 0)
        args = (*args, epoch, str(seq))
        if not self._recovery.is_on:
            self._small.run(script, where, *args)
            return (), None
        publisher = self._large if since else self._small
        result = publisher.run(script, where, *args)
        *position, elsewhere, is_complete, messages, has_responder, earlier = result
        try:
            recovered = read_messages(uuid, messages)
        except UnknownVersion:  # kept by a worker of another version
            return ((), None) if is_complete else self._run(uuid, args[:4], None)
        if is_complete:
            return recovered, None
        epoch, seq = position
        place = (epoch.decode(), int(seq), elsewhere, recovered)
        return (), Barrier(
            *place,
            is_complete=False,
            has_responder=bool(has_responder),
            earlier=int(earlier) if earlier else None,
        )

    def reach(
        self, name: str, epoch: str, seq: str, elsewhere: str, has_responder: str, earlier: str
    ) -> None:
        """Pause the stream at a barrier until its viewer has joined."""
        pending = self._pending.get(name)
        if pending:
            pending.barrier = Barrier(
                epoch,
                int(seq),
                int(elsewhere),
                has_responder=has_responder == "1",
                earlier=int(earlier) if earlier else None,
            )
            pending.reached.set()
            pending.has_timed_out = not pending.left.wait(self._seconds)
