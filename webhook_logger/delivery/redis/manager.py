"""python-socketio's client manager over the queue: `emit` reaches viewers on every worker.

Events for a callback's room use the callback's channel, in one order with its requests. Only
workers with viewers of the callback receive them. All workers subscribe to the common channel. It
carries everything else: disconnections, acknowledgements, and events for one viewer or for all.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from functools import partial
from queue import Full, Queue
from typing import Any

import redis

from webhook_logger.callbacks import is_canonical_uuid
from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis import history
from webhook_logger.delivery.redis.address import QueueAddress
from webhook_logger.delivery.redis.cluster.connections import ClusterConnections
from webhook_logger.delivery.redis.envelope import seal
from webhook_logger.delivery.redis.errors import log_text
from webhook_logger.delivery.redis.keys import PREFIX, Keys
from webhook_logger.delivery.redis.redis_py import Connections
from webhook_logger.delivery.redis.sentinel import route
from webhook_logger.delivery.socketio import Message, QueuedRooms
from webhook_logger.queue_url import Kind

MAX_WAITING = 1_000
"""Maximum waiting control messages. Others are dropped, because the stream must not wait for a
handler that blocks.
"""

log = logging.getLogger(__name__)


class RoomManager(QueuedRooms):
    """A client manager for Socket.IO. With `write_only=True`, any other process can emit to rooms.

    `queue` is the URL of the queue, or its address, which has its own timeout. `emit` raises
    `QueueUnavailable` if the queue does not accept the event within `seconds`. `prefix` is the
    workers' `REDIS_KEY_PREFIX`.
    """

    name = "queue"

    def __init__(
        self,
        queue: str | QueueAddress,
        write_only: bool = False,
        seconds: float = 2.0,
        prefix: str = PREFIX,
        name: str = "webhook-logger:emit",
    ) -> None:
        address = QueueAddress.parse(queue, seconds) if isinstance(queue, str) else queue
        has_sentinels = address.kind is Kind.SENTINEL
        self._keys = Keys(prefix)
        super().__init__(channel=self._keys.control_channel, write_only=write_only)
        self._is_sharded = address.kind is Kind.CLUSTER
        self._connections = _connections(address, name)
        self._asks_again = has_sentinels and write_only
        """Whether each event needs a new connection, because no thread follows the Sentinels. The
        old master accepts events for several seconds after a switch.
        """
        self._control: Queue[str] = Queue(MAX_WAITING)
        self._is_listening = False

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str | None = None,
        room: Any = None,
        to: Any = None,
        **options: Any,
    ) -> None:
        """Emit an event as python-socketio does, once for each room, in the order of that room. A
        viewer in two of the rooms gets the event twice. UUIDs may be in upper or lower case.
        """
        rooms = to or room
        for each in rooms if isinstance(rooms, list | tuple) else [rooms]:
            super().emit(event, data, namespace, room=_canonical(each), **options)

    def count_listeners(self) -> int:
        """Return the number of workers, this one included; 0 if the queue is unavailable."""
        try:
            count = "SHARDNUMSUB" if self._is_sharded else "NUMSUB"
            _, listeners = self._connections.run_at(self.channel, "PUBSUB", count, self.channel)
        except (redis.RedisError, OSError) as error:
            log.warning("The number of workers is unknown: %s", log_text(error))
            return 0
        return int(listeners)

    def switch(self) -> None:
        """Drop all connections, because the address leads to another Redis."""
        self._connections.close()

    # Messages from the queue

    def emitted(self, message: str) -> None:
        """Send an event from a room's channel to this worker's viewers in the room."""
        self.emit_locally(json.loads(message))

    def controlled(self, message: str) -> None:
        """Queue a message from the common channel."""
        if not self._is_listening:
            return  # before its first connection, a worker has no viewers
        try:
            self._control.put_nowait(message)
        except Full:
            log.error("Too many control messages are waiting; one was dropped.")

    # Methods that python-socketio calls

    def listen(self) -> Iterator[str]:
        """Yield the messages of the common channel."""
        self._is_listening = True
        while True:
            yield self._control.get()

    def is_published_back(self, message: Message) -> bool:
        """Return whether the message is for a callback's room. It then returns through the room's
        channel, and viewers on this worker get it in the same order as all others.
        """
        return _is_callback(message)

    def publish(self, message: Message) -> None:
        """Publish on the channel of the callback's room, or on the common channel."""
        channel, kind = self.channel, "control"
        if message["method"] == "emit" and _is_callback(message):
            channel, kind = self._keys.channel(message["room"]), "emit"
        if self._asks_again:
            self._connections.close()
        try:
            publish = "SPUBLISH" if self._is_sharded else "PUBLISH"
            message_text = seal(kind, json.dumps(message))
            self._connections.run_at(channel, publish, channel, message_text)
        except (redis.RedisError, OSError) as error:
            raise QueueUnavailable(f"The event was not emitted: {log_text(error)}") from None


def _connections(address: QueueAddress, name: str) -> Connections | ClusterConnections:
    if address.kind is Kind.CLUSTER:
        return ClusterConnections(address.hosts, partial(address.connect_to, name=name))
    # A replica accepts an event, and delivers it only to its own subscribers.
    inspect = history.query if address.kind is Kind.SENTINEL else None
    return Connections(partial(route(address, name).connect, name), inspect)


def _is_callback(message: Message) -> bool:
    """Return whether the message is for the room of a callback."""
    room = message["room"]
    return message["namespace"] == "/" and isinstance(room, str) and is_canonical_uuid(room)


def _canonical(room: Any) -> Any:
    """Return the room of a callback in canonical form, and any other room unchanged."""
    return room.lower() if isinstance(room, str) and is_canonical_uuid(room.lower()) else room
