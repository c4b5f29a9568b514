"""Read a request to a callback from its WSGI environ: raw header lines, raw target, raw body."""

from __future__ import annotations

import random
import re
import time
from datetime import datetime, timezone
from functools import lru_cache
from itertools import islice
from typing import Any

from webhook_logger.captured import Body, CapturedRequest, members_of_event, wire_of_body
from webhook_logger.headers import HeaderLines

Environ = dict[str, Any]

CALLBACK_LENGTH = len("/3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11")

_WRITTEN = re.compile("%[0-9A-Fa-f]{2}|[\\s\\S]")
"""One character of a raw path, percent-encoded or not."""

_random = random.Random()  # noqa: S311  # seeded by the system for each process


class IncomingRequest:
    """A request to a callback, as the view handles it and delivery publishes it.

    It has the fields of a `CapturedRequest`, and takes a fifth of the time to make. Viewers need
    only its JSON. `captured` makes a `CapturedRequest` for the few requests that need one.
    """

    __slots__ = (
        *("uuid", "id", "microseconds", "method", "scheme", "host", "path", "subpath"),
        *("query_string", "http_version", "remote_addr", "headers", "trailers"),
        *("content", "size", "complete"),
    )

    def __init__(self, environ: Environ, uuid: str, content: bytes, size: int) -> None:
        """Set the fields from the environ. The body is incomplete if `content` is shorter than
        `size`.
        """
        microseconds = time.time_ns() // 1000
        # PATH_INFO is decoded.
        path, _, query_string = environ["RAW_URI"].partition("?")
        self.uuid: str = uuid
        self.id: str = environ.get("webhook_logger.request_id") or _uuid7(microseconds // 1000)
        self.microseconds: int = microseconds
        """The time of arrival of the last byte, since 1970."""
        self.method: str = environ["REQUEST_METHOD"]
        self.scheme: str = environ["wsgi.url_scheme"]
        self.host: str = environ.get("HTTP_HOST", "")
        self.path: str = path
        self.subpath: str = _after(path, len(environ["SCRIPT_NAME"]) + CALLBACK_LENGTH)
        self.query_string: str = query_string
        self.http_version: str = environ["SERVER_PROTOCOL"].removeprefix("HTTP/")
        self.remote_addr: str = environ.get("REMOTE_ADDR", "")
        self.headers: HeaderLines = environ["headers_raw"]
        self.trailers: HeaderLines = tuple(environ.get("trailers_raw", ()))
        self.content: bytes = content
        self.size: int = size
        self.complete: bool = len(content) == size

    def members(self) -> dict[str, Any]:
        """Return the payload of the `request` event without the request's position."""
        body = wire_of_body(self.content, self.size, self.complete)
        return members_of_event(self, _written_time(self.microseconds), body)

    def captured(self) -> CapturedRequest:
        """Return the request as a value."""
        return CapturedRequest(
            uuid=self.uuid,
            id=self.id,
            received_at=_datetime(self.microseconds),
            method=self.method,
            scheme=self.scheme,
            host=self.host,
            path=self.path,
            subpath=self.subpath,
            query_string=self.query_string,
            http_version=self.http_version,
            remote_addr=self.remote_addr,
            headers=self.headers,
            body=Body(self.content, self.size, self.complete),
            trailers=self.trailers,
        )


def capture(environ: Environ, uuid: str, max_body_bytes: int) -> IncomingRequest:
    """Read a request to its end.

    The server's `wsgi.input` raises a `werkzeug` `HTTPException` when the body is malformed, too
    slow, or incomplete. Such a request is not captured.
    """
    size = int(environ.get("CONTENT_LENGTH") or 0)
    if size > max_body_bytes:
        return IncomingRequest(environ, uuid, b"", size)
    if environ.get("wsgi.input_terminated"):
        size = max_body_bytes + 1  # chunked: one byte over the limit is enough to refuse it
    content = environ["wsgi.input"].read(size)
    size = len(content)
    return IncomingRequest(environ, uuid, content if size <= max_body_bytes else b"", size)


def _after(path: str, length: int) -> str:
    """Return the rest of a raw path after its first `length` characters, counted when decoded."""
    if "%" not in path[:length]:
        return path[length:]
    return path[next(islice(_WRITTEN.finditer(path), length - 1, None)).end() :]


def _uuid7(milliseconds: int) -> str:
    """Return a UUIDv7 (RFC 9562, section 5.7) for this time since 1970."""
    # An id must be unique, not secret: a pseudo-random generator is enough and ten times faster.
    bits = _random.getrandbits
    return "%s%03x-%04x-%012x" % (  # noqa: UP031  # twice as fast
        _begin_of_id(milliseconds),
        bits(12),
        0x8000 | bits(14),
        bits(48),
    )


@lru_cache(maxsize=1)  # a busy worker receives many requests in each millisecond
def _begin_of_id(milliseconds: int) -> str:
    return f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7"


def _written_time(microseconds: int) -> str:
    """Return a time since 1970 like `2026-11-30T09:05:07.000120Z`."""
    return "%s.%06dZ" % (  # noqa: UP031  # faster
        _written_second(microseconds // 1_000_000),
        microseconds % 1_000_000,
    )


@lru_cache(maxsize=1)
def _written_second(second: int) -> str:
    return _datetime(second * 1_000_000).isoformat()[:19]


def _datetime(microseconds: int) -> datetime:
    # Not from a float, which would round.
    second, rest = divmod(microseconds, 1_000_000)
    return datetime.fromtimestamp(second, timezone.utc).replace(microsecond=rest)
