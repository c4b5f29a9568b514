"""Responders, and the requests that wait for them, in one process without a queue."""

from __future__ import annotations

from collections.abc import Callable

from webhook_logger.delivery.held import Held

TakeReply = Callable[[str], str | None]
"""Takes the reply of a callback for one request, and returns it as in a receipt."""


class Responses:
    """The responders of this process, and the requests that wait for them."""

    def __init__(self, take_reply: TakeReply) -> None:
        self._take_reply = take_reply
        self._responders: dict[str, str] = {}
        self._held: dict[str, dict[str, Held]] = {}

    def claim(self, uuid: str, viewer: str) -> bool:
        """As `Delivery.claim`."""
        return self._responders.setdefault(uuid, viewer) == viewer

    def unclaim(self, uuid: str, viewer: str) -> None:
        """As `Delivery.unclaim`."""
        if self._responders.get(uuid) == viewer:
            del self._responders[uuid]
            for held in self._held.get(uuid, {}).values():
                held.let_go()

    def hold(self, uuid: str, request: str) -> Held | None:
        """Hold a request of that id, if there is a responder."""
        if uuid not in self._responders:
            return None
        held = _HeldHere(self, uuid, request)
        # Of two with one id, which are the same request, the newer one gets the response.
        self._held.setdefault(uuid, {})[request] = held
        return held

    def respond(self, uuid: str, request: str, given: str) -> bool:
        """As `Delivery.respond`."""
        held = self._held.get(uuid, {}).get(request)
        if held is None or not self.forget(uuid, request, held):
            return False
        held.give(given)
        return True

    def decline(self, uuid: str, request: str) -> bool:
        """As `Delivery.decline`."""
        held = self._held.get(uuid, {}).get(request)
        if held:
            held.let_go()
        return held is not None

    def take_back(self, uuid: str, request: str, held: Held) -> str | None:
        """The callback's reply, where no response was taken."""
        self.forget(uuid, request, held)
        return self._take_reply(uuid)

    def forget(self, uuid: str, request: str, held: Held) -> bool:
        """Whether it was held until now."""
        all_held = self._held.get(uuid, {})
        if all_held.get(request) is not held:
            return False
        del all_held[request]
        if not all_held:
            del self._held[uuid]
        return True


class _HeldHere(Held):
    def __init__(self, responses: Responses, uuid: str, request: str) -> None:
        self._responses = responses
        self._uuid = uuid
        self._request = request

    def _take_back(self) -> str | None:
        return self._responses.take_back(self._uuid, self._request, self)

    def _end(self) -> None:
        self._responses.forget(self._uuid, self._request, self)
