"""Well-formed requests that use unsupported features, with the expected status."""

from __future__ import annotations

from tests.integration.malformed.raw import CHUNKED, coding, version

UNSUPPORTED = {
    # Versions (RFC 9110, section 2.5)
    "HTTP/0.9 by name": (505, version("HTTP/0.9")),
    "HTTP/2.0": (505, version("HTTP/2.0")),
    "HTTP/3.0": (505, version("HTTP/3.0")),
    "HTTP/9.9": (505, version("HTTP/9.9")),
    "the preface of HTTP/2": (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "the preface of HTTP/2 and settings": (
        505,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4" + b"\0" * 5,
    ),
    # Transfer codings (RFC 9112, section 6.1)
    "gzip before chunked": (501, coding("Transfer-Encoding: gzip, chunked")),
    "deflate and gzip before chunked": (501, coding("Transfer-Encoding: deflate,gzip ,\tChunked")),
    "identity before chunked": (501, coding("Transfer-Encoding: identity, chunked")),
    "an unknown coding before chunked": (501, coding("Transfer-Encoding: cow, chunked")),
    "two codings in two lines": (501, coding("Transfer-Encoding: gzip", CHUNKED)),
}
