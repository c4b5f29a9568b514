"""A worker's link to one master of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import partial
from typing import Any, Protocol

from webhook_logger.delivery.redis.backlog import Call, QueueLimits
from webhook_logger.delivery.redis.cluster.channels import ShardedSubscription
from webhook_logger.delivery.redis.cluster.publisher import NodePublisher
from webhook_logger.delivery.redis.cluster.slots import Address, Slots
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.link import Link, LinkOwner
from webhook_logger.delivery.redis.publisher import LARGE_EVENT_BYTES
from webhook_logger.delivery.redis.scripts import Scripts

PROBES = 4


class NodeOwner(LinkOwner, Protocol):
    """Receives what happens on the links to all nodes."""

    def received_from(self, node: Node, channel: str, data: bytes) -> None:
        """Handle a message."""

    def failed(self) -> None:
        """Note that a connection failed, perhaps because slots have another owner now."""

    def dropped(self, node: Node, channel: str) -> None:
        """Note that the node does not have a channel any more."""

    def take(self, node: Node, call: Call, error: str) -> bool:
        """Send a command again soon if the error means that it did not run. Return whether."""


class NodePart(Container[str]):
    """The callbacks of a node."""

    def __init__(self, node: Node, slots: Slots) -> None:
        self._node = node
        self._slots = slots

    def __contains__(self, uuid: object) -> bool:
        return self._slots.of_callback(str(uuid)) is self._node


class Node(Link):
    """The link to the master at an address."""

    publisher_type = NodePublisher
    subscription_type = ShardedSubscription
    small: NodePublisher
    large: NodePublisher

    def __init__(
        self,
        address: Address,
        connect: Callable[[str], Any],
        owner: NodeOwner,
        keys: Keys,
        scripts: Scripts,
        limits: QueueLimits,
        slots: Slots,
        worker: str,
    ) -> None:
        super().__init__(connect, owner, keys, scripts, limits, "")
        self.address = address
        self._node_owner = owner
        self._slots = slots
        self._keys = keys
        self._heartbeat_form = keys.worker_channel(worker) + ":{}"
        self.part = NodePart(self, slots)
        self._has_ended = False
        self.received = partial(owner.received_from, self)
        self.readiness.begin_at(*address)

    def follow(self) -> None:
        """Use probes and a channel for heartbeats in slots that the node owns."""
        find, before = self._slots.find_form, self.heartbeats.channel
        self.readiness.probes = find(self, self._keys.key("{}"), "probe-{}", PROBES)
        if not before or self._slots.find(before) is not self:
            if before:
                self.subscription.release(before)
            channel = "".join(find(self, "{}", self._heartbeat_form, 1))
            self.heartbeats.use(channel)
            if channel:
                self.subscription.subscribe(channel)

    def publisher_for(self, call: Call) -> NodePublisher:
        """Return the publisher for a command of this size."""
        return self.large if len(call.packed) > LARGE_EVENT_BYTES else self.small

    def end(self) -> list[Call]:
        """End all connections, and return the commands that were not sent. Never blocks."""
        self._has_ended = True
        for each in (self.small, self.large, self.subscription, self.heartbeats, self.readiness):
            each.end()
        return [*self.small.take_waiting(), *self.large.take_waiting()]

    # Reports

    def report(self, reason: str | None) -> None:
        """Report why requests are not accepted here, until the end."""
        if not self._has_ended:
            super().report(reason)

    def dropped(self, channel: str) -> None:
        """Note that the node does not have a channel any more."""
        if channel == self.heartbeats.channel:
            self.heartbeats.use("")
            for publisher in self._publishers:
                publisher.renew()  # a replica may have taken over, and may have given back its role
        self._node_owner.dropped(self, channel)

    def lost(self, error: Exception) -> None:
        """Note that the stream ended."""
        super().lost(error)
        self._node_owner.failed()

    def connection_failed(self, error: Exception) -> None:
        """Note that a publisher lost its connection."""
        super().connection_failed(error)
        self._node_owner.failed()

    def redirected(self, call: Call, error: str) -> bool:
        """Return whether a command that did not run is sent again."""
        return self._node_owner.take(self, call, error)
