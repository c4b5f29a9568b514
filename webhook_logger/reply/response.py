"""A response to a sender as a value: the default one, a refusal, or what the reply says."""

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
_ABOUT_ORIGINS = frozenset((_ALLOW_ORIGIN.lower(), _ALLOW_CREDENTIALS.lower()))
ANY_ORIGIN: HeaderLines = ((_ALLOW_ORIGIN, "*"),)
SAFE_HEADERS: HeaderLines = (
    ("X-Content-Type-Options", "nosniff"),
    # Whatever a callback responds with cannot act on the dashboard's origin.
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
    """The default response to a request that was published: status 200, empty body."""
    return _ACCEPTED[viewers, preflight, origin]


def _accepted(key: tuple[int, HeaderLines, HeaderLines]) -> CallbackResponse:
    viewers, preflight, origin = key
    headers = (*origin, *SAFE_HEADERS, *preflight, *_shown(viewers))
    return CallbackResponse(200, (*headers, ("Content-Length", "0")))


_ACCEPTED = Memo(_accepted, entries=1024, size=512)  # nearly every request gets one of a few


def of_path(code: int, viewers: int, origin: HeaderLines = ANY_ORIGIN) -> CallbackResponse:
    """The empty response that `/<uuid>/status/<code>` asks for."""
    headers = (*origin, *SAFE_HEADERS, *_shown(viewers), ("Content-Length", "0"))
    return CallbackResponse(code, headers)


def replied(reply: Reply, viewers: int, origin: HeaderLines) -> CallbackResponse:
    """What the reply says, and the headers that every response has."""
    lines = reply.headers
    if reply.cors:  # else they are the reply's own business
        lines = tuple(line for line in lines if line[0].lower() not in _ABOUT_ORIGINS)
    length = ("Content-Length", str(len(reply.body)))
    headers = (*origin, *SAFE_HEADERS, *lines, *_shown(viewers), length)
    return CallbackResponse(reply.status, headers, reply.body)


def allowed_origin(environ: Mapping[str, Any], reply: Reply | None = None) -> HeaderLines:
    """Return the header lines that say whose pages may read the response, and send credentials.

    The page that asks may, unless the reply names an origin itself; there are none where its `cors`
    is false.
    """
    if reply is not None:
        if not reply.cors:
            return ()
        own = _own(reply, _ALLOW_ORIGIN)
        if own:
            return own + _own(reply, _ALLOW_CREDENTIALS)
    origin = environ.get("HTTP_ORIGIN")
    return ANY_ORIGIN if origin is None else _PAGES[origin]


def _own(reply: Reply, name: str) -> HeaderLines:
    """The first line of that name that the reply has."""
    return tuple(line for line in reply.headers if line[0].lower() == name.lower())[:1]


def _page(origin: str) -> HeaderLines:
    """Not `*`, which browsers take for no permission where they send credentials, as sendBeacon
    always does (Fetch Standard, section 3.2.5).
    """
    if not _ORIGIN.fullmatch(origin):
        return ANY_ORIGIN
    return ((_ALLOW_ORIGIN, origin), (_ALLOW_CREDENTIALS, "true"), ("Vary", "Origin"))


_PAGES = Memo(_page, entries=1024, size=300)


def refused(
    error: HTTPException, viewers: int | None = None, origin: HeaderLines = ANY_ORIGIN
) -> CallbackResponse:
    """The response to a refused request; with `viewers` it was published all the same."""
    code, body = error.code or 500, error_json(error).encode()
    headers = (*error_headers(error).items(), *origin, *SAFE_HEADERS)
    shown = () if viewers is None else _shown(viewers)
    return CallbackResponse(code, (*headers, ("Content-Length", str(len(body))), *shown), body)


def _shown(viewers: int) -> HeaderLines:
    return (("Webhook-Viewers", str(viewers)),)


def _status_line(code: int) -> str:
    """Return `200 OK` of 200. WSGI wants a phrase even where nobody has named the code."""
    phrase = HTTPStatus(code).phrase if code in _KNOWN_CODES else "Unnamed"
    return f"{code} {phrase}"


_STATUS_LINES = {code: _status_line(code) for code in range(200, 600)}


def preflight_headers(environ: Mapping[str, Any]) -> HeaderLines:
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
    response = (
        ("Access-Control-Allow-Methods", wanted),
        ("Access-Control-Max-Age", PREFLIGHT_SECONDS),
    )
    names = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    if not _TOKEN_LIST.fullmatch(names):
        return response
    # Named and not "*", which stands for all but Authorization.
    return (*response, ("Access-Control-Allow-Headers", names))
