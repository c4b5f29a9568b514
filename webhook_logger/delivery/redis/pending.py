"""The pending requests of a worker, and their responses through Redis.

The queue stores the id of each pending request, with its worker and its name on that worker. Either
of two scripts removes the id: one sends a response to the worker, the other uses the callback's
reply. So a sender gets exactly one of them, and the responder receives a correct result.
"""

from __future__ import annotations

import logging
import time

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.pending import PendingRequest
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.queue import QueueCommands
from webhook_logger.delivery.stored import StoredReply

log = logging.getLogger(__name__)


def taken_reply(reply: bytes, left: bytes | None) -> StoredReply:
    """Return a reply as a script returns it when a request uses it, without its `times`."""
    return StoredReply(reply.decode(), None, None if left is None else int(left))


class PendingRequests:
    """The pending requests of this worker, by name."""

    def __init__(
        self, publisher: QueueCommands, keys: Keys, withdraw: str, worker: str, seconds: float
    ) -> None:
        self._publisher = publisher
        self._keys = keys
        self._withdraw = withdraw
        self._worker = worker
        self._seconds = seconds
        self._pending: dict[str, _QueuePendingRequest] = {}

    def add(self, uuid: str, request: str, name: str) -> _QueuePendingRequest:
        """Add a request that may become pending. Call this before it is published, because its
        response can arrive immediately.
        """
        pending = _QueuePendingRequest(self, uuid, request, name)
        self._pending[name] = pending
        return pending

    def remove(self, pending: _QueuePendingRequest) -> None:
        """Remove a request that is not pending, or no longer pending."""
        del self._pending[pending.name]

    def deliver_response(self, name: str, response: str) -> None:
        """Give a response to its request. The request is unknown if its sender got `503` because
        the queue did not confirm the request.
        """
        if name in self._pending:
            self._pending[name].set_response(response)

    def responder_left(self, name: str) -> None:
        """End the wait for a response, because no viewer is left that could send it."""
        if name in self._pending:
            self._pending[name].stop_waiting()

    def withdraw(self, pending: _QueuePendingRequest) -> StoredReply | None:
        """Return the callback's reply for a request whose response did not arrive."""
        deadline = time.monotonic() + self._seconds
        where = [self._keys.pending_key(pending.uuid), self._keys.reply_key(pending.uuid)]
        owner = f"{self._worker} {pending.name}"
        args = (pending.request, owner, self._keys.channel(pending.uuid))
        try:
            taken = self._publisher.run(self._withdraw, where, *args)
        except QueueUnavailable as error:
            # The request was published, so its sender gets no error.
            log.warning(
                "A pending request gets the default response, because its reply is unavailable: %s",
                error,
            )
            return None
        if taken:
            return None if taken[0] is None else taken_reply(*taken[0])
        pending.wait_for_response(deadline - time.monotonic())
        return None


class _QueuePendingRequest(PendingRequest):
    def __init__(self, requests: PendingRequests, uuid: str, request: str, name: str) -> None:
        self._requests = requests
        self.uuid = uuid
        self.request = request
        self.name = name

    def _withdraw(self) -> StoredReply | None:
        return self._requests.withdraw(self)

    def _end(self) -> None:
        self._requests.remove(self)
