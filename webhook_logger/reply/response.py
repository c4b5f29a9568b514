"""The response to a sender as a value: the default one, an error, or the reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from werkzeug.exceptions import HTTPException

from webhook_logger.errors import error_headers, error_json
from webhook_logger.headers import HeaderLines
from webhook_logger.memo import Memo
from webhook_logger.reply.value import Reply

_ALLOW_ORIGIN = "Access-Control-Allow-Origin"
_ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials"
_ORIGIN_HEADERS = frozenset((_ALLOW_ORIGIN.lower(), _ALLOW_CREDENTIALS.lower()))
ANY_ORIGIN: HeaderLines = ((_ALLOW_ORIGIN, "*"),)
SAFE_HEADERS: HeaderLines = (
    ("X-Content-Type-Options", "nosniff"),
    # The content of a reply must not act with the dashboard's origin.
    ("Content-Security-Policy", "sandbox"),
    ("Cache-Control", "no-store"),
)
PREFLIGHT_SECONDS = "600"

_KNOWN_CODES = frozenset(HTTPStatus)
_ORIGIN = re.compile(r"[\x21-\x7e]{1,300}")  # RFC 6454, section 7, or `null`
_TOKEN_LIST = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z, \t]+")


@dataclass(frozen=True, slots=True)
class CallbackResponse:
    """A response as a value, and as a WSGI application."""

    status: int
    headers: HeaderLines
    body: bytes = b""

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """PEP 3333."""
        start_response(_STATUS_LINES[self.status], list(self.headers))
        return (self.body,)


def accepted(
    viewers: int, preflight: HeaderLines = (), origin: HeaderLines = ANY_ORIGIN
) -> CallbackResponse:
    """Return the default response to a published request: status 200, empty body."""
    return _ACCEPTED[viewers, preflight, origin]


def _accepted(key: tuple[int, HeaderLines, HeaderLines]) -> CallbackResponse:
    viewers, preflight, origin = key
    headers = (*origin, *SAFE_HEADERS, *preflight, *_viewers_header(viewers))
    return CallbackResponse(200, (*headers, ("Content-Length", "0")))


_ACCEPTED = Memo(_accepted, entries=1024, size=512)  # few differ


def path_response(code: int, viewers: int, origin: HeaderLines = ANY_ORIGIN) -> CallbackResponse:
    """Return the empty response for `/<uuid>/status/<code>`."""
    headers = (*origin, *SAFE_HEADERS, *_viewers_header(viewers), ("Content-Length", "0"))
    return CallbackResponse(code, headers)


def replied(reply: Reply, viewers: int, origin: HeaderLines) -> CallbackResponse:
    """Return the reply's response, with the headers that every response has."""
    lines = reply.headers
    if reply.cors:  # else the reply sets these headers itself
        lines = tuple(line for line in lines if line[0].lower() not in _ORIGIN_HEADERS)
    length = ("Content-Length", str(len(reply.body)))
    headers = (*origin, *SAFE_HEADERS, *lines, *_viewers_header(viewers), length)
    return CallbackResponse(reply.status, headers, reply.body)


def allowed_origin(environ: Mapping[str, Any], reply: Reply | None = None) -> HeaderLines:
    """Return the header lines that allow a page to read the response, and to send credentials.

    They allow the requesting page, unless the reply names an origin. Empty if the reply's `cors` is
    false.
    """
    if reply is not None:
        if not reply.cors:
            return ()
        set_by_reply = _header_lines(reply, _ALLOW_ORIGIN)
        if set_by_reply:
            return set_by_reply + _header_lines(reply, _ALLOW_CREDENTIALS)
    origin = environ.get("HTTP_ORIGIN")
    return ANY_ORIGIN if origin is None else _ALLOWED[origin]


def _header_lines(reply: Reply, name: str) -> HeaderLines:
    """Return the reply's first header line with this name."""
    return tuple(line for line in reply.headers if line[0].lower() == name.lower())[:1]


def _allow(origin: str) -> HeaderLines:
    """Return the header lines that allow one origin.

    Not `*`: browsers do not accept it for requests with credentials, which sendBeacon always sends
    (Fetch Standard, section 3.2.5).
    """
    if not _ORIGIN.fullmatch(origin):
        return ANY_ORIGIN
    return ((_ALLOW_ORIGIN, origin), (_ALLOW_CREDENTIALS, "true"), ("Vary", "Origin"))


_ALLOWED = Memo(_allow, entries=1024, size=300)


def refused(
    error: HTTPException, viewers: int | None = None, origin: HeaderLines = ANY_ORIGIN
) -> CallbackResponse:
    """Return the response to a refused request. Pass `viewers` if it was published."""
    code, body = error.code or 500, error_json(error).encode()
    headers = (*error_headers(error).items(), *origin, *SAFE_HEADERS)
    shown = () if viewers is None else _viewers_header(viewers)
    return CallbackResponse(code, (*headers, ("Content-Length", str(len(body))), *shown), body)


def _viewers_header(viewers: int) -> HeaderLines:
    return (("Webhook-Viewers", str(viewers)),)


def _status_line(code: int) -> str:
    """Return `200 OK` for 200. WSGI requires a phrase, also for unregistered codes."""
    phrase = HTTPStatus(code).phrase if code in _KNOWN_CODES else "Unnamed"
    return f"{code} {phrase}"


_STATUS_LINES = {code: _status_line(code) for code in range(200, 600)}


def preflight_headers(environ: Mapping[str, Any]) -> HeaderLines:
    """Return the header lines that allow the request that a CORS preflight asks for.

    Empty if the request is not a preflight. Fetch Standard, section 3.2.2.
    """
    if environ["REQUEST_METHOD"] != "OPTIONS" or "HTTP_ORIGIN" not in environ:
        return ()
    method = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD", "")
    if not _TOKEN_LIST.fullmatch(method):
        return ()
    response = (
        ("Access-Control-Allow-Methods", method),
        ("Access-Control-Max-Age", PREFLIGHT_SECONDS),
    )
    names = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    if not _TOKEN_LIST.fullmatch(names):
        return response
    # List the names: "*" would not include Authorization.
    return (*response, ("Access-Control-Allow-Headers", names))
