"""Responders: at most one viewer on all workers produces a callback's responses."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask_socketio import SocketIO

from webhook_logger.delivery import Delivery, QueueUnavailable
from webhook_logger.errors import Reason, Refusal
from webhook_logger.viewers.join import Join

RETRY_SECONDS = 0.5

log = logging.getLogger(__name__)


class Responders:
    """Claims and releases the role of responder for this worker's viewers."""

    def __init__(self, socketio: SocketIO, delivery: Delivery) -> None:
        self._socketio = socketio
        self._delivery = delivery

    def update(self, sid: str, join: Join, has_left: Callable[[], bool]) -> None:
        """Claim or release the role before a viewer joins, as its `join` asks.

        Wait while the queue is unavailable. Raises `Refusal` if another viewer is the responder.
        """
        if not join.respond:
            self.release(sid, join.uuid)
        elif not self._claim(sid, join.uuid, has_left):
            raise Refusal(Reason.RESPONDER_TAKEN)

    def release(self, sid: str, uuid: str) -> None:
        """Release the role if the viewer has it."""
        self._delivery.unclaim(uuid, sid)

    def _claim(self, sid: str, uuid: str, has_left: Callable[[], bool]) -> bool:
        while not has_left():
            try:
                return self._delivery.claim(uuid, sid)
            except QueueUnavailable as error:
                log.debug("A claim waits: %s", error)
                self._socketio.sleep(RETRY_SECONDS)
        return True  # the join fails, and its caller releases the role
