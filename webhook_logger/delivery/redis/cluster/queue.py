"""The queue as a cluster: a link to each master that owns slots, and the changes of the slots."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

import redis

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis.backlog import Call, QueueLimits
from webhook_logger.delivery.redis.cluster.channels import ClusterChannels
from webhook_logger.delivery.redis.cluster.commands import ClusterCommands, Redirects
from webhook_logger.delivery.redis.cluster.node import Node
from webhook_logger.delivery.redis.cluster.slots import (
    NO_NODE,
    Address,
    Layout,
    Slots,
    query,
)
from webhook_logger.delivery.redis.errors import UNREACHABLE, reason_of
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.link import LinkOwner
from webhook_logger.delivery.redis.publisher import Publisher
from webhook_logger.delivery.redis.queue import QueueChannels, QueueCommands
from webhook_logger.delivery.redis.readiness import FailurePeriod
from webhook_logger.delivery.redis.redis_py import Connection
from webhook_logger.delivery.redis.scripts import Scripts
from webhook_logger.delivery.redis.startup import UnsuitableQueue

REFRESH_SECONDS = 5.0
"""Time between two queries of the slots, if nothing fails meanwhile."""
RETRY_SECONDS = 0.5
"""The same while a node is unavailable."""
MIN_SECONDS = 0.1

log = logging.getLogger(__name__)

Connect = Callable[[Address, str], Any]
"""Returns an unopened connection to an address for a purpose."""


class ClusterQueue:
    """A queue of several Redis servers. Implements `Queue`, and `NodeOwner` for their links."""

    def __init__(
        self,
        seeds: Collection[Address],
        connect: Connect,
        owner: LinkOwner,
        keys: Keys,
        scripts: Scripts,
        limits: QueueLimits,
        worker: str,
    ) -> None:
        self._seeds = seeds
        self._connect = connect
        self._owner = owner
        self.measures = owner.measures
        self._keys = keys
        self._slots = slots = Slots(keys)
        self._nodes: dict[Address, Node] = {}
        self._of_node = (self, keys, scripts, limits, slots, worker)
        self._redirects = Redirects(slots, self._nodes, limits, self._refresh)
        small, large = attrgetter("small"), attrgetter("large")
        self.small: QueueCommands = ClusterCommands(slots, keys, small)
        self.large: QueueCommands = ClusterCommands(slots, keys, large)
        self.prompt: QueueCommands = ClusterCommands(slots, keys, small, is_prompt=True)
        self._channels = ClusterChannels(slots, self._interrupted)
        self.channels: QueueChannels = self._channels
        self._interrupted_uuids: set[str] = set()
        """Callbacks that wait until this worker has subscribed again."""
        self._likely: Address | None = None
        """The node that probably knows the latest change of the slots."""
        self._error = UNREACHABLE
        """Why the slots are not known."""
        self._failures = FailurePeriod()
        self._wake = threading.Event()

    def start(self) -> None:
        """Begin to follow the slots, and to send and receive. Returns immediately."""
        for task in (self._run, self._redirects.run):
            threading.Thread(target=task, daemon=True).start()

    def switch(self) -> None:
        """Do nothing: this class itself finds the nodes."""

    def barrier_channel(self, uuid: str) -> str:
        """Return the callback's own channel, because a script can use only channels of its slot.
        Other workers ignore the barrier.
        """
        return self._keys.channel(uuid)

    # State

    @property
    def links(self) -> Sequence[Node]:
        """Return the links to the nodes, for the metrics."""
        return tuple(self._nodes.values())

    @property
    def is_receiving(self) -> bool:
        """Return whether messages of some callbacks are received."""
        return any(node.subscription.is_up for node in self._nodes.values())

    def reason(self, uuid: str) -> str | None:
        """Return why the callback's requests are not accepted; None if they are."""
        node = self._slots.of_callback(uuid)
        return node.readiness.reason if node else NO_NODE

    def check(self) -> None:
        """Raise `QueueUnavailable` if no part of the queue is available."""
        error = QueueUnavailable(self._error)
        for node in tuple(self._nodes.values()):
            try:
                node.readiness.check()
            except QueueUnavailable as unavailable:
                error = unavailable
            else:
                return
        raise error

    # Changes of the slots

    def _refresh(self, likely: Address | None = None) -> None:
        """Query the slots soon."""
        self._likely = likely or self._likely
        self._wake.set()

    def _run(self) -> None:
        while True:
            try:
                self._follow(self._query())
            except Exception as error:
                if not isinstance(error, redis.RedisError | OSError | UnsuitableQueue):
                    log.exception("The slots of the cluster cannot be followed.")
                self._error = str(error) if isinstance(error, UnsuitableQueue) else reason_of(error)
                self._failures.record(error)
            else:
                if self._failures.is_active:
                    self._failures.end()
            # Do not query in a loop: nodes need some time to agree.
            time.sleep(MIN_SECONDS)
            self._wake.wait(REFRESH_SECONDS if self._is_whole else RETRY_SECONDS)
            self._wake.clear()

    @property
    def _is_whole(self) -> bool:
        nodes = self._nodes.values()
        return bool(nodes) and all(node.readiness.reason is None for node in nodes)

    def _candidates(self) -> Iterable[Address]:
        """Return the nodes to query, beginning with the one that knows most."""
        ready = [each.address for each in self._nodes.values() if each.readiness.reason is None]
        likely = [self._likely] if self._likely else []
        self._likely = None
        return dict.fromkeys([*likely, *ready, *self._nodes, *self._seeds])

    def _query(self) -> Layout:
        """Return the slots, as reported by the first node that is in contact with the others."""
        found: Layout | None = None
        failure: Exception = ConnectionError(UNREACHABLE)
        for address in self._candidates():
            try:
                layout = _query_at(self._connect, address)
            except (redis.RedisError, OSError) as error:
                failure = error
                continue
            if layout.is_ok:
                return layout
            found = found or layout
        if found is None:
            raise failure
        return found

    def _follow(self, layout: Layout) -> None:
        owners = {each.owner for each in layout.ranges}
        if not owners:
            return
        new = [
            Node(address, partial(self._connect, address), *self._of_node)
            for address in owners - self._nodes.keys()
        ]
        self._nodes.update({node.address: node for node in new})
        for first, last, owner in layout.ranges:
            self._slots.set(first, last, self._nodes[owner])
        for node in new:
            self._owner.began(node.part)
        old = [self._nodes.pop(address) for address in self._nodes.keys() - owners]
        for node in self._nodes.values():
            node.follow()
        for node in new:
            log.info("A node of the queue is %s:%d.", *node.address)
            node.start()
        self._channels.follow()
        for node in old:
            self._end(node)
        self._resume()

    def _end(self, node: Node) -> None:
        """End the link to a node that owns no slots any more."""
        log.info("%s:%d is no longer a node of the queue.", *node.address)
        self._slots.clear(node)
        self._redirects.move(node, node.end())
        self._owner.reported(None, node.part)

    def _interrupted(self, channels: Iterable[str]) -> None:
        """Pause the callbacks of these channels, because messages may be missing."""
        uuids = {Keys.uuid_of(channel) for channel in channels} - {""}
        if uuids:
            self._interrupted_uuids |= uuids
            self._owner.lost(frozenset(uuids))

    def _resume(self) -> None:
        """Give barriers to interrupted callbacks. Those of a node that is not ready get one once
        it is ready, because an earlier attempt would delay it.
        """
        uuids, self._interrupted_uuids = self._interrupted_uuids, set()
        ready = frozenset(uuid for uuid in uuids if self.reason(uuid) is None)
        if ready:
            self._owner.moved(ready)

    # Reports of the nodes

    def received_from(self, node: Node, channel: str, data: bytes) -> None:
        """Handle a message, unless the channel has moved to another node."""
        if self._channels.reads(channel, node):
            self._owner.received(channel, data)
        elif channel == node.heartbeats.channel:
            node.heartbeats.received()

    def heartbeat(self) -> None:
        """Do nothing: heartbeats use separate channels."""

    def received(self, channel: str, data: bytes) -> None:
        """Handle a message."""
        self._owner.received(channel, data)

    def dropped(self, node: Node, channel: str) -> None:
        """Note that the node does not have a channel any more."""
        self._channels.dropped(channel, node)
        self._refresh()

    def take(self, node: Node, call: Call, error: str) -> bool:
        """Send a command again soon if the error means that it did not run. Return whether."""
        return self._redirects.take(node, call, error)

    def failed(self) -> None:
        """Note that a connection failed, perhaps because slots have another owner now."""
        self._refresh()

    def lost(self, part: Container[str]) -> None:
        """Note that a stream ended."""
        self._owner.lost(part)

    def began(self, part: Container[str]) -> None:
        """Note that requests of these callbacks are now published in another history."""
        self._owner.began(part)

    def moved(self, part: Container[str]) -> None:
        """Note that these callbacks are received again."""
        self._owner.moved(part)

    def reported(self, reason: str | None, part: Container[str]) -> None:
        """Note why no requests of these callbacks are accepted; None if they are accepted."""
        self._owner.reported(reason, part)
        self._refresh()

    def opened(self, publisher: Publisher, connection: Connection) -> None:
        """Inspect a new connection."""
        self._owner.opened(publisher, connection)

    def memory_full(self) -> None:
        """Note that the memory of a node is full."""
        self._owner.memory_full()


def _query_at(connect: Connect, address: Address) -> Layout:
    """Query the slots of the node at an address. Raises as `query` does."""
    connection = Connection(connect(address, "slots"))
    try:
        return query(connection, address[0])
    finally:
        connection.close()
