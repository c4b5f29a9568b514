"""Recognise handshakes: requests with which a provider checks a URL before it sends webhooks.

The server calls `find` for each request, so an ordinary request must cost next to nothing: most
are excluded by their method and by searching for a few names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers.handshake_marks import HandshakeMarks, marks_of
from webhook_logger.providers.handshake_responses import (
    COMPUTED,
    HandshakeResponse,
    Unanswerable,
    filled_in,
    with_secret,
)
from webhook_logger.providers.locations import Values
from webhook_logger.providers.provider import Provider, providers
from webhook_logger.providers.rules import Rule


@dataclass(frozen=True)
class Handshake:
    """A request with which a provider checks a URL."""

    provider: Provider
    entry: Mapping[str, Any]
    """The handshake in the registry."""
    request: CapturedRequest
    values: Values
    plain: HandshakeResponse
    """The response without what depends on the secret."""

    @property
    def needs_secret(self) -> bool:
        """Whether the response depends on the secret."""
        return bool(self.entry.get("secret", False))

    @property
    def seconds(self) -> float:
        """The provider waits this long for the response."""
        return float(self.entry["seconds"])

    def response(
        self, secret: str | None = None, options: Mapping[str, str] | None = None
    ) -> HandshakeResponse:
        """Return the response.

        Raises `ValueError` if it needs a secret and none is given, or if the secret is not valid
        for this provider.
        """
        if not self.needs_secret:
            return self.plain
        if secret is None:
            raise ValueError(f"The handshake of {self.provider.name} needs the secret.")
        return with_secret(self, secret, options or {})


def find(request: CapturedRequest) -> Handshake | None:
    """Return the handshake that a request is, or None."""
    parts = (request.method, request.query_string, request.headers, request.body.content)
    if not marks().may_match(*parts) or not request.body.complete:
        return None
    values = Values.of(request)
    for rule, provider, entry in _known():
        if rule.holds(values) and (plain := _plain(entry, values)):
            return Handshake(provider, entry, request, values, plain)
    return None


@cache
def _known() -> list[tuple[Rule, Provider, Mapping[str, Any]]]:
    """Return all handshakes of the registry, those with the longest rules first."""
    every = [
        (Rule.from_json(entry["when"]), provider, entry)
        for provider in providers().values()
        for entry in provider.entry.get("handshakes", ())
    ]
    return sorted(every, key=lambda known: -known[0].size)


@cache
def marks() -> HandshakeMarks:
    """Return the marks of all handshakes. The first call reads the registry."""
    return marks_of([rule for rule, _, _ in _known()])


def _plain(entry: Mapping[str, Any], values: Values) -> HandshakeResponse | None:
    """Return the response, or None if one of its values is missing, too long or not clean."""
    try:
        return filled_in(
            entry["respond"],
            entry["about"],
            lambda location: b"" if location == COMPUTED else values.at(location),
        )
    except Unanswerable:
        return None
