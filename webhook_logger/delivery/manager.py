"""python-socketio's client manager over the queue: `emit` reaches viewers on every worker.

What is emitted to a callback's room goes over that room's channel, in one order with its requests,
to the workers that have viewers of it. The common channel, which every worker reads, carries the
rest: disconnections, acknowledgements, and events for one viewer or for all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from queue import Queue
from typing import Any
from uuid import UUID

import redis
from socketio import PubSubManager

from webhook_logger.delivery import scripts
from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.connections import connections

CONTROL_CHANNEL = "webhook-logger:control"
MOST_WAITING = 1_000
"""Control messages; when so many wait, the worker reads no more of the queue until one is done."""

Message = dict[str, Any]


class RoomManager(PubSubManager):  # type: ignore[misc]  # it has no types
    """Give it as `client_manager=`; with `write_only=True` any other process can emit to rooms.

    `emit` raises `QueueUnavailable` when the queue, the Redis at `url`, does not take the event
    within `seconds`.
    """

    name = "queue"

    def __init__(self, url: str, write_only: bool = False, seconds: float = 2.0) -> None:
        super().__init__(channel=CONTROL_CHANNEL, write_only=write_only)
        self._redis = redis.Redis(connection_pool=connections(url, seconds))
        self._control: Queue[str] = Queue(MOST_WAITING)
        self._is_listening = False

    # What comes from the queue

    def emitted(self, message: str) -> None:
        """An event on a room's channel: hand it to this worker's viewers in the room."""
        super()._handle_emit(json.loads(message))

    def controlled(self, message: str) -> None:
        """A message on the common channel."""
        if self._is_listening:  # before its first connection a worker has nobody to control
            self._control.put(message)

    # What python-socketio asks of a manager

    def _listen(self) -> Iterator[str]:
        self._is_listening = True
        while True:
            yield self._control.get()

    def _handle_emit(self, message: Message) -> None:
        # What is emitted here to a callback's room comes back over the room's channel: its viewers
        # on this worker get it when the others do.
        if not _is_callback(message):
            super()._handle_emit(message)

    def _publish(self, message: Message) -> None:
        channel, text = self.channel, json.dumps(message)
        if message["method"] == "emit" and _is_callback(message):
            channel, text = scripts.channel(message["room"]), f"emit {text}"
        try:
            self._redis.publish(channel, text)
        except redis.RedisError as error:
            raise QueueUnavailable(f"The event was not emitted: {error}") from error


def _is_callback(message: Message) -> bool:
    """Whether it is for the room of one callback."""
    room = message["room"]
    try:
        return message["namespace"] == "/" and isinstance(room, str) and str(UUID(room)) == room
    except ValueError:
        return False
