"""The header lines that a callback's user may have sent, and those that nobody may."""

from __future__ import annotations

import re

MOST_HEADERS = 64
MOST_HEADER_BYTES = 8 * 1024

Headers = tuple[tuple[str, str], ...]

# What is ours on every answer, what frames it or belongs to the connection, and what would act on
# the origin that callbacks share with the dashboard.
FORBIDDEN = frozenset(
    (
        *("x-content-type-options", "content-security-policy", "cache-control", "webhook-viewers"),
        *("content-security-policy-report-only", "date", "content-length", "transfer-encoding"),
        *("connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade"),
        *("proxy-authenticate", "proxy-authentication-info", "set-cookie", "set-cookie2"),
        *("clear-site-data", "strict-transport-security", "nel", "report-to"),
        *("reporting-endpoints", "alt-svc", "service-worker-allowed"),
        # Browsers keep these for the origin, too: hints that it gets from then on, whether one is
        # logged in there, sessions, and keys.
        *("accept-ch", "accept-ch-lifetime", "critical-ch", "set-login", "public-key-pins"),
        *("sec-session-registration", "secure-session-registration", "expect-ct"),
        # Load balancers obey these: nginx serves another of its files, others a file of the disk.
        *("x-sendfile", "x-lighttpd-send-file", "x-reproxy-url"),
    )
)
FORBIDDEN_PREFIX = "x-accel-"

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # RFC 9110, section 5.5


def header_lines(value: object) -> Headers:
    """The lines that a JSON value asks for. Raises `ValueError` with the rest of a sentence."""
    if not isinstance(value, list) or not all(map(_is_pair, value)):
        raise ValueError('must be a list of pairs, as in [["Content-Type", "text/plain"]]')
    if len(value) > MOST_HEADERS:
        raise ValueError(f"can be {MOST_HEADERS} at most")
    lines = tuple(_header(name, text) for name, text in value)
    if sum(len(name) + len(text) for name, text in lines) > MOST_HEADER_BYTES:
        raise ValueError(f"can be {MOST_HEADER_BYTES:,} bytes at most")
    return lines


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(part) is str for part in value)


def _header(name: str, value: str) -> tuple[str, str]:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a header")
    if name.lower() in FORBIDDEN or name.lower().startswith(FORBIDDEN_PREFIX):
        raise ValueError(f"{name} may not be set by a reply")
    if not _VALUE.fullmatch(value):
        raise ValueError(f"the value of {name} has a character that no header can have")
    return name, value.strip(" \t")
