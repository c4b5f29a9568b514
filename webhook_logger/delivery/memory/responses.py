"""Responders and pending requests in one process, without a queue."""

from __future__ import annotations

from collections.abc import Callable

from webhook_logger.delivery.pending import PendingRequest
from webhook_logger.delivery.stored import StoredReply

TakeReply = Callable[[str], StoredReply | None]
"""Uses the reply of a callback for one request, and returns it as in a receipt."""


class Responses:
    """The responders and pending requests of this process."""

    def __init__(self, take_reply: TakeReply) -> None:
        self._take_reply = take_reply
        self._responders: dict[str, str] = {}
        self._handshakes: dict[str, set[str]] = {}
        """The viewers of each callback that respond to handshakes."""
        self._pending: dict[str, dict[str, _MemoryPendingRequest]] = {}

    def has_responder(self, uuid: str) -> bool:
        """Return whether a viewer is the callback's responder."""
        return uuid in self._responders

    def claim(self, uuid: str, viewer: str, replaces: str) -> bool:
        """Implement `Delivery.claim`."""
        self.take_over(uuid, viewer, replaces)
        return self._responders.setdefault(uuid, viewer) == viewer

    def take_over(self, uuid: str, viewer: str, replaces: str) -> None:
        """Implement `Delivery.take_over`."""
        if self._responders.get(uuid) == replaces:
            self._responders[uuid] = viewer

    def unclaim(self, uuid: str, viewer: str) -> None:
        """Implement `Delivery.unclaim`."""
        if self._responders.get(uuid) == viewer:
            del self._responders[uuid]
            for pending in self._pending.get(uuid, {}).values():
                if not (pending.is_handshake and uuid in self._handshakes):
                    pending.stop_waiting()

    def claim_handshakes(self, uuid: str, viewer: str) -> None:
        """Implement `Delivery.claim_handshakes`."""
        self._handshakes.setdefault(uuid, set()).add(viewer)

    def unclaim_handshakes(self, uuid: str, viewer: str) -> None:
        """Implement `Delivery.unclaim_handshakes`."""
        viewers = self._handshakes.get(uuid, set())
        viewers.discard(viewer)
        if uuid in self._handshakes and not viewers:
            del self._handshakes[uuid]
            for pending in self._pending.get(uuid, {}).values():
                if pending.is_handshake and uuid not in self._responders:
                    pending.stop_waiting()

    def add(self, uuid: str, request: str, is_handshake: bool) -> PendingRequest | None:
        """Make the request with that id pending, if a viewer can respond to it."""
        if uuid not in self._responders and not (is_handshake and uuid in self._handshakes):
            return None
        pending = _MemoryPendingRequest(self, uuid, request, is_handshake)
        # If the same request arrives twice, with one id, the newer one gets the response.
        self._pending.setdefault(uuid, {})[request] = pending
        return pending

    def respond(self, uuid: str, request: str, response: str) -> bool:
        """Implement `Delivery.respond`."""
        pending = self._pending.get(uuid, {}).get(request)
        if pending is None or not self.remove(uuid, request, pending):
            return False
        pending.set_response(response)
        return True

    def decline(self, uuid: str, request: str) -> bool:
        """Implement `Delivery.decline`."""
        pending = self._pending.get(uuid, {}).get(request)
        if pending:
            pending.stop_waiting()
        return pending is not None

    def withdraw(self, uuid: str, request: str, pending: PendingRequest) -> StoredReply | None:
        """Stop accepting responses, and return the callback's reply."""
        self.remove(uuid, request, pending)
        return self._take_reply(uuid)

    def remove(self, uuid: str, request: str, pending: PendingRequest) -> bool:
        """Remove a pending request. Return False if it was not pending."""
        all_pending = self._pending.get(uuid, {})
        if all_pending.get(request) is not pending:
            return False
        del all_pending[request]
        if not all_pending:
            del self._pending[uuid]
        return True


class _MemoryPendingRequest(PendingRequest):
    def __init__(self, responses: Responses, uuid: str, request: str, is_handshake: bool) -> None:
        self._responses = responses
        self._uuid = uuid
        self._request = request
        self.is_handshake = is_handshake

    def _withdraw(self) -> StoredReply | None:
        return self._responses.withdraw(self._uuid, self._request, self)

    def _end(self) -> None:
        self._responses.remove(self._uuid, self._request, self)
