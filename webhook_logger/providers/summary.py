"""Summarise a request in a few words, for a line of a list, as the page does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers import handshakes
from webhook_logger.providers.locations import Values
from webhook_logger.providers.protocols import protocol_of
from webhook_logger.providers.recognition import recognise_values
from webhook_logger.providers.templates import fill_text

_MAX_CHARACTERS = 80
_TYPES = ("{json:/type}", "{json:/event}", "{json:/action}")
_SPACES = re.compile(r"[ \t\r\n]+")
_TRIMMED = "".join(map(chr, (*range(9, 14), 32, 160, 0x1680, *range(0x2000, 0x200B)))) + (
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""White space of JavaScript."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The subject of a request. Texts have at most 80 characters and may be empty."""

    provider: str = ""
    """The name of the provider, or of a protocol such as SOAP."""
    event: str = ""
    """The event, the operation, or a type that the body names."""
    text: str = ""
    """The start of the body, if both others are empty."""

    def __str__(self) -> str:
        return " · ".join(filter(None, (self.provider, self.event, self.text)))


def summarise(request: CapturedRequest) -> Summary:
    """Return the summary of a request."""
    values = Values.of(request)
    found = recognise_values(values)
    if found:
        event = found.event[:_MAX_CHARACTERS] or _handshake_event(request)
        return Summary(found.provider.name, event)
    protocol = protocol_of(values)
    if protocol:
        return Summary(protocol.name, protocol.operation[:_MAX_CHARACTERS])
    event = fill_text(_TYPES, values)[:_MAX_CHARACTERS] or _handshake_event(request)
    return Summary(event=event, text="" if event else _beginning(request))


def _handshake_event(request: CapturedRequest) -> str:
    return "handshake" if handshakes.find(request) else ""


def _beginning(request: CapturedRequest) -> str:
    wire = request.body.to_wire()
    if wire["encoding"] != "utf-8":
        return ""
    start = str(wire["content"])[: 8 * _MAX_CHARACTERS]
    return _SPACES.sub(" ", start).strip(_TRIMMED)[:_MAX_CHARACTERS]
