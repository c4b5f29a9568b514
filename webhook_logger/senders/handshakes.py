"""Find handshakes: requests with which a provider checks a URL before it sends webhooks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers import handshakes
from webhook_logger.reply import Reply

log = logging.getLogger(__name__)


class CapturedHandshake(NamedTuple):
    """A handshake, and the response that its provider expects."""

    response: Reply | None
    """None if it depends on a secret, which only viewers have."""
    seconds: float
    """The provider waits this long for the response."""


FindHandshake = Callable[[CapturedRequest], CapturedHandshake | None]
"""Returns the handshake that a request is, or None. Never raises."""


def handshake_finder() -> FindHandshake:
    """Return the function that finds handshakes, after reading the registry."""
    may_match = handshakes.marks().may_match

    def find(captured: CapturedRequest) -> CapturedHandshake | None:
        return _find(captured) if may_match(captured) else None

    return find


def _find(captured: CapturedRequest) -> CapturedHandshake | None:
    try:
        found = handshakes.find(captured)
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


def find_nothing(_captured: CapturedRequest) -> None:
    """Find no handshake, because they are switched off."""
