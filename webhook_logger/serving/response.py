"""Render a response to bytes: status line, headers and body, sent in one write."""

from __future__ import annotations

import time
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final

from werkzeug.exceptions import HTTPException

from webhook_logger.errors import error_headers, error_json
from webhook_logger.headers import HeaderLines
from webhook_logger.memo import Memo

ExcInfo = tuple[type[BaseException], BaseException, TracebackType]


class Response:
    """The response of a WSGI application (PEP 3333). The instance is the `start_response`.

    It collects the whole body before it is sent: responses of this program are small.
    """

    def __init__(self) -> None:
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []

    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Any:
        self._status, self._headers = status, headers
        return self._body.append

    @classmethod
    def of_error(cls, error: HTTPException) -> Response:
        """Return the response for an error, in the one error shape. It ends the connection."""
        response = cls()
        status = HTTPStatus(error.code or 500)
        headers = {**error_headers(error), "Connection": "close"}
        response(f"{status} {status.phrase}", list(headers.items()))
        response.write((error_json(error).encode(),))
        return response

    def write(self, body: Iterable[bytes]) -> None:
        """Add the body that the application returned, and close it if it has `close`."""
        try:
            self._body.extend(body)
        finally:
            if hasattr(body, "close"):
                body.close()

    @property
    def begun(self) -> bool:
        """Whether the application called `start_response`."""
        return bool(self._status)

    @property
    def code(self) -> int:
        """The status code."""
        return int(self._status[:3])

    def render(self, method: str, keep_alive: bool) -> tuple[bytes, bool]:
        """Return the bytes of the response to a request with this method, and whether they declare
        that the connection stays open: if `keep_alive`, and the application does not object.
        """
        body = b"".join(self._body)
        headers = tuple(self._headers)
        length = len(body) if method != "HEAD" else _declared_length(headers, len(body))
        before, after, keep_alive = _HEADS[self._status, headers, length, keep_alive]
        if method == "HEAD" or _has_no_body(self._status):
            body = b""
        return b"".join((before, _date(int(time.time())), after, body)), keep_alive


def _declared_length(headers: HeaderLines, default: int) -> int:
    """Return the `Content-Length` of the application: its response to HEAD has no body."""
    declared = (value for name, value in headers if name.lower() == "content-length")
    return int(next(declared, default))


def _head(response: tuple[str, HeaderLines, int, bool]) -> tuple[bytes, bytes, bool]:
    """Return the parts of a head around `Date`, and whether the connection stays open.

    `response` is (status, header lines, length, whether the connection can stay open).
    """
    status, headers, length, keep_alive = response
    keep_alive = keep_alive and not any(
        name.lower() == "connection" and "close" in value.lower() for name, value in headers
    )
    lines = [
        f"{name}: {value}" for name, value in headers if name.lower() not in _SET_BY_CONNECTION
    ]
    if not _has_no_body(status):
        lines.append(f"Content-Length: {length}")
    options = ["keep-alive" if keep_alive else "close"]
    if any(name.lower() == "upgrade" for name, _ in headers):
        options.append("Upgrade")  # RFC 9110, section 7.8
    lines.append(f"Connection: {', '.join(options)}")
    after = "\r\n".join(("", *lines, "", "")).encode("latin-1")
    return f"HTTP/1.1 {status}\r\nDate: ".encode(), after, keep_alive


_HEADS: Final = Memo(_head, entries=1024, size=1024)  # few differ

# The connection sets these headers.
_SET_BY_CONNECTION = frozenset(("connection", "content-length", "date", "transfer-encoding"))


def _has_no_body(status: str) -> bool:
    """Return whether the status has no body (RFC 9110, sections 15.2, 15.3.5 and 15.4.5)."""
    return status.startswith(("1", "204", "304"))


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
