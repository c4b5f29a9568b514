"""The queue as delivery uses it, whether it is one Redis or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from webhook_logger.delivery.redis.backlog import Call, QueueLimits
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.link import Link, LinkOwner
from webhook_logger.delivery.redis.scripts import Scripts


class QueueCommands(Protocol):
    """Sends commands to the Redis that has their keys."""

    @property
    def is_unavailable(self) -> bool:
        """Return whether no command can be sent now."""

    def run(self, script: str, keys: Sequence[str], *args: str | bytes) -> Any:
        """Run a script and return its response, strings as bytes. Raises `QueueUnavailable`."""

    def submit_script(self, script: str, keys: Sequence[str], *args: str | bytes) -> Call:
        """Queue a script, and add the name of the queue's history as its last argument. Raises
        `QueueUnavailable`.
        """

    def submit(self, *command: str | bytes) -> Call:
        """Queue a command. Raises `QueueUnavailable`."""

    def publish(self, channel: str, message: bytes) -> Call:
        """Queue a message, whose result is the number of its receivers. Raises `QueueUnavailable`
        if too many commands already wait.
        """


class QueueChannels(Protocol):
    """The channels that this worker receives messages from."""

    def subscribe(self, channel: str) -> None:
        """Use a channel. Its messages are received after Redis has confirmed the subscription."""

    def subscribe_and_wait(self, channel: str) -> None:
        """Use a channel, and wait until Redis has confirmed the subscription.

        Raises `QueueUnavailable`, and then releases the channel.
        """

    def release(self, channel: str) -> None:
        """Undo one `subscribe` or `subscribe_and_wait`."""


class Queue(Protocol):
    """All Redis servers that workers share."""

    small: QueueCommands
    large: QueueCommands
    """For large events, so that they do not delay smaller ones."""
    prompt: QueueCommands
    """For commands that are repeated later: it may reject them instead of waiting."""
    channels: QueueChannels

    @property
    def links(self) -> Sequence[Link]:
        """Return the connections to each Redis, for the metrics."""

    def start(self) -> None:
        """Connect, and begin to send and receive. Returns immediately."""

    def switch(self) -> None:
        """Drop all connections and make new ones, because the address leads to another Redis."""

    def barrier_channel(self, uuid: str) -> str:
        """Return the channel on which this worker receives the callback's barriers."""

    @property
    def is_receiving(self) -> bool:
        """Return whether messages are received."""

    def reason(self, uuid: str) -> str | None:
        """Return why the callback's requests are not accepted; None if they are."""

    def check(self) -> None:
        """Raise `QueueUnavailable`, with the reason, if this worker is not ready."""

    def heartbeat(self) -> None:
        """Note that a heartbeat returned on this worker's channel."""


class SingleQueue:
    """A queue of one Redis, whose publishers and subscription are used directly."""

    def __init__(
        self,
        connect: Callable[[str], Any],
        owner: LinkOwner,
        keys: Keys,
        scripts: Scripts,
        limits: QueueLimits,
        worker: str,
    ) -> None:
        self._channel = keys.worker_channel(worker)
        self._link = link = Link(connect, owner, keys, scripts, limits, self._channel)
        self.small: QueueCommands = link.small
        self.prompt: QueueCommands = link.small
        self.large: QueueCommands = link.large
        self.channels: QueueChannels = link.subscription
        self.start = link.start
        self.switch = link.switch
        self.check = link.readiness.check

    def barrier_channel(self, _uuid: str) -> str:
        """Return this worker's channel."""
        return self._channel

    @property
    def links(self) -> Sequence[Link]:
        """Return the connections to the Redis."""
        return (self._link,)

    @property
    def is_receiving(self) -> bool:
        """Return whether messages are received."""
        return self._link.subscription.is_up

    def reason(self, _uuid: str) -> str | None:
        """Return why this worker is not ready, or None."""
        return self._link.readiness.reason

    def heartbeat(self) -> None:
        """Note that a heartbeat returned on this worker's channel."""
        self._link.heartbeats.received()
