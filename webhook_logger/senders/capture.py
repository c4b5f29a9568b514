"""Convert a WSGI environ to a `CapturedRequest`: raw header lines, raw target, raw body."""

from __future__ import annotations

import random
import re
import time
from datetime import datetime, timezone
from itertools import islice
from typing import Any

from webhook_logger.captured import Body, CapturedRequest

__all__ = ["CapturedRequest", "capture"]

Environ = dict[str, Any]

CALLBACK_LENGTH = len("/3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11")

_WRITTEN = re.compile("%[0-9A-Fa-f]{2}|[\\s\\S]")
"""One character of a raw path, percent-encoded or not."""

_random = random.Random()  # noqa: S311  # seeded by the system for each process


def capture(environ: Environ, uuid: str, max_body_bytes: int) -> CapturedRequest:
    """Read the request to its end and return it as a value.

    The server's `wsgi.input` raises a `werkzeug` `HTTPException` when the body is malformed, too
    slow, or incomplete. Such a request is not captured.
    """
    body = _read_body(environ, max_body_bytes)
    received_at = time.time()
    # PATH_INFO is decoded.
    path, _, query_string = environ["RAW_URI"].partition("?")
    return CapturedRequest(
        uuid=uuid,
        id=environ.get("webhook_logger.request_id") or _uuid7(received_at),
        received_at=datetime.fromtimestamp(received_at, timezone.utc),
        method=environ["REQUEST_METHOD"],
        scheme=environ["wsgi.url_scheme"],
        host=environ.get("HTTP_HOST", ""),
        path=path,
        subpath=_after(path, len(environ["SCRIPT_NAME"]) + CALLBACK_LENGTH),
        query_string=query_string,
        http_version=environ["SERVER_PROTOCOL"].removeprefix("HTTP/"),
        remote_addr=environ.get("REMOTE_ADDR", ""),
        headers=environ["headers_raw"],
        body=body,
        trailers=tuple(environ.get("trailers_raw", ())),
    )


def _after(path: str, length: int) -> str:
    """Return the rest of a raw path after its first `length` characters, counted when decoded."""
    if "%" not in path[:length]:
        return path[length:]
    return path[next(islice(_WRITTEN.finditer(path), length - 1, None)).end() :]


def _read_body(environ: Environ, max_bytes: int) -> Body:
    size = int(environ.get("CONTENT_LENGTH") or 0)
    if size > max_bytes:
        return Body(b"", size, complete=False)
    if environ.get("wsgi.input_terminated"):
        size = max_bytes + 1  # chunked: one byte over the limit is enough to refuse it
    content = environ["wsgi.input"].read(size)
    if len(content) > max_bytes:
        return Body(b"", len(content), complete=False)
    return Body(content, len(content))


def _uuid7(now: float) -> str:
    """Return a UUIDv7 (RFC 9562, section 5.7) for `now`, in seconds since 1970."""
    # An id must be unique, not secret: a pseudo-random generator is enough and ten times faster.
    bits, milliseconds = _random.getrandbits(74), int(now * 1000)
    return "%08x-%04x-7%03x-%x%03x-%012x" % (  # noqa: UP031  # twice as fast
        milliseconds >> 16,
        milliseconds & 0xFFFF,
        bits >> 62,
        8 | bits >> 60 & 3,
        bits >> 48 & 0xFFF,
        bits & 0xFFFFFFFFFFFF,
    )
