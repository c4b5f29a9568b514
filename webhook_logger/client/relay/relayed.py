"""What goes through a relay, each time on another connection: of a captured request the same bytes,
and of a target's response what can be the callback's reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.http import HttpResponse
from webhook_logger.headers import OF_A_CONNECTION, HeaderLines, may_set

_OF_A_CLIENT = OF_A_CONNECTION | {"expect", "host"}
"""What each client makes itself."""


_RAW = re.compile("[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Relayed:
    """A request without its host: what is sent of it to any target. Text is bytes as Latin-1."""

    method: str
    below: str
    """The path below the callback, raw: empty, or from its slash."""
    query: str
    """Raw, without its question mark."""
    headers: HeaderLines
    """As they are sent: with the length of the body where it has to be told, and without `Host`,
    which the target has, unless the sender's is kept."""
    body: bytes


def relayed(request: CapturedRequest) -> Relayed:
    """What is sent again of a captured request; its body must be complete.

    Bytes of its target that no URL may have are escaped.
    """
    body = request.body.content
    below, query = in_ascii(request.subpath), in_ascii(request.query_string)
    return Relayed(request.method, below, query, sendable(request.headers, body), body)


def in_ascii(target: str) -> str:
    """Return a target, or a part of it, with the bytes escaped that no URL may have."""
    return _RAW.sub(lambda byte: f"%{ord(byte[0]):02X}", target)


_CALLED = ("x-forwarded-host", "x-forwarded-proto")


def forwarded(request: CapturedRequest, *, keep_host: bool = False) -> Relayed:
    """What `relayed` returns, and the host and scheme that the sender called.

    They are those that the server believes: lines of these names that the sender wrote are left
    out, also with underscores, which CGI and WSGI take for the same.
    """
    sent = relayed(request)
    own = (line for line in sent.headers if line[0].lower().replace("_", "-") not in _CALLED)
    called = (("X-Forwarded-Host", request.host), ("X-Forwarded-Proto", request.scheme))
    host = (("Host", request.host),) if keep_host and request.host else ()
    return replace(sent, headers=(*host, *own, *(line for line in called if line[1])))


def sendable(lines: HeaderLines, body: bytes) -> HeaderLines:
    """The header lines for another connection, in their order, case and number.

    A chunked body gets a length, where its framing stood: nobody can have the same chunks again.
    """
    left_out = _OF_A_CLIENT | named_by_connection(lines)
    return tuple(_with_length(lines, body, left_out))


def named_by_connection(lines: HeaderLines) -> frozenset[str]:
    """The names that `Connection` says are of this connection alone, in lower case."""
    values = (value for name, value in lines if name.lower() == "connection")
    return frozenset(token.strip(" \t").lower() for value in values for token in value.split(","))


def _with_length(
    lines: HeaderLines, body: bytes, left_out: frozenset[str]
) -> Iterator[tuple[str, str]]:
    told = False
    for name, value in lines:
        if name.lower() in ("content-length", "transfer-encoding"):
            if not told:
                told = True
                spelled = name if name.lower() == "content-length" else "Content-Length"
                yield spelled, str(len(body))
        elif name.lower() not in left_out:
            yield name, value
    if body and not told:
        yield "Content-Length", str(len(body))


_OF_A_SERVER = OF_A_CONNECTION | {"expect", "host", "content-length", "date"}
"""Each server makes its own of these; nobody misses them."""


def reply_headers(response: HttpResponse) -> tuple[HeaderLines, list[str]]:
    """The header lines that can go on, and the names of those that are missed; those of one
    connection are not.
    """
    of_this = _OF_A_SERVER | named_by_connection(response.headers)
    lines = [line for line in response.headers if line[0].lower() not in of_this]
    kept = tuple(line for line in lines if may_set(line[0]))
    return kept, [name for name, _ in lines if not may_set(name)]
