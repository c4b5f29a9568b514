"""Responders: at most one viewer on all workers produces a callback's responses.

In addition, any number of viewers may respond to the handshakes that need a secret.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from flask_socketio import SocketIO

from webhook_logger.delivery import Delivery, QueueUnavailable
from webhook_logger.errors import Reason, Refusal
from webhook_logger.viewers.join import HANDSHAKES, Join

RETRY_SECONDS = 0.5

log = logging.getLogger(__name__)


class Responders:
    """Claims and releases the roles of this worker's viewers."""

    def __init__(self, socketio: SocketIO, delivery: Delivery) -> None:
        self._socketio = socketio
        self._delivery = delivery

    def update(self, sid: str, join: Join, has_left: Callable[[], bool]) -> None:
        """Claim, take over or release the roles before a viewer joins, as its `join` asks.

        Wait while the queue is unavailable. Raises `Refusal` if another viewer is the responder.
        """
        delivery, place = self._delivery, (join.uuid, sid)
        if join.respond == HANDSHAKES:
            self._retry(partial(delivery.claim_handshakes, *place), has_left)
            delivery.unclaim(*place)
        elif join.respond:
            claim = partial(delivery.claim, *place, join.replaces)
            if self._retry(claim, has_left) is False:
                raise Refusal(Reason.RESPONDER_TAKEN)
            delivery.unclaim_handshakes(*place)
        else:
            self.release(sid, join.uuid)
            if join.replaces:
                self._retry(partial(delivery.take_over, *place, join.replaces), has_left)

    def release(self, sid: str, uuid: str) -> None:
        """Release the roles that the viewer has."""
        self._delivery.unclaim(uuid, sid)
        self._delivery.unclaim_handshakes(uuid, sid)

    def _retry(self, act: Callable[[], bool | None], has_left: Callable[[], bool]) -> bool | None:
        while not has_left():
            try:
                return act()
            except QueueUnavailable as error:
                log.debug("A claim waits: %s", error)
                self._socketio.sleep(RETRY_SECONDS)
        return None  # the join fails, and its caller releases the role
