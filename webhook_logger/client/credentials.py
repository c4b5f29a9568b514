"""Header lines for a server behind a proxy with a log-in.

They go to the server's own URL only: to its stream and its API, never to callbacks or to the target
of a redirect. They are secrets, so no error and no `repr` contains one.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes

from webhook_logger.callbacks import VIEW_KEY_HEADER
from webhook_logger.client.errors import Invalid
from webhook_logger.headers import HOP_BY_HOP, TOKEN, HeaderLines

VARIABLE = "WEBHOOK_LOGGER_HEADERS"
"""The environment variable with header lines for the server, one a line."""

_USER = re.compile(r"(https?://)([^/?#]*)@(.*)", re.IGNORECASE | re.DOTALL)
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_OWN = HOP_BY_HOP | {"content-length", "content-type", "expect", "host", VIEW_KEY_HEADER.lower()}
"""Names that the client sets itself, in lower case."""


def server_headers(headers: Mapping[str, str]) -> HeaderLines:
    """Return the headers as header lines. Raises `Invalid`, without their values."""
    seen: set[str] = set()
    for name, value in headers.items():
        if not isinstance(name, str) or not TOKEN.fullmatch(name):
            raise Invalid("The name of a header for the server is not valid.")
        if not isinstance(value, str) or not _VALUE.fullmatch(value):
            raise Invalid(f"The value of {name} for the server must be printable ASCII.")
        lower = name.lower()
        if lower in _OWN or lower.startswith("sec-websocket-"):
            raise Invalid(f"{name} is set by the client itself.")
        if lower in seen:
            raise Invalid(f"{name} is given twice.")
        seen.add(lower)
    return tuple((name, value.strip(" \t")) for name, value in headers.items())


def parse_headers(lines: Iterable[str]) -> dict[str, str]:
    """Return the headers of lines such as `Cookie: login=…`. Raises `Invalid`."""
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise Invalid("A header for the server must have the form 'Name: value'.")
        if name in headers:
            raise Invalid(f"{name} is given twice.")
        headers[name] = value.strip(" \t")
    return headers


def split_user(url: str) -> tuple[str, HeaderLines]:
    """Return the URL without its user and password, and these as `Authorization: Basic`.

    Percent-escapes are decoded (RFC 3986, section 3.2.1; RFC 7617, section 2).
    """
    match = _USER.fullmatch(url)
    if not match:
        return url, ()
    user, _, password = match[2].partition(":")
    pair = unquote_to_bytes(user) + b":" + unquote_to_bytes(password)
    credentials = ("Authorization", f"Basic {b64encode(pair).decode()}")
    return match[1] + match[3], (credentials,)


def merged(credentials: HeaderLines, headers: HeaderLines) -> HeaderLines:
    """Return both; a header replaces the credential of the same name."""
    names = {name.lower() for name, _ in headers}
    return (*(line for line in credentials if line[0].lower() not in names), *headers)
