"""Recognise handshakes: one-time requests with which a provider checks that a URL is willing.

The server calls `find` for each request, so an ordinary request must cost next to nothing: most
are excluded by their method and by searching for a few names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from webhook_logger.captured import CapturedRequest
from webhook_logger.headers import FIELD_VALUE, HeaderLines
from webhook_logger.providers.handshake_marks import HandshakeMarks, marks_of
from webhook_logger.providers.locations import Values, readable
from webhook_logger.providers.provider import Provider, providers
from webhook_logger.providers.rules import Rule
from webhook_logger.providers.templates import MAX_TEXT_BYTES, ValueOf, template

COMPUTED = "computed"
"""The placeholder of a value that depends on the secret."""
_TEXT = ("Content-Type", "text/plain; charset=utf-8")
_JSON = ("Content-Type", "application/json")


@dataclass(frozen=True, slots=True)
class HandshakeResponse:
    """The response that a provider expects."""

    status: int
    headers: HeaderLines
    """Values are Latin-1, as in a captured request."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Handshake:
    """A handshake of the registry."""

    provider: Provider
    rule: Rule
    entry: Mapping[str, Any]


@dataclass(frozen=True)
class FoundHandshake:
    """A request that is a handshake."""

    provider: Provider
    needs_secret: bool
    """Whether the response depends on the secret."""
    seconds: float
    """The provider waits this long for the response."""
    about: str
    """A sentence about the exchange, for people."""
    request: CapturedRequest
    entry: Mapping[str, Any]
    values: Values

    def response(
        self, secret: str | None = None, options: Mapping[str, str] | None = None
    ) -> HandshakeResponse:
        """Return the response. Raises `ValueError` if it needs a secret and none is given."""
        if not self.needs_secret:
            return respond(self.entry["respond"], self.values.at)
        if secret is None:
            raise ValueError(f"The handshake of {self.provider.name} needs the secret.")
        from webhook_logger.providers.signatures.handshaking import answer  # noqa: PLC0415

        return answer(self, secret, options or {})


def find(request: CapturedRequest) -> FoundHandshake | None:
    """Return the handshake that a request is, or None."""
    if not marks().may_match(request) or not request.body.complete:
        return None
    values = Values.of(request)
    for handshake in _handshakes():
        if handshake.rule.holds(values) and _can_respond(handshake, values):
            return _found(handshake, request, values)
    return None


def _found(handshake: Handshake, request: CapturedRequest, values: Values) -> FoundHandshake:
    entry = handshake.entry
    return FoundHandshake(
        handshake.provider,
        entry.get("secret", False),
        entry["seconds"],
        entry["about"],
        request,
        entry,
        values,
    )


@cache
def _handshakes() -> list[Handshake]:
    """Return all handshakes, those with the longest rules first."""
    every = [
        Handshake(provider, Rule.from_json(entry["when"]), entry)
        for provider in providers().values()
        for entry in provider.entry.get("handshakes", ())
    ]
    return sorted(every, key=lambda handshake: -handshake.rule.size)


@cache
def marks() -> HandshakeMarks:
    """Return the marks of all handshakes. The first call reads the registry."""
    return marks_of([handshake.rule for handshake in _handshakes()])


def _can_respond(handshake: Handshake, values: Values) -> bool:
    """Return whether the values that the response contains are all present, short and clean."""

    def value_of(location: str) -> bytes | None:
        return b"" if location == COMPUTED else values.at(location)

    try:
        respond(handshake.entry["respond"], value_of)
    except Unanswerable:
        return False
    return True


class Unanswerable(ValueError):
    """The response to a handshake cannot contain one of the request's values."""


def respond(entry: Mapping[str, Any], value_of: ValueOf) -> HandshakeResponse:
    """Fill in a response. Raises `Unanswerable`."""
    lines = [(name, _line(text, value_of)) for name, text in entry.get("headers", {}).items()]
    body = b""
    if "json" in entry:
        filled = _filled(entry["json"], value_of)
        body = json.dumps(filled, ensure_ascii=False, separators=(",", ":")).encode()
        lines.append(_JSON)
    elif "text" in entry:
        body = readable(_content(entry["text"], value_of)).encode()
        lines.append(_TEXT)
    return HandshakeResponse(entry.get("status", 200), tuple(lines), body)


def _line(text: str, value_of: ValueOf) -> str:
    line = _content(text, value_of).decode("latin-1")
    if not FIELD_VALUE.fullmatch(line):
        raise Unanswerable("A header cannot contain this value.")
    return line.strip(" \t")


def _filled(value: Any, value_of: ValueOf) -> Any:
    if isinstance(value, str):
        return readable(_content(value, value_of))
    if isinstance(value, dict):
        return {name: _filled(each, value_of) for name, each in value.items()}
    return [_filled(each, value_of) for each in value] if isinstance(value, list) else value


def _content(text: str, value_of: ValueOf) -> bytes:
    def short(location: str) -> bytes | None:
        value = value_of(location)
        return None if value is None or len(value) > MAX_TEXT_BYTES else value

    content = template(text).fill(short)
    if content is None:
        raise Unanswerable("A value is missing or too long.")
    return content
