"""The header lines that a callback's user may have sent."""

from __future__ import annotations

from webhook_logger.headers import FIELD_VALUE, TOKEN, HeaderLines, may_set

MAX_HEADERS = 64
MAX_HEADER_BYTES = 8 * 1024


def header_lines(value: object) -> HeaderLines:
    """The lines that a JSON value asks for. Raises `ValueError` with the rest of a sentence."""
    if not isinstance(value, list) or not all(map(_is_pair, value)):
        raise ValueError('must be a list of pairs, as in [["Content-Type", "text/plain"]]')
    if len(value) > MAX_HEADERS:
        raise ValueError(f"can be {MAX_HEADERS} at most")
    lines = tuple(_header(name, text) for name, text in value)
    if sum(len(name) + len(text) for name, text in lines) > MAX_HEADER_BYTES:
        raise ValueError(f"can be {MAX_HEADER_BYTES:,} bytes at most")
    return lines


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(part) is str for part in value)


def _header(name: str, value: str) -> tuple[str, str]:
    if not TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a header")
    if not may_set(name):
        raise ValueError(f"{name} may not be set by a reply")
    if not FIELD_VALUE.fullmatch(value):
        raise ValueError(f"the value of {name} has a character that no header can have")
    return name, value.strip(" \t")
