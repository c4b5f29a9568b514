"""Receive the messages of each channel from the node that owns its slot."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import redis
from redis.crc import key_slot

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis.cluster.commands import NOT_RUN
from webhook_logger.delivery.redis.cluster.slots import NO_NODE, Slots
from webhook_logger.delivery.redis.redis_py import Connection, pack
from webhook_logger.delivery.redis.subscription import Reader, Subscription

if TYPE_CHECKING:
    from webhook_logger.delivery.redis.cluster.node import Node


class ShardReader(Reader, Protocol):
    """Receives messages of sharded channels."""

    def dropped(self, channel: str) -> None:
        """Note that the node does not have this channel any more."""


class ShardedSubscription(Subscription):
    """A subscription to sharded channels of one node, which can drop channels."""

    def __init__(
        self, connect: Callable[[], Any], reader: ShardReader, no_channel: str, seconds: float
    ) -> None:
        super().__init__(connect, reader, no_channel, seconds)
        self._shard_reader = reader
        # The commands without a response, in order. An error does not name its channel.
        self._sent: deque[tuple[str, str]] = deque()

    def _unsubscribe_once(self, connection: Connection) -> None:
        connection.send(pack("SUNSUBSCRIBE"))
        connection.read_or_raise()

    def _pack(self, command: str, channels: Sequence[str]) -> bytes:
        self._sent.extend((command, channel) for channel in channels)
        # One command for each channel, because all channels of one command must share a slot.
        return b"".join([pack("S" + command, channel) for channel in channels])

    def close(self) -> str:
        self._sent.clear()
        return super().close()

    def _read_stream(self) -> None:
        connection = self._open()
        while True:
            try:
                kind, name, data = connection.read_or_raise()
            except redis.ResponseError as error:
                self._rejected(error)
                continue
            if kind == b"smessage":
                self._reader.received(name.decode(), data)
            elif kind == b"ssubscribe":
                self._sent.popleft()
                self._confirm(name.decode())
            elif self._sent and self._sent[0] == ("UNSUBSCRIBE", name.decode()):
                self._sent.popleft()
            else:  # the slot has moved
                self._drop(name.decode())

    def _rejected(self, error: redis.ResponseError) -> None:
        if str(error).partition(" ")[0] not in NOT_RUN:
            raise error
        if not self._sent or not _can_concern(self._sent[0][1], error):
            # The node dropped a channel just before this worker unsubscribed from it, so the
            # message about this was taken as the response.
            return
        command, channel = self._sent.popleft()
        if command == "SUBSCRIBE":
            self._drop(channel)
            self._awaited.pop(channel, None)
            self._check_all()

    def _drop(self, channel: str) -> None:
        if self._users.pop(channel, 0):
            unconfirmed = self._unconfirmed.pop(channel, None)
            if unconfirmed:
                unconfirmed.set()  # a thread that waits finds no channel
            self._shard_reader.dropped(channel)


def _can_concern(channel: str, error: redis.ResponseError) -> bool:
    """Return whether the slot in an error, if there is one, is that of the channel."""
    slot = str(error).split(" ", 2)[1]
    return not slot.isdecimal() or int(slot) == key_slot(channel.encode())


class ClusterChannels:
    """All channels of this worker, and the node of each. Implements `QueueChannels`."""

    def __init__(self, slots: Slots, interrupted: Callable[[Collection[str]], None]) -> None:
        self._slots = slots
        self._interrupted = interrupted
        self._users: Counter[str] = Counter()
        self._places: dict[str, Node] = {}

    def subscribe(self, channel: str) -> None:
        """Use a channel, on the node that owns its slot now or later."""
        self._users[channel] += 1
        if self._users[channel] == 1:
            self._place(channel)

    def subscribe_and_wait(self, channel: str) -> None:
        """Use a channel, and wait for the subscription. Raises `QueueUnavailable`."""
        self.subscribe(channel)
        try:
            node = self._places.get(channel)
            if node is None:
                raise QueueUnavailable(NO_NODE)
            node.subscription.wait_for(channel)
        except QueueUnavailable:
            self.release(channel)
            raise

    def release(self, channel: str) -> None:
        """Undo one `subscribe` or `subscribe_and_wait`."""
        self._users[channel] -= 1
        if not self._users[channel]:
            del self._users[channel]
            self._leave(channel)

    def reads(self, channel: str, node: Node) -> bool:
        """Return whether messages of the channel are received from this node, and no other."""
        return self._places.get(channel) is node

    def dropped(self, channel: str, node: Node) -> None:
        """Note that the node no longer has the channel. `follow` subscribes again."""
        if self.reads(channel, node):
            del self._places[channel]
            self._interrupted([channel])

    def follow(self) -> None:
        """Subscribe to each channel whose slot has another owner on that node."""
        moved = [
            each for each in self._users if self._places.get(each) is not self._slots.find(each)
        ]
        for channel in moved:
            self._leave(channel)
            self._place(channel)
        if moved:
            self._interrupted(moved)

    def _place(self, channel: str) -> None:
        if node := self._slots.find(channel):
            self._places[channel] = node
            node.subscription.subscribe(channel)

    def _leave(self, channel: str) -> None:
        if node := self._places.pop(channel, None):
            node.subscription.release(channel)
