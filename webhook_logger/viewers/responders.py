"""Responders: which viewer produces a callback's responses, at most one on all workers."""

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
    """What this worker's viewers claim, and give up again."""

    def __init__(self, socketio: SocketIO, delivery: Delivery) -> None:
        self._socketio = socketio
        self._delivery = delivery

    def settle(self, sid: str, join: Join, is_gone: Callable[[], bool]) -> None:
        """Before a viewer joins: it claims to respond, or does so no more.

        Waits while the queue is unavailable. Raises `Refusal` when another viewer responds.
        """
        if not join.respond:
            self.give_up(sid, join.uuid)
        elif not self._claim(sid, join.uuid, is_gone):
            raise Refusal(Reason.RESPONDER_TAKEN)

    def give_up(self, sid: str, uuid: str) -> None:
        """The viewer responds no more, if it did."""
        self._delivery.unclaim(uuid, sid)

    def _claim(self, sid: str, uuid: str, is_gone: Callable[[], bool]) -> bool:
        while not is_gone():
            try:
                return self._delivery.claim(uuid, sid)
            except QueueUnavailable as error:
                log.debug("A claim waits: %s", error)
                self._socketio.sleep(RETRY_SECONDS)
        return True  # joining comes to nothing, and takes it back
