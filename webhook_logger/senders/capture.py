"""WSGI environ -> `CapturedRequest`: raw header lines, raw target, raw body, within the limit."""

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
"""A character as it is written in a path."""

_random = random.Random()  # noqa: S311  # seeded by the system, for each process anew


def capture(environ: Environ, uuid: str, max_body_bytes: int) -> CapturedRequest:
    """Read the request to its end and return it as a value.

    Raises what the server's `wsgi.input` raises (a `werkzeug` `HTTPException`) when the body is
    malformed, too slow, or ends before its declared end: such a sender sent no request.
    """
    body = _read_body(environ, max_body_bytes)
    received_at = time.time()
    # PATH_INFO has lost its escapes.
    path, _, query_string = environ["RAW_URI"].partition("?")
    return CapturedRequest(
        uuid=uuid,
        id=environ.get("webhook_logger.request_id") or _uuid7(received_at),
        received_at=datetime.fromtimestamp(received_at, timezone.utc),
        method=environ["REQUEST_METHOD"],
        scheme=environ["wsgi.url_scheme"],
        host=environ.get("HTTP_HOST", ""),
        path=path,
        subpath=_behind(path, len(environ["SCRIPT_NAME"]) + CALLBACK_LENGTH),
        query_string=query_string,
        http_version=environ["SERVER_PROTOCOL"].removeprefix("HTTP/"),
        remote_addr=environ.get("REMOTE_ADDR", ""),
        headers=environ["headers_raw"],
        body=body,
        trailers=tuple(environ.get("trailers_raw", ())),
    )


def _behind(path: str, length: int) -> str:
    """Return what stands behind the first characters of a raw path, so many as there are when its
    escapes are undone.
    """
    if "%" not in path[:length]:
        return path[length:]
    return path[next(islice(_WRITTEN.finditer(path), length - 1, None)).end() :]


def _read_body(environ: Environ, most: int) -> Body:
    size = int(environ.get("CONTENT_LENGTH") or 0)
    if size > most:
        return Body(b"", size, complete=False)
    if environ.get("wsgi.input_terminated"):
        size = most + 1  # chunked: one byte over the limit is enough to know
    content = environ["wsgi.input"].read(size)
    if len(content) > most:
        return Body(b"", len(content), complete=False)
    return Body(content, len(content))


def _uuid7(now: float) -> str:
    """A UUIDv7 (RFC 9562, section 5.7) of `now`, in seconds since 1970."""
    # An id has to be unique and no secret: a generator is enough, and ten times cheaper.
    bits, milliseconds = _random.getrandbits(74), int(now * 1000)
    return "%08x-%04x-7%03x-%x%03x-%012x" % (  # noqa: UP031  # twice as fast
        milliseconds >> 16,
        milliseconds & 0xFFFF,
        bits >> 62,
        8 | bits >> 60 & 3,
        bits >> 48 & 0xFFF,
        bits & 0xFFFFFFFFFFFF,
    )
