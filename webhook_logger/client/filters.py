"""Filter requests by terms such as `method:put|post size:>10kB body:"a card" -word`.

`filter_parser` describes the language. `static/js/state/filter.js` searches the same texts, and
both pass `tests/filter_cases.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.archive.har import parameters
from webhook_logger.client.filter_parser import Term, Value, parse
from webhook_logger.client.reading import read
from webhook_logger.client.relay.relayed import percent_encoded
from webhook_logger.providers import recognise, summarise

MAX_BODY_CHARACTERS = 2**20
"""Maximum characters of a body that are searched, counted as on the page."""


class Filter:
    """A list of clauses that must all match. An empty filter matches every request."""

    def __init__(self, text: str) -> None:
        """Raises `FilterError` if the text is not valid."""
        self._clauses = parse(text)
        self.needs_status = any(term.field == "status" for terms in self._clauses for term in terms)
        """Whether the result depends on the status that the sender received."""

    def matches(self, request: CapturedRequest, status: int | None = None) -> bool:
        """Return whether all clauses match. `status` is what the sender received, if known."""
        if not self._clauses:
            return True
        subject = _Subject(request, status)
        return all(any(map(subject.matches, terms)) for terms in self._clauses)


class _Subject:
    """A request and its texts, each read once."""

    def __init__(self, request: CapturedRequest, status: int | None) -> None:
        self._request = request
        self._status = status
        self._text_of = cache(lambda field: _TEXTS[field](request).lower())

    def matches(self, term: Term) -> bool:
        # A request without a known response is neither in `status:404` nor in `-status:404`.
        if term.field == "status" and self._status is None:
            return False
        return any(self._has(term.field, value) for value in term.values) == term.wanted

    def _has(self, field: str, value: Value) -> bool:
        if value.range:
            low, high = value.range
            number = self._request.body.size if field == "size" else self._status or 0
            return low <= number <= high
        if not value.name:
            fields = (field,) if field else _SEARCHED
            return any(value.text in self._text_of(each) for each in fields)
        if field == "header" and f"{value.name}={value.text}" in self._text_of(field):
            return True
        return any(
            name.lower() == value.name and value.text in text.lower()
            for name, text in _PAIRS[field](self._request)
        )


Pairs = list[tuple[str, str]]


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


def _header_lines(request: CapturedRequest) -> Pairs:
    lines = (*request.headers, *request.trailers)
    return [(name, readable(value)) for name, value in lines]


def _headers(request: CapturedRequest) -> str:
    return "\n".join(map(": ".join, _header_lines(request)))


def _parameters(request: CapturedRequest) -> Pairs:
    return list(parameters(percent_encoded(request.query_string)))


def _query(request: CapturedRequest) -> str:
    """Return the decoded parameters, and the query as sent."""
    return "\n".join((*map("=".join, _parameters(request)), readable(request.query_string)))


def _media_type(request: CapturedRequest) -> str:
    return request.media_type


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


_TEXTS: dict[str, Callable[[CapturedRequest], str]] = {
    "method": _method,
    "path": _path,
    "from": _sender,
    "provider": _provider,
    "event": _event,
    "header": _headers,
    "body": _body,
    "type": _media_type,
    "query": _query,
}
_SEARCHED = ("method", "path", "from", "provider", "event", "header", "body")
"""The fields that a plain word searches, cheapest first."""
_PAIRS = {"header": _header_lines, "query": _parameters}
