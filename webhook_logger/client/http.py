"""A thin layer over httpcore that sends requests exactly as given.

It does not normalise URLs, follow redirects or decode bodies. It resends a request only if a
kept-alive connection was closed and the server cannot have processed the request.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import h11
import httpcore

from webhook_logger.client.deadline import Deadline, DeadlineBackend
from webhook_logger.client.errors import Invalid, TooLarge, TooSlow, Unreachable, in_seconds
from webhook_logger.headers import HeaderLines

Headers = Sequence[tuple[str, str]]
"""Header lines in order, as Latin-1."""

_URL = re.compile(r"(https?)://([^/?#@\\\s]+)((?:[/?][^#]*)?)(?:#.*)?", re.IGNORECASE)
_USER = re.compile(r"[^/?#]*//[^/?#]*@")
_SENDABLE = re.compile(r"[\x21-\x7e]*")
_BODILESS = ("GET", "HEAD", "OPTIONS", "TRACE", "DELETE")
"""Methods that need no `Content-Length: 0` without a body (RFC 9110, section 8.6)."""

_IDEMPOTENT = ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")
"""Methods that may be sent again even if the first was processed (RFC 9110, section 9.2.2)."""

_STEPS = ("connect", "read", "write", "pool")

_MAX_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The final response of a server; 1xx responses are skipped."""

    status: int
    headers: HeaderLines
    """All header lines as received, as Latin-1."""
    body: bytes
    """Without transfer coding; content codings are still applied."""


class Http:
    """An HTTP client with kept-alive connections, safe to use from many threads.

    Each request uses a pool exclusively. When threads share a pool of httpcore, one can close an
    idle connection just as another begins to use it.

    Use it as a context manager, or call `close`.
    """

    def __init__(
        self,
        *,
        timeout: float = 10,
        max_bytes: int = _MAX_BYTES,
        keep_seconds: float = 30,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`timeout`: maximum seconds from the start of a request to the end of its response.

        `max_bytes`: maximum size of a response body. `keep_seconds`: maximum idle time of a
        connection. `tls`: the TLS context; by default it trusts the certificate authorities of the
        system and of certifi.
        """
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._deadline = Deadline()
        self._new_pool = partial(
            httpcore.ConnectionPool,
            ssl_context=tls,
            keepalive_expiry=keep_seconds,
            network_backend=DeadlineBackend(self._deadline),
        )
        self._is_closed = False
        self._idle: list[httpcore.ConnectionPool] = []
        """Unused pools, the most recently used last."""

    def send(
        self,
        method: str,
        url: str,
        headers: Headers = (),
        body: bytes = b"",
        timeout: float | None = None,
        target: str | None = None,
    ) -> HttpResponse:
        """Send one request and return the response, regardless of its status.

        The path and query of `url` and all header lines are sent unchanged. `Host` and
        `Content-Length` are added if `headers` lacks them. `target` replaces the path and query of
        `url`, and may contain a `#`. Raises `Invalid`, `Unreachable`, `TooSlow` or `TooLarge`.
        """
        seconds = self._timeout if timeout is None else timeout
        with (
            _translated_errors(url, seconds, self._deadline),
            self._deadline.within(seconds),
            self._pool() as pool,
        ):
            send_once = partial(self._send_once, pool, method, url, headers, body, seconds, target)
            try:
                return send_once()
            except (httpcore.NetworkError, httpcore.RemoteProtocolError):
                if not self._may_resend(method):
                    raise
                return send_once()

    def _may_resend(self, method: str) -> bool:
        """Return whether the server closed an idle connection, and the request may be resent."""
        attempt = self._deadline
        if attempt.is_new or attempt.has_response:
            return False
        return attempt.write_failed or not attempt.is_sent or method in _IDEMPOTENT

    def _send_once(
        self,
        pool: httpcore.ConnectionPool,
        method: str,
        url: str,
        headers: Headers,
        body: bytes,
        seconds: float,
        target: str | None,
    ) -> HttpResponse:
        with pool.stream(
            method.encode("latin-1"),
            parse(url, target),
            headers=_with_host(headers, url),
            content=body if body or method not in _BODILESS else None,
            extensions={"timeout": dict.fromkeys(_STEPS, seconds)},
        ) as response:
            content = self._read(response.iter_stream())
        return HttpResponse(response.status, _as_text(response.headers), content)

    @contextmanager
    def _pool(self) -> Iterator[httpcore.ConnectionPool]:
        """Reserve a pool for the block."""
        try:
            pool = self._idle.pop()
        except IndexError:
            pool = self._new_pool()
        try:
            yield pool
        finally:
            self._idle.append(pool)
            if self._is_closed:
                self.close()

    def _read(self, chunks: Iterable[bytes]) -> bytes:
        content = bytearray()
        for chunk in chunks:
            content += chunk
            if len(content) > self._max_bytes:
                raise TooLarge(f"The response is larger than {self._max_bytes:,} bytes.")
        return bytes(content)

    def close(self) -> None:
        """Close all connections; those in use when their requests end."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def parse(url: str, target: str | None = None) -> httpcore.URL:
    """Parse an http or https URL; its path and query stay unchanged, or are replaced by `target`.

    Raises `Invalid`.
    """
    match = _URL.fullmatch(url)
    if not match or not _SENDABLE.fullmatch(match[3] if target is None else target):
        raise Invalid(_url_error(url))
    scheme, authority, path = match.groups()
    target = path if target is None else target
    try:
        parts = urlsplit(f"//{authority}")
        host, port = (parts.hostname or "").encode("idna"), parts.port
    except ValueError as error:
        raise Invalid(f"The host or port of {authority!r} is not valid: {error}.") from error
    if not host or port == 0:
        raise Invalid(f"{authority!r} has no host, or its port is 0.")
    if not target.startswith("/"):
        target = f"/{target}"
    return httpcore.URL(scheme=scheme.lower(), host=host, port=port, target=target)


def _url_error(url: str) -> str:
    """Return the error message for an invalid URL.

    The message never contains a password or the fragment, which can contain a view key.
    """
    if _USER.match(url):
        return "URLs with a user name or a password are not supported."
    shown = url.partition("#")[0]
    return f"Not a valid HTTP URL: {shown!r}. Use a URL such as http://localhost:3000/."


def _as_text(lines: Iterable[tuple[bytes, bytes]]) -> HeaderLines:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in lines)


def _with_host(headers: Headers, url: str) -> list[tuple[bytes, bytes]]:
    """Return the header lines as bytes, with the URL's `Host` if they lack one.

    The `Host` that httpcore adds lacks the brackets of IPv6 addresses.
    """
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if any(name.lower() == b"host" for name, _ in lines):
        return lines
    return [(b"Host", _authority(url).encode("idna")), *lines]


def _authority(url: str) -> str:
    match = _URL.fullmatch(url)
    return match[2] if match else ""


@contextmanager
def _translated_errors(url: str, seconds: float, attempt: Deadline) -> Iterator[None]:
    """Raise the errors of httpcore as errors of this client."""
    try:
        yield
    except (httpcore.LocalProtocolError, h11.LocalProtocolError, UnicodeEncodeError) as error:
        raise Invalid(f"HTTP cannot carry this request: {error}") from error
    except httpcore.TimeoutException as error:
        raise TooSlow(f"{_authority(url)} did not respond within {in_seconds(seconds)}.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        unsure = attempt.is_sent and not attempt.has_response
        note = "; it may have received the request" if unsure else ""
        raise Unreachable(f"{_authority(url)} did not respond: {_text(error)}{note}.") from error


def _text(error: Exception) -> str:
    """Return the message of an error of httpcore, without error numbers and Python types."""
    if "_SWITCH_UPGRADE" in str(error):
        return "it switched to another protocol"
    return re.sub(r"\[Errno -?\d+\] |\bbytearray\((?=b)|(?<=['\"])\)$", "", str(error)).rstrip(".")
