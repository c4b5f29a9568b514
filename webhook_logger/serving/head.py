"""Parse the head of a request strictly, from bytes to a value, without I/O.

llhttp parses the header section, through httptools. This module parses the request line, because
llhttp accepts only a fixed list of methods and a callback accepts any token. Framing follows
RFC 9112, section 6.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from webhook_logger.errors import Reason, Refusal
from webhook_logger.headers import TOKEN, HeaderLines
from webhook_logger.serving.header_section import HeaderSection, check_characters, parse_section
from webhook_logger.serving.limits import DEFAULT, ConnectionLimits

_REST_OF_LINE_BYTES = 256
"""Room for the method, the version, and the scheme and host of an absolute target."""

# RFC 9112, section 3: method SP request-target SP HTTP-version. The target can contain any visible
# byte: senders do send "|", "{" and bare UTF-8, and these bytes do not affect framing.
_REQUEST_LINE: Final = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e\x80-\xff]+) HTTP/([0-9]\.[0-9])"
)
# RFC 3986, section 3.2.2
_HOST = r"(?:[0-9A-Za-z\-._~!$&'()*+,;=%]+|\[[0-9A-Za-z\-._~!$&'()*+,;=:]+\])(?::[0-9]*)?"
# RFC 9110, section 7.2: empty if the URL has no host.
_HOST_VALUE: Final = re.compile(f"(?:{_HOST})?")
_TLS: Final = b"\x16\x03"  # a handshake record (RFC 8446, section 5.1)
# RFC 9112, section 3.2.2
_ABSOLUTE_FORM: Final = re.compile(f"https?://{_HOST}(?=[/?#]|\\Z)", re.IGNORECASE)
_LENGTH: Final = re.compile("[0-9]{1,18}")


class Head:
    """The request line and header lines of one request, as sent, read as Latin-1."""

    def __init__(self, method: str, target: str, version: str, section: HeaderSection) -> None:
        """Read the framing and the options of the connection. Raises `Refusal` with the reason."""
        modern = version != "1.0"
        _check_host(section, modern)
        options = _members(section, "HTTP_CONNECTION")
        self.method = method
        self.target = target
        """In origin-form; an absolute-form target is reduced to it."""
        self.http_version = version
        self.headers: HeaderLines = tuple(section.lines)
        self.variables = section.variables
        """The CGI variables of the header lines."""
        self.content_length = _content_length(section)
        """None if it was not declared. Never set together with `chunked`."""
        self.chunked = _chunked(section, modern)
        self.keep_alive = "close" not in options and (modern or "keep-alive" in options)
        self.upgrades = modern and "upgrade" in options
        """Whether `Connection` has the option `upgrade`: else ignore `Upgrade` (RFC 9110, 7.8)."""
        self.expects_continue = modern and "100-continue" in _members(section, "HTTP_EXPECT")


def find_end(received: bytearray, seen: int, limits: ConnectionLimits = DEFAULT) -> int | None:
    """Return the offset of the end of the head, or None while the end has not arrived.

    Earlier calls searched the first `seen` bytes. Raises `Refusal` as soon as the head cannot
    become valid.
    """
    line_bytes = limits.target_bytes + _REST_OF_LINE_BYTES
    end = received.find(b"\r\n\r\n", max(0, seen - 3), line_bytes + limits.header_bytes)
    if end < 0 or end > min(line_bytes, limits.header_bytes):  # else everything is short enough
        _check_sizes(received, end, line_bytes, limits)
    if end >= 0:
        return end + 4
    _check_bytes(received, max(0, seen - 1))
    return None


def _check_bytes(received: bytes | bytearray, begin: int = 0) -> None:
    if received.startswith(_TLS):
        raise Refusal(Reason.TLS_NOT_SUPPORTED)
    check_characters(received, begin)


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
    parsed = parse_section(section, modern=version != "1.0")
    return Head(method, _origin_form(target, method), version, parsed)


def _origin_form(target: str, method: str) -> str:
    if target.startswith("/") or (target == "*" and method == "OPTIONS"):
        return target
    absolute = _ABSOLUTE_FORM.match(target)
    if not absolute:
        raise Refusal(Reason.TARGET_MALFORMED)
    rest = target[absolute.end() :]
    return rest if rest.startswith("/") else "/" + rest


def _check_host(section: HeaderSection, modern: bool) -> None:
    """Check `Host`. Only HTTP/1.0 can omit it (RFC 9112, section 3.2). Raises `Refusal`."""
    host = section.variables.get("HTTP_HOST")
    if host is None:
        if modern:
            raise Refusal(Reason.HOST_MALFORMED)
    elif "HTTP_HOST" in section.repeated or not _HOST_VALUE.fullmatch(host):
        raise Refusal(Reason.HOST_MALFORMED)


def _members(section: HeaderSection, key: str) -> Collection[str]:
    """Return the members of a list header (RFC 9110, section 5.6.1)."""
    value = section.variables.get(key)
    if value is None:
        return ()
    return {member.strip(" \t").lower() for member in value.split(",")}


def _content_length(section: HeaderSection) -> int | None:
    value = section.variables.get("CONTENT_LENGTH")
    if value is None:
        return None
    # llhttp checks this, too. Protection from request smuggling must not depend on one library.
    if (
        "CONTENT_LENGTH" in section.repeated
        or "HTTP_TRANSFER_ENCODING" in section.variables
        or not _LENGTH.fullmatch(value)
    ):
        raise Refusal(Reason.CONTENT_LENGTH_MALFORMED)
    return int(value)


def _chunked(section: HeaderSection, modern: bool) -> bool:
    """Return whether the body is chunked (RFC 9112, sections 6.1 and 6.3). Raises `Refusal`."""
    value = section.variables.get("HTTP_TRANSFER_ENCODING")
    if value is None:
        return False
    codings = [coding.strip(" \t").lower() for coding in value.split(",")]
    *others, last = codings
    well_formed = last == "chunked" and "chunked" not in others and modern
    if not well_formed or not all(map(TOKEN.fullmatch, others)):
        raise Refusal(Reason.TRANSFER_ENCODING_MALFORMED)
    if others:
        raise Refusal(Reason.TRANSFER_CODING_NOT_SUPPORTED)
    return True
