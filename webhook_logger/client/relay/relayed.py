"""Convert captured requests to requests for a target, and its responses to the callback's reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.errors import Invalid
from webhook_logger.client.http import HttpResponse
from webhook_logger.headers import FIELD_VALUE, HOP_BY_HOP, TOKEN, HeaderLines, may_set

_CLIENT_HEADERS = HOP_BY_HOP | {"expect", "host"}
"""Headers that each client generates itself."""

_RAW = re.compile("[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Relayed:
    """A request without its host, which any target can receive. Text is bytes as Latin-1."""

    method: str
    subpath: str
    """Percent-encoded: empty, or from its slash."""
    query: str
    """Percent-encoded, without its question mark."""
    headers: HeaderLines
    """The header lines to send, with `Content-Length` if the request needs it. They contain `Host`
    only if the sender's is kept."""
    body: bytes


def relayed(request: CapturedRequest) -> Relayed:
    """Return the request to send for a captured request, whose body must be complete.

    Bytes of its target that a URL cannot contain are percent-encoded.
    """
    body = request.body.content
    subpath, query = percent_encoded(request.subpath), percent_encoded(request.query_string)
    return Relayed(request.method, subpath, query, sendable(request.headers, body), body)


def percent_encoded(target: str) -> str:
    """Percent-encode the bytes of a request target that a URL cannot contain."""
    return _RAW.sub(lambda byte: f"%{ord(byte[0]):02X}", target)


_FORWARDED = frozenset(("x-forwarded-host", "x-forwarded-proto"))
_FRAMING = HOP_BY_HOP | {"content-length", "expect"}


def forwarded(
    request: CapturedRequest, *, keep_host: bool = False, added: HeaderLines = ()
) -> Relayed:
    """Return the request to forward: as `relayed`, with the original host and scheme.

    `X-Forwarded-Host` and `X-Forwarded-Proto` hold the values that the server determined. The
    sender's own lines of these names are removed. `added`: see `with_added`.
    """
    sent = relayed(request)
    host = (("Host", request.host),) if keep_host and request.host else ()
    original = (("X-Forwarded-Host", request.host), ("X-Forwarded-Proto", request.scheme))
    others = _without(sent.headers, _FORWARDED)
    headers = (*host, *others, *(line for line in original if line[1]))
    return with_added(replace(sent, headers=headers), added)


def check_added(lines: HeaderLines) -> None:
    """Raise `Invalid` if HTTP cannot carry the lines, or the client determines one of them."""
    for name, value in lines:
        if not TOKEN.fullmatch(name) or not FIELD_VALUE.fullmatch(value):
            raise Invalid(f"HTTP cannot carry the header line {f'{name}: {value}'!r}.")
        if _plain_name(name) in _FRAMING:
            raise Invalid(
                f"The header {name} cannot be set: the connection or the body determines it."
            )
    if sum(_plain_name(name) == "host" for name, _ in lines) > 1:
        raise Invalid("A request has only one Host.")


def with_added(request: Relayed, lines: HeaderLines) -> Relayed:
    """Return the request with header lines and without its other lines of the same names.

    They come last, except `Host`.
    """
    own = _without(request.headers, frozenset(_plain_name(name) for name, _ in lines))
    return replace(request, headers=tuple(sorted((*own, *lines), key=_is_not_host)))


def _without(lines: HeaderLines, names: frozenset[str]) -> HeaderLines:
    return tuple(line for line in lines if _plain_name(line[0]) not in names)


def _plain_name(name: str) -> str:
    """Return a name as servers compare it. CGI and WSGI do not distinguish `_` from `-`."""
    return name.lower().replace("_", "-")


def _is_not_host(line: tuple[str, str]) -> bool:
    return line[0].lower() != "host"


def sendable(lines: HeaderLines, body: bytes) -> HeaderLines:
    """Return the end-to-end header lines, in their order and case.

    `Content-Length` replaces `Transfer-Encoding`, because the original chunks are not known.
    """
    removed = _CLIENT_HEADERS | named_by_connection(lines)
    return tuple(_with_length(lines, body, removed))


def named_by_connection(lines: HeaderLines) -> frozenset[str]:
    """Return the header names that `Connection` lists, in lower case."""
    values = (value for name, value in lines if name.lower() == "connection")
    return frozenset(token.strip(" \t").lower() for value in values for token in value.split(","))


def _with_length(
    lines: HeaderLines, body: bytes, removed: frozenset[str]
) -> Iterator[tuple[str, str]]:
    has_length = False
    for name, value in lines:
        if name.lower() in ("content-length", "transfer-encoding"):
            if not has_length:
                has_length = True
                spelled = name if name.lower() == "content-length" else "Content-Length"
                yield spelled, str(len(body))
        elif name.lower() not in removed:
            yield name, value
    if body and not has_length:
        yield "Content-Length", str(len(body))


_SERVER_HEADERS = HOP_BY_HOP | {"expect", "host", "content-length", "date"}
"""Headers that each server generates itself."""


def reply_headers(response: HttpResponse) -> tuple[HeaderLines, list[str]]:
    """Return the header lines that a reply may set, and the names of the others.

    Hop-by-hop headers and headers that the server generates are in neither.
    """
    ignored = _SERVER_HEADERS | named_by_connection(response.headers)
    lines = [line for line in response.headers if line[0].lower() not in ignored]
    kept = tuple(line for line in lines if may_set(line[0]))
    return kept, [name for name, _ in lines if not may_set(name)]
