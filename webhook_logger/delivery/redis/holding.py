"""The requests that a worker holds for responders, and their responses on the way through Redis.

The queue keeps the id of each held request, with the worker that holds it and the worker's name for
it. One script removes that, either to hand a response to the worker or to use the callback's reply.
So a sender gets exactly one of them, and the responder learns which.
"""

from __future__ import annotations

import logging
import time

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.held import Held
from webhook_logger.delivery.redis import keys, scripts
from webhook_logger.delivery.redis.publisher import Publisher

log = logging.getLogger(__name__)


class Holding:
    """The requests that this worker holds, by name."""

    def __init__(self, publisher: Publisher, worker: str, seconds: float) -> None:
        self._publisher = publisher
        self._worker = worker
        self._seconds = seconds
        self._held: dict[str, _HeldInQueue] = {}

    def add(self, uuid: str, request: str, name: str) -> _HeldInQueue:
        """Make a place for a request that may be held. Do so before it is published, because its
        response can come at once.
        """
        self._held[name] = held = _HeldInQueue(self, uuid, request, name)
        return held

    def remove(self, held: _HeldInQueue) -> None:
        """Forget a request that is not held, or no longer."""
        del self._held[held.name]

    def given(self, name: str, given: str) -> None:
        """Hand on a response. There is no place for it if the sender got `503`, because it was not
        certain that the request was published.
        """
        if name in self._held:
            self._held[name].give(given)

    def gone(self, name: str) -> None:
        """Let go of a held request whose responder is gone."""
        if name in self._held:
            self._held[name].let_go()

    def take_back(self, held: _HeldInQueue) -> str | None:
        """Return the callback's reply for a request whose response has not come."""
        deadline = time.monotonic() + self._seconds
        where = [keys.held_key(held.uuid), keys.reply_key(held.uuid)]
        args = (
            held.request,
            f"{self._worker} {held.name}",
            keys.channel(held.uuid),
        )
        try:
            taken = self._publisher.run(scripts.TAKE_BACK, where, *args)
        except QueueUnavailable as error:
            # The request was published, so its sender gets no error.
            log.warning(
                "A held request gets a response, but the reply could not be read: %s", error
            )
            return None
        if taken:
            return None if taken[0] is None else str(taken[0].decode())
        held.wait_for_response(deadline - time.monotonic())
        return None


class _HeldInQueue(Held):
    def __init__(self, holding: Holding, uuid: str, request: str, name: str) -> None:
        self._holding = holding
        self.uuid = uuid
        self.request = request
        self.name = name

    def _take_back(self) -> str | None:
        return self._holding.take_back(self)

    def _end(self) -> None:
        self._holding.remove(self)
