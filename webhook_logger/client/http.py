"""HTTP as the client speaks it: what is given is what is sent. A thin layer over httpcore.

Nothing is normalised, followed or decoded. A request is sent a second time only where a connection
that was kept turns out to be closed, and the request cannot have been taken.
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

from webhook_logger.client.deadline import Deadline, Punctual
from webhook_logger.client.errors import Invalid, TooLarge, TooSlow, Unreachable
from webhook_logger.headers import HeaderLines

Headers = Sequence[tuple[str, str]]
"""Header lines in their order, read as Latin-1."""

_URL = re.compile(r"(https?)://([^/?#@\\\s]+)((?:[/?][^#]*)?)(?:#.*)?", re.IGNORECASE)
_USER = re.compile(r"[^/?#]*//[^/?#]*@")
_SENDABLE = re.compile(r"[\x21-\x7e]*")
_BODILESS = ("GET", "HEAD", "OPTIONS", "TRACE", "DELETE")
"""Methods whose requests need not say that they have no body (RFC 9110, section 8.6)."""

_IDEMPOTENT = ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")
"""Methods that may be sent a second time, whatever came of the first (RFC 9110, section 9.2.2)."""

_STEPS = ("connect", "read", "write", "pool")

_MAX_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The response of a server; 1xx responses before it are passed over."""

    status: int
    headers: HeaderLines
    """Every header line as it came, read as Latin-1."""
    body: bytes
    """After transfer coding and before content coding."""


class Http:
    """Connections to servers, kept for the next request; safe to use from many threads.

    Each request has a pool to itself while it is under way. A pool of httpcore that threads share
    can close an idle connection at the moment at which another thread begins to use it.

    Use it as a context manager, or `close` it.
    """

    def __init__(
        self,
        *,
        timeout: float = 10,
        most_bytes: int = _MAX_BYTES,
        keep_seconds: float = 30,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`timeout`: seconds from the start of a request until its whole response is there.

        `most_bytes`: a larger response body is `TooLarge`. `keep_seconds`: how long an idle
        connection is kept. `tls`: whom to trust; the system's authorities and certifi's by default.
        """
        self._timeout = timeout
        self._most_bytes = most_bytes
        self._deadline = Deadline()
        self._new_pool = partial(
            httpcore.ConnectionPool,
            ssl_context=tls,
            keepalive_expiry=keep_seconds,
            network_backend=Punctual(self._deadline),
        )
        self._idle: list[httpcore.ConnectionPool] = []
        """The pools that no request uses, the latest used last."""

    def send(
        self,
        method: str,
        url: str,
        headers: Headers = (),
        body: bytes = b"",
        timeout: float | None = None,
        target: str | None = None,
    ) -> HttpResponse:
        """Send one request, and return its response whatever its status.

        The path and query of `url` and all header lines go out as they are. `Host` and
        `Content-Length` are added where they are not among `headers`. `target` goes in place of the
        path and query of `url`, where it may have a `#`. Raises `Invalid`, `Unreachable`,
        `TooSlow` or `TooLarge`.
        """
        seconds = self._timeout if timeout is None else timeout
        with _own_errors(url, seconds, self._deadline), self._deadline.within(seconds):
            try:
                return self._once(method, url, headers, body, seconds, target)
            except (httpcore.NetworkError, httpcore.RemoteProtocolError):
                if not self._was_kept_too_long(method):
                    raise
                return self._once(method, url, headers, body, seconds, target)

    def _was_kept_too_long(self, method: str) -> bool:
        """Whether the server closed an idle connection at the moment of its use, so that the
        request can be sent again.
        """
        tried = self._deadline
        if tried.is_new or tried.has_response:
            return False
        return tried.is_broken_off or not tried.is_sent or method in _IDEMPOTENT

    def _once(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: bytes,
        seconds: float,
        target: str | None,
    ) -> HttpResponse:
        with (
            self._pool() as pool,
            pool.stream(
                method.encode("latin-1"),
                parse(url, target),
                headers=_with_host(headers, url),
                content=body if body or method not in _BODILESS else None,
                extensions={"timeout": dict.fromkeys(_STEPS, seconds)},
            ) as response,
        ):
            content = self._read(response.iter_stream())
        return HttpResponse(response.status, _as_text(response.headers), content)

    @contextmanager
    def _pool(self) -> Iterator[httpcore.ConnectionPool]:
        """A pool that no other thread uses meanwhile."""
        try:
            pool = self._idle.pop()
        except IndexError:
            pool = self._new_pool()
        try:
            yield pool
        finally:
            self._idle.append(pool)

    def _read(self, chunks: Iterable[bytes]) -> bytes:
        content = bytearray()
        for chunk in chunks:
            content += chunk
            if len(content) > self._most_bytes:
                raise TooLarge(f"The response has more than {self._most_bytes} bytes.")
        return bytes(content)

    def close(self) -> None:
        """Close all connections."""
        while self._idle:
            self._idle.pop().close()

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def parse(url: str, target: str | None = None) -> httpcore.URL:
    """The parts of an http or https URL; what is behind its host stays byte by byte.
    A `target` takes its place.

    Raises `Invalid`.
    """
    match = _URL.fullmatch(url)
    if not match or not _SENDABLE.fullmatch(match[3] if target is None else target):
        raise Invalid(_why_invalid(url))
    scheme, authority, own = match.groups()
    target = own if target is None else target
    try:
        parts = urlsplit(f"//{authority}")
        host, port = (parts.hostname or "").encode("idna"), parts.port
    except ValueError as error:
        raise Invalid(f"The host or port of {url!r} is not valid: {error}.") from error
    if not host or port == 0:
        raise Invalid(f"{url!r} has no host, or port 0.")
    if not target.startswith("/"):
        target = f"/{target}"
    return httpcore.URL(scheme=scheme.lower(), host=host, port=port, target=target)


def _why_invalid(url: str) -> str:
    """A sentence for a URL that cannot be sent to. It has no password in it."""
    if _USER.match(url):
        return "A URL with a user or a password before its host is not supported."
    return f"Not a URL that HTTP can be sent to: {url!r}. Give one such as http://localhost:3000/."


def _as_text(lines: Iterable[tuple[bytes, bytes]]) -> HeaderLines:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in lines)


def _with_host(headers: Headers, url: str) -> list[tuple[bytes, bytes]]:
    """The lines as bytes. Their Host is the URL's where they have none; httpcore's own lacks the
    brackets of IPv6."""
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if any(name.lower() == b"host" for name, _ in lines):
        return lines
    return [(b"Host", _authority(url).encode("idna")), *lines]


def _authority(url: str) -> str:
    match = _URL.fullmatch(url)
    return match[2] if match else ""


@contextmanager
def _own_errors(url: str, seconds: float, tried: Deadline) -> Iterator[None]:
    """Turn httpcore's errors into this client's."""
    try:
        yield
    except (httpcore.LocalProtocolError, h11.LocalProtocolError, UnicodeEncodeError) as error:
        raise Invalid(f"HTTP can't carry this request: {error}") from error
    except httpcore.TimeoutException as error:
        raise TooSlow(f"{_authority(url)} did not respond within {seconds:g} seconds.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        known = "" if tried.has_response or not tried.is_sent else "; it may have got the request"
        raise Unreachable(f"{_authority(url)} did not respond: {_why(error)}{known}.") from error


def _why(error: Exception) -> str:
    """What an error of httpcore says, without numbers and types that only programs need."""
    if "_SWITCH_UPGRADE" in str(error):
        return "it switches to another protocol"
    return re.sub(r"\[Errno -?\d+\] |\bbytearray\((?=b)|(?<=['\"])\)$", "", str(error)).rstrip(".")
