"""Filter requests by terms such as `method:post path:/orders provider:stripe body:"a card" -word`.

All terms must match; a plain word matches any field. `static/js/state/filter.js` implements the
same language, and a test compares both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.reading import read
from webhook_logger.providers import recognise, summarise

MAX_BODY_CHARACTERS = 2**20
"""Maximum characters of a body that are searched, counted as on the page."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition."""

    field: str
    """A key of `FIELDS`, or empty for all fields."""
    text: str
    """In lower case."""
    wanted: bool
    """False for a term with a minus: requests that contain it do not match."""

    def matches(self, request: CapturedRequest) -> bool:
        """Return whether the request matches this term."""
        return self.matches_text(_texts_of(request))

    def matches_text(self, text_of: Callable[[str], str]) -> bool:
        """Return whether a request matches, given a function from fields to lower-case texts."""
        fields = [self.field] if self.field else FIELDS
        return any(self.text in text_of(field) for field in fields) == self.wanted


class Filter:
    """A list of terms. An empty filter matches every request."""

    def __init__(self, text: str) -> None:
        found = map(_term, _TERM.finditer(text.lower()))
        self.terms = [term for term in found if term.text]

    def matches(self, request: CapturedRequest) -> bool:
        """Return whether all terms match."""
        text_of = _texts_of(request)
        return all(term.matches_text(text_of) for term in self.terms)


def subpath_and_query(request: CapturedRequest) -> str:
    """Return the raw subpath, or `/`, with the query."""
    return (request.subpath or "/") + (request.query_string and f"?{request.query_string}")


def _method(request: CapturedRequest) -> str:
    return request.method


def _sender(request: CapturedRequest) -> str:
    return request.remote_addr


def _provider(request: CapturedRequest) -> str:
    """Return the id and the name of the provider, or the name of the protocol."""
    found = recognise(request)
    if found:
        return f"{found.provider.id} {found.provider.name}"
    return summarise(request).provider


def _event(request: CapturedRequest) -> str:
    return summarise(request).event


def _headers(request: CapturedRequest) -> str:
    lines = (*request.headers, *request.trailers)
    return "\n".join(f"{name}: {readable(value)}" for name, value in lines)


def _path(request: CapturedRequest) -> str:
    return readable(subpath_and_query(request))


def readable(line: str) -> str:
    """Return a Latin-1 line decoded as UTF-8, or unchanged if it is not UTF-8."""
    try:
        return line if line.isascii() else line.encode("latin-1").decode()
    except UnicodeError:
        return line


def _body(request: CapturedRequest) -> str:
    """Return the body as sent, and its decoded text if that differs."""
    reading = read(request.body.content, request.headers)
    read_text = (reading.text or "")[:MAX_BODY_CHARACTERS] if reading.notes else ""
    return "\n".join(filter(None, (_raw_body(request), read_text)))


def _raw_body(request: CapturedRequest) -> str:
    wire = request.body.to_wire()
    if wire["encoding"] == "utf-8":
        return str(wire["content"][:MAX_BODY_CHARACTERS])
    return request.body.content[: MAX_BODY_CHARACTERS * 3 // 4].decode("latin-1")


FIELDS: dict[str, Callable[[CapturedRequest], str]] = {
    "method": _method,
    "path": _path,
    "from": _sender,
    "provider": _provider,
    "event": _event,
    "header": _headers,
    "body": _body,
}
"""The searchable fields, cheapest first."""


def _texts_of(request: CapturedRequest) -> Callable[[str], str]:
    """Return a cached function from a field to its text in lower case."""
    return cache(lambda field: FIELDS[field](request).lower())


_TERM = re.compile(r'(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S*))')


def _term(found: re.Match[str]) -> Term:
    minus, prefix, quoted, word = found.groups()
    text = word if quoted is None else quoted
    if prefix is None or prefix in FIELDS:
        return Term(prefix or "", text, not minus)
    return Term("", f"{prefix}:{text}", not minus)
