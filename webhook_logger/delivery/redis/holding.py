"""The requests that a worker holds for answerers, and answers on their way through Redis.

A held request is noted in the queue by its id, with the worker that holds it and the worker's name
for it. One step takes it from there: to hand an answer to that worker, or to use the callback's
reply. So a sender gets exactly one of them, and who answered knows which.
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
    """What this worker holds, by name."""

    def __init__(self, publisher: Publisher, worker: str, seconds: float) -> None:
        self._publisher = publisher
        self._worker = worker
        self._seconds = seconds
        self._held: dict[str, _HeldInQueue] = {}

    def add(self, uuid: str, request: str, name: str) -> _HeldInQueue:
        """A place for a request that may be held, before it is published: from then on its answer
        can come.
        """
        self._held[name] = held = _HeldInQueue(self, uuid, request, name)
        return held

    def remove(self, held: _HeldInQueue) -> None:
        """It is not held, or not any more."""
        del self._held[held.name]

    def given(self, name: str, given: str) -> None:
        """An answer has come. There is no place for it when it is not known here whether its
        request was published: the sender has got a 503.
        """
        if name in self._held:
            self._held[name].give(given)

    def gone(self, name: str) -> None:
        """The answerer of one that is held is gone."""
        if name in self._held:
            self._held[name].let_go()

    def take_back(self, held: _HeldInQueue) -> str | None:
        """The callback's reply, for one whose answer has not come."""
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
            # It was published: the sender gets no error for that.
            log.warning("A held request is answered without a look at the reply: %s", error)
            return None
        if taken:
            return None if taken[0] is None else str(taken[0].decode())
        held.wait_for_answer(deadline - time.monotonic())
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
