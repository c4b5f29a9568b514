"""The reply: what a callback answers to the sender, always with these headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException

from webhook_logger.errors import error_headers, error_json

Headers = tuple[tuple[str, str], ...]

ANSWER_HEADERS: Headers = (
    ("Access-Control-Allow-Origin", "*"),
    ("X-Content-Type-Options", "nosniff"),
    # Whatever a callback answers cannot act on the dashboard's origin.
    ("Content-Security-Policy", "sandbox"),
    ("Cache-Control", "no-store"),
)
PREFLIGHT_SECONDS = "600"

_TOKEN_LIST = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z, \t]+")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as a value, and as a WSGI application."""

    status: str
    """As in the status line: `200 OK`."""
    headers: Headers
    body: bytes = b""

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """PEP 3333."""
        start_response(self.status, list(self.headers))
        return (self.body,)

    def as_response(self) -> Response:
        """The same for Flask's own dispatch."""
        response = Response(self.body, self.status, self.headers)
        if not any(name.lower() == "content-type" for name, _ in self.headers):
            del response.headers["Content-Type"]  # Flask's own, of nothing
        return response


@lru_cache(maxsize=1024)  # nearly every request gets one of a few
def accepted(viewers: int, preflight: Headers = ()) -> Reply:
    """The default reply to a request that was published: status 200, empty body."""
    shown = (("Webhook-Viewers", str(viewers)), ("Content-Length", "0"))
    return Reply("200 OK", (*ANSWER_HEADERS, *preflight, *shown))


def refused(error: HTTPException, viewers: int | None = None) -> Reply:
    """The answer to a refused request; with `viewers` it was published all the same."""
    status, body = HTTPStatus(error.code or 500), error_json(error).encode()
    headers = (*error_headers(error).items(), *ANSWER_HEADERS, ("Content-Length", str(len(body))))
    if viewers is not None:
        headers += (("Webhook-Viewers", str(viewers)),)
    return Reply(f"{status} {status.phrase}", headers, body)


def preflight_headers(environ: Mapping[str, Any]) -> Headers:
    """What a CORS preflight is told, so that the page may then send as it asked.

    Empty when the request with this WSGI environ is none. Fetch Standard, section 3.2.2.
    """
    wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD", "")
    if (
        environ["REQUEST_METHOD"] != "OPTIONS"
        or "HTTP_ORIGIN" not in environ
        or not _TOKEN_LIST.fullmatch(wanted)
    ):
        return ()
    answer = (
        ("Access-Control-Allow-Methods", wanted),
        ("Access-Control-Max-Age", PREFLIGHT_SECONDS),
    )
    names = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    if not _TOKEN_LIST.fullmatch(names):
        return answer
    # Named and not "*", which stands for all but Authorization.
    return (*answer, ("Access-Control-Allow-Headers", names))
