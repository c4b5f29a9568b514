"""Find handshakes: requests with which a provider checks a URL before it sends webhooks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from webhook_logger.providers import handshakes
from webhook_logger.reply import Reply
from webhook_logger.senders.capture import IncomingRequest

log = logging.getLogger(__name__)


class CapturedHandshake(NamedTuple):
    """A handshake, and the response that its provider expects."""

    response: Reply | None
    """None if it depends on a secret, which only viewers have."""
    seconds: float
    """The provider waits this long for the response."""


FindHandshake = Callable[[IncomingRequest], CapturedHandshake | None]
"""Returns the handshake, or None for every other request. Never raises."""


def handshake_finder() -> FindHandshake:
    """Return the function that finds handshakes, after reading the registry."""
    may_match = handshakes.marks().may_match

    def find(request: IncomingRequest) -> CapturedHandshake | None:
        if may_match(request.method, request.query_string, request.headers, request.content):
            return _find(request)
        return None

    return find


def _find(request: IncomingRequest) -> CapturedHandshake | None:
    try:
        found = handshakes.find(request.captured())
        if found is None:
            return None
        if found.needs_secret:
            return CapturedHandshake(None, found.seconds)
        response = found.response()
        reply = Reply(response.status, response.headers, response.body)
        return CapturedHandshake(reply, found.seconds)
    except Exception:
        log.exception("A request was not checked for a handshake.")
        return None


def find_nothing(_request: IncomingRequest) -> None:
    """Find no handshake, because they are switched off."""
