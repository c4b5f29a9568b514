"""Parse a header section with llhttp: its lines as sent, and the CGI variables that they set."""

from __future__ import annotations

import re
from typing import Final

import httptools

from webhook_logger.errors import Reason, Refusal
from webhook_logger.memo import Memo

# Bytes that no head can contain.
_INVALID_BYTES: Final = re.compile(rb"(?<!\r)\n|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class HeaderSection:
    """The header lines of one request, read as Latin-1."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        """The names and values, as sent."""
        self.variables: dict[str, str] = {}
        """The values by their CGI variable (RFC 3875, section 4.1.18), duplicates joined."""
        self.repeated: dict[str, list[str]] = {}
        """The values of the variables that several lines set."""

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a line. llhttp has removed the blanks before its value, but not those after it."""
        text = value.decode("latin-1").rstrip(" \t")
        sent_name, key = _NAMES[name]
        self.lines.append((sent_name, text))
        if key in self.variables:
            self.repeated.setdefault(key, [self.variables[key]]).append(text)
        elif key:
            self.variables[key] = text

    def join_repeated(self) -> None:
        """Join the values of repeated headers. Call it after the last line."""
        for key, values in self.repeated.items():
            self.variables[key] = ("; " if key == "HTTP_COOKIE" else ",").join(values)


def _name_and_key(raw: bytes) -> tuple[str, str]:
    """Return a header's name and its CGI variable, or `""` for a name with an underscore.

    `X_Forwarded_For` would set the same variable as `X-Forwarded-For`.
    """
    name = raw.decode("latin-1")
    if "_" in name:
        return name, ""
    key = name.upper().replace("-", "_")
    return name, key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key


_NAMES: Final = Memo(_name_and_key, entries=1024, size=64)  # most requests have the same names


_OLD_LINE: Final = b"POST / HTTP/1.0\r\n"
_MODERN_LINE: Final = b"POST / HTTP/1.1\r\n"


def parse_section(section: bytes, modern: bool) -> HeaderSection:
    """Parse the header lines and the empty line after them. Raises `Refusal` with the reason."""
    collected = HeaderSection()
    parser = httptools.HttpRequestParser(collected)
    try:
        # With a method that llhttp accepts; the caller checks the real one.
        parser.feed_data((_MODERN_LINE if modern else _OLD_LINE) + section)
    except httptools.HttpParserUpgrade:
        # Not an error: llhttp stops at any "Connection: Upgrade" after it reported all lines.
        pass
    except httptools.HttpParserError as error:
        # Incomplete heads are checked, too: a head must get the same reason in one TCP segment or
        # in several.
        check_characters(section)
        malformed = f"The header section is malformed: {error}."
        raise Refusal(_reason_of(str(error)), malformed) from None
    if collected.repeated:
        collected.join_repeated()
    return collected


def check_characters(received: bytes | bytearray, begin: int = 0) -> None:
    """Raise `Refusal` if a head has an invalid byte from the offset `begin` on."""
    if invalid := _INVALID_BYTES.search(received, begin):
        is_line_end = invalid[0] == b"\n"
        raise Refusal(Reason.BARE_LINE_FEED if is_line_end else Reason.CONTROL_CHARACTER)


def _reason_of(error: str) -> Reason:
    """Return the reason for llhttp's error message, which names the invalid header."""
    if "Content-Length" in error:  # the message can name Transfer-Encoding, too
        return Reason.CONTENT_LENGTH_MALFORMED
    if "Transfer-Encoding" in error:
        return Reason.TRANSFER_ENCODING_MALFORMED
    return Reason.HEADERS_MALFORMED
