"""Validate the header lines of a reply."""

from __future__ import annotations

from webhook_logger.headers import FIELD_VALUE, TOKEN, HeaderLines, may_set

MAX_HEADERS = 64
MAX_HEADER_BYTES = 8 * 1024


def header_lines(value: object) -> HeaderLines:
    """Return the header lines of a JSON value.

    Raises `ValueError`; its message continues after the field's name.
    """
    if not isinstance(value, list) or not all(map(_is_pair, value)):
        raise ValueError('must be a list of pairs, as in [["Content-Type", "text/plain"]]')
    if len(value) > MAX_HEADERS:
        raise ValueError(f"must have at most {MAX_HEADERS} lines")
    lines = tuple(_header(name, text) for name, text in value)
    if sum(len(name) + len(text) for name, text in lines) > MAX_HEADER_BYTES:
        raise ValueError(f"must have at most {MAX_HEADER_BYTES:,} bytes")
    return lines


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(part) is str for part in value)


def _header(name: str, value: str) -> tuple[str, str]:
    if not TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} is not a valid header name")
    if not may_set(name):
        raise ValueError(f"a reply cannot set {name}")
    if not FIELD_VALUE.fullmatch(value):
        raise ValueError(f"the value of {name} contains an invalid character")
    return name, value.strip(" \t")
