"""The language of the page's filter: `method:post path:/orders header:stripe body:"a card" -word`.

All terms must match; a plain word may stand anywhere. The same as `static/js/state/filter.js`, and
a test asks both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.reading import read

MAX_OF_A_BODY = 2**20
"""Of a body, so much is searched: characters on the wire, as on the page."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition."""

    field: str
    """A key of `FIELDS`, or empty for all of them."""
    text: str
    """In lower case."""
    wanted: bool
    """False: a request that has it is left out."""

    def matches(self, request: CapturedRequest) -> bool:
        """Whether the request is as this term wants it."""
        return self.is_in(_texts_of(request))

    def is_in(self, text_of: Callable[[str], str]) -> bool:
        """The same, of the lower-case texts of a request's fields."""
        fields = [self.field] if self.field else FIELDS
        return any(self.text in text_of(field) for field in fields) == self.wanted


class Filter:
    """All terms of a text; an empty one lets everything through."""

    def __init__(self, text: str) -> None:
        found = map(_term, _TERM.finditer(text.lower()))
        self.terms = [term for term in found if term.text]

    def matches(self, request: CapturedRequest) -> bool:
        """Whether all terms match."""
        text_of = _texts_of(request)
        return all(term.is_in(text_of) for term in self.terms)


def target_below(request: CapturedRequest) -> str:
    """Return the path below the callback with its query, raw."""
    return (request.subpath or "/") + (request.query_string and f"?{request.query_string}")


def _method(request: CapturedRequest) -> str:
    return request.method


def _sender(request: CapturedRequest) -> str:
    return request.remote_addr


def _headers(request: CapturedRequest) -> str:
    lines = (*request.headers, *request.trailers)
    return "\n".join(f"{name}: {readable(value)}" for name, value in lines)


def _path(request: CapturedRequest) -> str:
    return readable(target_below(request))


def readable(line: str) -> str:
    """Return the bytes of a line as UTF-8 where they are that, else as Latin-1."""
    try:
        return line if line.isascii() else line.encode("latin-1").decode()
    except UnicodeError:
        return line


def _body(request: CapturedRequest) -> str:
    """The body as it came, and as it is read where that is another text."""
    reading = read(request.body.content, request.headers)
    read_text = (reading.text or "")[:MAX_OF_A_BODY] if reading.notes else ""
    return "\n".join(filter(None, (_raw_body(request), read_text)))


def _raw_body(request: CapturedRequest) -> str:
    wire = request.body.to_wire()
    if wire["encoding"] == "utf-8":
        return str(wire["content"][:MAX_OF_A_BODY])
    return request.body.content[: MAX_OF_A_BODY * 3 // 4].decode("latin-1")


FIELDS: dict[str, Callable[[CapturedRequest], str]] = {
    "method": _method,
    "path": _path,
    "from": _sender,
    "header": _headers,
    "body": _body,
}
"""What can be looked through, the cheap ones first."""


def _texts_of(request: CapturedRequest) -> Callable[[str], str]:
    """Gives the text of a field in lower case, and makes each once."""
    return cache(lambda field: FIELDS[field](request).lower())


_TERM = re.compile(r'(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S*))')


def _term(found: re.Match[str]) -> Term:
    minus, prefix, quoted, word = found.groups()
    text = word if quoted is None else quoted
    if prefix is None or prefix in FIELDS:
        return Term(prefix or "", text, not minus)
    return Term("", f"{prefix}:{text}", not minus)
