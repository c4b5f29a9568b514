"""Responders, and the requests that wait for them, in one process without a queue."""

from __future__ import annotations

from collections.abc import Callable

from webhook_logger.delivery.pending import PendingRequest

TakeReply = Callable[[str], str | None]
"""Takes the reply of a callback for one request, and returns it as in a receipt."""


class Responses:
    """The responders of this process, and the requests that wait for them."""

    def __init__(self, take_reply: TakeReply) -> None:
        self._take_reply = take_reply
        self._responders: dict[str, str] = {}
        self._pending: dict[str, dict[str, PendingRequest]] = {}

    def claim(self, uuid: str, viewer: str) -> bool:
        """As `Delivery.claim`."""
        return self._responders.setdefault(uuid, viewer) == viewer

    def unclaim(self, uuid: str, viewer: str) -> None:
        """As `Delivery.unclaim`."""
        if self._responders.get(uuid) == viewer:
            del self._responders[uuid]
            for pending in self._pending.get(uuid, {}).values():
                pending.let_go()

    def add(self, uuid: str, request: str) -> PendingRequest | None:
        """Make the request with that id pending, if there is a responder."""
        if uuid not in self._responders:
            return None
        pending = _PendingHere(self, uuid, request)
        # Of two with one id, which are the same request, the newer one gets the response.
        self._pending.setdefault(uuid, {})[request] = pending
        return pending

    def respond(self, uuid: str, request: str, given: str) -> bool:
        """As `Delivery.respond`."""
        pending = self._pending.get(uuid, {}).get(request)
        if pending is None or not self.forget(uuid, request, pending):
            return False
        pending.give(given)
        return True

    def decline(self, uuid: str, request: str) -> bool:
        """As `Delivery.decline`."""
        pending = self._pending.get(uuid, {}).get(request)
        if pending:
            pending.let_go()
        return pending is not None

    def take_back(self, uuid: str, request: str, pending: PendingRequest) -> str | None:
        """The callback's reply, where no response was taken."""
        self.forget(uuid, request, pending)
        return self._take_reply(uuid)

    def forget(self, uuid: str, request: str, pending: PendingRequest) -> bool:
        """Return whether it was pending until now."""
        all_pending = self._pending.get(uuid, {})
        if all_pending.get(request) is not pending:
            return False
        del all_pending[request]
        if not all_pending:
            del self._pending[uuid]
        return True


class _PendingHere(PendingRequest):
    def __init__(self, responses: Responses, uuid: str, request: str) -> None:
        self._responses = responses
        self._uuid = uuid
        self._request = request

    def _take_back(self) -> str | None:
        return self._responses.take_back(self._uuid, self._request, self)

    def _end(self) -> None:
        self._responses.forget(self._uuid, self._request, self)
