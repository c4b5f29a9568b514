"""The pending requests of a worker, and their responses on the way through Redis.

The queue keeps the id of each pending request, with its worker and the worker's name for it.
One script removes that, either to hand a response to the worker or to use the callback's reply.
So a sender gets exactly one of them, and the responder learns which.
"""

from __future__ import annotations

import logging
import time

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.pending import PendingRequest
from webhook_logger.delivery.redis import keys, scripts
from webhook_logger.delivery.redis.publisher import Publisher

log = logging.getLogger(__name__)


class PendingRequests:
    """The pending requests of this worker, by name."""

    def __init__(self, publisher: Publisher, worker: str, seconds: float) -> None:
        self._publisher = publisher
        self._worker = worker
        self._seconds = seconds
        self._pending: dict[str, _QueuePendingRequest] = {}

    def add(self, uuid: str, request: str, name: str) -> _QueuePendingRequest:
        """Make a place for a request that may become pending. Do so before it is published, because
        its response can come at once.
        """
        self._pending[name] = pending = _QueuePendingRequest(self, uuid, request, name)
        return pending

    def remove(self, pending: _QueuePendingRequest) -> None:
        """Forget a request that is not pending, or no longer."""
        del self._pending[pending.name]

    def given(self, name: str, response: str) -> None:
        """Hand on a response. There is no place for it if the sender got `503`, because it was not
        certain that the request was published.
        """
        if name in self._pending:
            self._pending[name].set_response(response)

    def gone(self, name: str) -> None:
        """Stop waiting for a responder that is gone."""
        if name in self._pending:
            self._pending[name].stop_waiting()

    def withdraw(self, pending: _QueuePendingRequest) -> str | None:
        """Return the callback's reply for a request whose response has not come."""
        deadline = time.monotonic() + self._seconds
        where = [keys.pending_key(pending.uuid), keys.reply_key(pending.uuid)]
        args = (
            pending.request,
            f"{self._worker} {pending.name}",
            keys.channel(pending.uuid),
        )
        try:
            taken = self._publisher.run(scripts.WITHDRAW, where, *args)
        except QueueUnavailable as error:
            # The request was published, so its sender gets no error.
            log.warning(
                "A pending request gets a response, but the reply could not be read: %s", error
            )
            return None
        if taken:
            return None if taken[0] is None else str(taken[0].decode())
        pending.wait_for_response(deadline - time.monotonic())
        return None


class _QueuePendingRequest(PendingRequest):
    def __init__(self, requests: PendingRequests, uuid: str, request: str, name: str) -> None:
        self._requests = requests
        self.uuid = uuid
        self.request = request
        self.name = name

    def _withdraw(self) -> str | None:
        return self._requests.withdraw(self)

    def _end(self) -> None:
        self._requests.remove(self)
