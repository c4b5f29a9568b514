"""A worker's connections to one Redis server: two publishers, a subscription, and their checks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Container
from functools import partial
from typing import Any, Protocol

from webhook_logger.delivery.base import WHOLE
from webhook_logger.delivery.redis.backlog import Backlog, Call, QueueLimits, QueueMeasures
from webhook_logger.delivery.redis.errors import code_of
from webhook_logger.delivery.redis.heartbeat import Heartbeats
from webhook_logger.delivery.redis.history import History
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.publisher import Publisher
from webhook_logger.delivery.redis.readiness import Readiness
from webhook_logger.delivery.redis.redis_py import Connection
from webhook_logger.delivery.redis.scripts import Scripts
from webhook_logger.delivery.redis.subscription import Subscription

REPLICA = ("READONLY", "LOADING", "MASTERDOWN")
"""Codes of errors that a master returns after it became a replica."""

log = logging.getLogger(__name__)


class LinkOwner(Protocol):
    """Receives what happens on a worker's links. The methods must not block, except `opened`, and
    `received`, which may pause the stream of its link for a short time.
    """

    measures: QueueMeasures

    def received(self, channel: str, data: bytes) -> None:
        """Handle a message of the subscription."""

    def lost(self, part: Container[str]) -> None:
        """Note that a stream ended: its callbacks may miss messages before the next one."""

    def reported(self, reason: str | None, part: Container[str]) -> None:
        """Note why no requests of these callbacks are accepted; None if they are accepted."""

    def began(self, part: Container[str]) -> None:
        """Note that requests of these callbacks are now published in another history."""

    def moved(self, part: Container[str]) -> None:
        """Note that the streams of these callbacks are now received from another link."""

    def opened(self, publisher: Publisher, connection: Connection) -> None:
        """Inspect a new connection, before the publisher uses it. Raises `OSError`."""

    def memory_full(self) -> None:
        """Note that the memory of a Redis is full."""


class Link:
    """The connections to one Redis. Implements `Reporter` and `Reader` for them."""

    publisher_type: type[Publisher] = Publisher
    subscription_type: type[Subscription] = Subscription

    def __init__(
        self,
        connect: Callable[[str], Any],
        owner: LinkOwner,
        keys: Keys,
        scripts: Scripts,
        limits: QueueLimits,
        heartbeats: str,
    ) -> None:
        """Connect with a function that takes the purpose of a connection. Send heartbeats on the
        channel `heartbeats`, which the caller subscribes to.
        """
        self._owner = owner
        self.received: Callable[[str, bytes], None] = owner.received
        self.part: Container[str] = WHOLE
        """The callbacks whose requests are published here."""
        self.backlog = backlog = Backlog(limits, owner.measures.round_trips)
        self._has_subscribed = False
        self._history: History | None = None
        """The history in which requests are published; None before the first connection."""
        self._publishers = self.small, self.large = tuple(
            self.publisher_type(partial(connect, purpose), scripts.all, backlog, self)
            for purpose in ("small", "large")
        )
        self.subscription = self.subscription_type(
            partial(connect, "subscription"), self, keys.no_channel, limits.seconds
        )
        self.heartbeats = Heartbeats(self.small, self.subscription, heartbeats)
        self.readiness = Readiness(self._publishers, self.report, keys, scripts.probe)

    def start(self) -> None:
        """Connect, and begin to send and receive. Returns immediately."""
        for task in (
            *(self.small.serve, self.small.tick, self.large.serve, self.large.tick),
            *(self.subscription.listen, self.heartbeats.send, self.readiness.run),
        ):
            threading.Thread(target=task, daemon=True).start()

    def switch(self) -> None:
        """Drop all connections and make new ones, because the address leads to another Redis."""
        self.subscription.switch()
        for publisher in self._publishers:
            publisher.switch()

    def report(self, reason: str | None) -> None:
        """Report why requests are not accepted here; None if they are."""
        self._owner.reported(reason, self.part)

    # Reports of the subscription

    def subscribed(self) -> None:
        """Note that from now on no message is missing."""
        log.info("Subscribed to the queue.")
        self._owner.measures.resubscriptions += self._has_subscribed
        self._has_subscribed = True
        self.heartbeats.reset()
        if self.subscription.history:
            for publisher in self._publishers:
                publisher.renew_unless(self.subscription.history.replication_id)
        self.readiness.subscribed()

    def lost(self, error: Exception) -> None:
        """Note that the stream ended: messages may be missing before the next one."""
        self._owner.lost(self.part)
        self.readiness.subscription_lost(error)

    # Reports of the publishers

    def opened(self, publisher: Publisher, connection: Connection) -> None:
        """Let the owner inspect a new connection."""
        self._owner.opened(publisher, connection)

    def connected(self, found: History) -> None:
        """Reconnect the subscription if a publisher connected to a Redis in another history."""
        if found != self._history:
            self._history = found
            self._owner.began(self.part)
        self.subscription.follow(found)

    def connection_failed(self, error: Exception) -> None:
        """Note that a publisher lost its connection."""
        self.readiness.failed(error)

    def command_refused(self, error: str) -> None:
        """Note that Redis returned an error for a command."""
        code = code_of(error)
        if code == "OOM":
            self._owner.memory_full()
        elif code in REPLICA:
            # It can soon be a master again, without its last writes, and so in another history.
            for publisher in self._publishers:
                publisher.renew()
        self.readiness.refused(error)

    def redirected(self, _call: Call, _error: str) -> bool:
        """Return whether a command that did not run is sent to another Redis instead."""
        return False
