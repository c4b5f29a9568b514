"""Parse the head of a request strictly, from bytes to a value, without I/O.

llhttp parses the header section, through httptools. This module parses the request line, because
llhttp accepts only a fixed list of methods and a callback accepts any token. Framing follows
RFC 9112, section 6.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import httptools

from webhook_logger.errors import Reason, Refusal
from webhook_logger.headers import TOKEN, HeaderLines
from webhook_logger.serving.limits import DEFAULT, ConnectionLimits

_REST_OF_LINE_BYTES = 256
"""Room for the method, the version, and the scheme and host of an absolute target."""

# RFC 9112, section 3: method SP request-target SP HTTP-version. The target can contain any visible
# byte: senders do send "|", "{" and bare UTF-8, and these bytes do not affect framing.
_REQUEST_LINE = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e\x80-\xff]+) HTTP/([0-9]\.[0-9])"
)
# RFC 3986, section 3.2.2
_HOST = r"(?:[0-9A-Za-z\-._~!$&'()*+,;=%]+|\[[0-9A-Za-z\-._~!$&'()*+,;=:]+\])(?::[0-9]*)?"
# RFC 9110, section 7.2: empty if the URL has no host.
_HOST_VALUE = re.compile(f"(?:{_HOST})?")
_TLS = b"\x16\x03"  # a handshake record (RFC 8446, section 5.1)
# RFC 9112, section 3.2.2
_ABSOLUTE_FORM = re.compile(f"https?://{_HOST}(?=[/?#]|\\Z)", re.IGNORECASE)
# A head with these bytes cannot become valid. It is refused immediately, not at the deadline.
_INVALID_BYTES = re.compile(rb"(?<!\r)\n|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(slots=True)  # frozen would triple the time to create it
class Head:
    """The request line and header lines of one request, as sent, read as Latin-1."""

    method: str
    target: str
    """In origin-form; an absolute-form target is reduced to it."""
    http_version: str
    headers: HeaderLines
    content_length: int | None
    """None if it was not declared. Never set together with `chunked`."""
    chunked: bool
    keep_alive: bool
    upgrades: bool
    """Whether `Connection` has the option `upgrade`: else ignore `Upgrade` (RFC 9110, 7.8)."""
    expects_continue: bool


def find_end(received: bytearray, seen: int, limits: ConnectionLimits = DEFAULT) -> int | None:
    """Return the offset of the end of the head, or None while the end has not arrived.

    Earlier calls searched the first `seen` bytes. Raises `Refusal` as soon as the head cannot
    become valid.
    """
    line_bytes = limits.target_bytes + _REST_OF_LINE_BYTES
    end = received.find(b"\r\n\r\n", max(0, seen - 3), line_bytes + limits.header_bytes)
    _check_sizes(received, end, line_bytes, limits)
    if end >= 0:
        return end + 4
    _check_bytes(received, max(0, seen - 1))
    return None


def _check_bytes(received: bytes | bytearray, begin: int = 0) -> None:
    if received.startswith(_TLS):
        raise Refusal(Reason.TLS_NOT_SUPPORTED)
    _check_characters(received, begin)


def _check_characters(received: bytes | bytearray, begin: int = 0) -> None:
    if invalid := _INVALID_BYTES.search(received, begin):
        is_line_end = invalid[0] == b"\n"
        raise Refusal(Reason.BARE_LINE_FEED if is_line_end else Reason.CONTROL_CHARACTER)


def _check_sizes(received: bytearray, end: int, line_bytes: int, limits: ConnectionLimits) -> None:
    line = received.find(b"\r\n")
    if (line if line >= 0 else len(received)) > line_bytes:
        raise _target_too_long(limits)
    if line >= 0 and (end if end >= 0 else len(received)) - line > limits.header_bytes:
        too_large = f"The header section is larger than {limits.header_bytes:,} bytes."
        raise Refusal(Reason.HEADERS_TOO_LARGE, too_large)


def _target_too_long(limits: ConnectionLimits) -> Refusal:
    too_long = f"The request target is longer than {limits.target_bytes:,} bytes."
    return Refusal(Reason.TARGET_TOO_LONG, too_long)


def parse(head: bytes, limits: ConnectionLimits = DEFAULT) -> Head:
    """Parse a head, up to and including its empty line. Raises `Refusal` with the reason."""
    line, _, section = head.partition(b"\r\n")
    if not _REQUEST_LINE.fullmatch(line):
        _check_bytes(line)
        raise Refusal(Reason.REQUEST_LINE_MALFORMED)
    method, target, protocol = line.decode("latin-1").split(" ")
    version = protocol.removeprefix("HTTP/")
    if version[0] != "1":
        raise Refusal(Reason.HTTP_VERSION_NOT_SUPPORTED)
    if len(target) > limits.target_bytes:
        raise _target_too_long(limits)
    if section.count(b"\n") - 1 > limits.header_lines:
        too_many = f"The request has more than {limits.header_lines:,} header lines."
        raise Refusal(Reason.TOO_MANY_HEADERS, too_many)
    # RFC 9110, section 2.5: process an unknown minor version as the latest known one.
    headers = _header_lines(section, "1.0" if version == "1.0" else "1.1")
    return _frame(method, _origin_form(target, method), version, headers)


def _origin_form(target: str, method: str) -> str:
    if target.startswith("/") or (target == "*" and method == "OPTIONS"):
        return target
    absolute = _ABSOLUTE_FORM.match(target)
    if not absolute:
        raise Refusal(Reason.TARGET_MALFORMED)
    rest = target[absolute.end() :]
    return rest if rest.startswith("/") else "/" + rest


class _Lines:
    """The header lines that llhttp reports."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        # llhttp removes the blanks before a value, but not those after it.
        self.lines.append((name.decode("latin-1"), value.decode("latin-1").rstrip(" \t")))


def _header_lines(section: bytes, version: str) -> HeaderLines:
    collected = _Lines()
    parser = httptools.HttpRequestParser(collected)
    try:
        # With a method that llhttp accepts; `parse` has checked the real one.
        parser.feed_data(b"POST / HTTP/" + version.encode() + b"\r\n" + section)
    except httptools.HttpParserUpgrade:
        # Not an error: llhttp stops at any "Connection: Upgrade" after it reported all lines.
        pass
    except httptools.HttpParserError as error:
        # `find_end` checks incomplete heads only. Yet every head must get the same reason, in one
        # TCP segment or in several.
        _check_characters(section)
        malformed = f"The header section is malformed: {error}."
        raise Refusal(_reason_of(str(error)), malformed) from None
    return tuple(collected.lines)


def _reason_of(error: str) -> Reason:
    """Return the reason for llhttp's error message, which names the invalid header."""
    if "Content-Length" in error:  # the message can name Transfer-Encoding, too
        return Reason.CONTENT_LENGTH_MALFORMED
    if "Transfer-Encoding" in error:
        return Reason.TRANSFER_ENCODING_MALFORMED
    return Reason.HEADERS_MALFORMED


# The header lines that the server itself interprets.
_FRAMING = frozenset(("host", "connection", "content-length", "transfer-encoding", "expect"))


def _frame(method: str, target: str, version: str, headers: HeaderLines) -> Head:
    """Return the head, with the framing and connection options that its header lines declare."""
    named: dict[str, list[str]] = {}
    for name, value in headers:
        if (lower := name.lower()) in _FRAMING:
            named.setdefault(lower, []).append(value)
    modern = version != "1.0"
    _check_host(named.get("host", []), modern)
    options = _members(named, "connection")
    return Head(
        method=method,
        target=target,
        http_version=version,
        headers=headers,
        content_length=_content_length(named),
        chunked=_chunked(named, modern),
        keep_alive="close" not in options and (modern or "keep-alive" in options),
        upgrades=modern and "upgrade" in options,
        expects_continue=modern and "100-continue" in _members(named, "expect"),
    )


def _check_host(values: list[str], modern: bool) -> None:
    """Check `Host`. Only HTTP/1.0 can omit it (RFC 9112, section 3.2). Raises `Refusal`."""
    if len(values) > 1 or (modern and not values):
        raise Refusal(Reason.HOST_MALFORMED)
    if values and not _HOST_VALUE.fullmatch(values[0]):
        raise Refusal(Reason.HOST_MALFORMED)


def _members(named: dict[str, list[str]], name: str) -> Collection[str]:
    """Return the members of a list header, which can span lines (RFC 9110, section 5.6.1)."""
    if name not in named:
        return ()
    return {m.strip(" \t").lower() for value in named.get(name, ()) for m in value.split(",")}


def _content_length(named: dict[str, list[str]]) -> int | None:
    values = named.get("content-length")
    if values is None:
        return None
    # llhttp checks this, too. Protection from request smuggling must not depend on one library.
    if (
        len(values) != 1
        or "transfer-encoding" in named
        or not re.fullmatch("[0-9]{1,18}", values[0])
    ):
        raise Refusal(Reason.CONTENT_LENGTH_MALFORMED)
    return int(values[0])


def _chunked(named: dict[str, list[str]], modern: bool) -> bool:
    """Return whether the body is chunked (RFC 9112, sections 6.1 and 6.3). Raises `Refusal`."""
    values = named.get("transfer-encoding")
    if values is None:
        return False
    codings = [coding.strip(" \t").lower() for value in values for coding in value.split(",")]
    *others, last = codings
    well_formed = last == "chunked" and "chunked" not in others and modern
    if not well_formed or not all(map(TOKEN.fullmatch, others)):
        raise Refusal(Reason.TRANSFER_ENCODING_MALFORMED)
    if others:
        raise Refusal(Reason.TRANSFER_CODING_NOT_SUPPORTED)
    return True
