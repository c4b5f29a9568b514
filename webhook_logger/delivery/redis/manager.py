"""python-socketio's client manager over the queue: `emit` reaches viewers on every worker.

What is emitted to a callback's room goes over that room's channel, in one order with its requests,
to the workers that have viewers of it. The common channel, which every worker reads, carries the
rest: disconnections, acknowledgements, and events for one viewer or for all.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from queue import Full, Queue
from typing import Any

import redis

from webhook_logger.callbacks import is_canonical_uuid
from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis import keys
from webhook_logger.delivery.redis.envelope import seal
from webhook_logger.delivery.redis.errors import log_text
from webhook_logger.delivery.redis.redis_py import connections
from webhook_logger.delivery.socketio import Message, QueuedRooms

CONTROL_CHANNEL = "webhook-logger:control"
MAX_WAITING = 1_000
"""Control messages; more are left out, for the stream must not wait for a handler that hangs."""

log = logging.getLogger(__name__)


class RoomManager(QueuedRooms):
    """Give it as `client_manager=`; with `write_only=True` any other process can emit to rooms.

    `emit` raises `QueueUnavailable` when the queue, the Redis at `url`, does not take the event
    within `seconds`.
    """

    name = "queue"

    def __init__(self, url: str, write_only: bool = False, seconds: float = 2.0) -> None:
        super().__init__(channel=CONTROL_CHANNEL, write_only=write_only)
        self._redis = redis.Redis(connection_pool=connections(url, seconds))
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
        """As python-socketio's. Several rooms get the event one by one, each in its own order, so a
        viewer in two of them gets it twice; a callback's UUID may come in any case.
        """
        rooms = to or room
        for each in rooms if isinstance(rooms, list | tuple) else [rooms]:
            super().emit(event, data, namespace, room=_canonical(each), **options)

    # What comes from the queue

    def emitted(self, message: str) -> None:
        """An event on a room's channel: hand it to this worker's viewers in the room."""
        self.emit_here(json.loads(message))

    def controlled(self, message: str) -> None:
        """A message on the common channel."""
        if not self._is_listening:
            return  # before its first connection a worker has nobody to control
        try:
            self._control.put_nowait(message)
        except Full:
            log.error("Too many control messages wait; one is left out.")

    # What python-socketio asks of a manager

    def listen(self) -> Iterator[str]:
        """Give what is on the common channel."""
        self._is_listening = True
        while True:
            yield self._control.get()

    def comes_back(self, message: Message) -> bool:
        """Return whether it is for a callback's room: that comes back over the room's channel, and
        viewers on this worker get it when the others do.
        """
        return _is_callback(message)

    def publish(self, message: Message) -> None:
        """Publish on the channel of the callback's room, or else on the common one."""
        channel, kind = self.channel, "control"
        if message["method"] == "emit" and _is_callback(message):
            channel, kind = keys.channel(message["room"]), "emit"
        try:
            self._redis.publish(channel, seal(kind, json.dumps(message)))
        except redis.RedisError as error:
            raise QueueUnavailable(f"The event was not emitted: {log_text(error)}") from None


def _is_callback(message: Message) -> bool:
    """Whether it is for the room of a callback."""
    room = message["room"]
    return message["namespace"] == "/" and isinstance(room, str) and is_canonical_uuid(room)


def _canonical(room: Any) -> Any:
    """The room of a callback in its canonical form, any other as it is."""
    return room.lower() if isinstance(room, str) and is_canonical_uuid(room.lower()) else room
