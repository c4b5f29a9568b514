"""Parse JSON as JavaScript does, and read values in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

MAX_PARSED_BYTES = 256 * 2**10
"""Larger bodies have no JSON values and no form fields."""
MAX_SAFE_INTEGER = 2**53 - 1
"""JavaScript rounds larger numbers."""
ABSENT: Any = object()
"""A value that does not exist."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def parse_json(content: bytes) -> Any:
    """Parse JSON as strictly as JavaScript, apart from a byte order mark.

    Return `ABSENT` if it is invalid or too large.
    """
    if len(content) > MAX_PARSED_BYTES:
        return ABSENT
    try:
        text = content.decode().removeprefix("\ufeff")
        return json.loads(text, parse_int=_integer, parse_constant=_reject)
    except (ValueError, RecursionError):
        return ABSENT


def _integer(digits: str) -> float:
    """Parse an integer. `int` rejects thousands of digits, which JavaScript accepts and rounds."""
    return int(digits) if len(digits) <= len(str(-MAX_SAFE_INTEGER)) else float(digits)


def _reject(constant: str) -> None:
    """Reject NaN and Infinity, which Python accepts and JSON does not allow."""
    raise ValueError(constant)


def at_pointer(document: Any, pointer: str) -> Any:
    """Return the value at a JSON Pointer (RFC 6901), or `ABSENT` if it does not exist."""
    return value_at(document, tokens_of(pointer))


def value_at(document: Any, tokens: Iterable[str]) -> Any:
    """Return the value at the tokens of a JSON Pointer, or `ABSENT` if it does not exist."""
    value = document
    for token in tokens:
        if isinstance(value, dict):
            value = value.get(token, ABSENT)
        elif isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value):
            value = value[int(token)]
        else:
            return ABSENT
    return value


@cache
def tokens_of(pointer: str) -> tuple[str, ...]:
    """Split a pointer. Only pointers of the registry arrive here, so the cache is bounded."""
    return split_pointer(pointer)


def split_pointer(pointer: str) -> tuple[str, ...]:
    """Return the tokens of a valid JSON Pointer, without escapes."""
    parts = pointer.split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def replace_texts(value: Any, replaced: Callable[[str], str]) -> Any:
    """Return a JSON value with each string replaced, but not the names of members."""
    if isinstance(value, str):
        return replaced(value)
    if isinstance(value, dict):
        return {name: replace_texts(each, replaced) for name, each in value.items()}
    return [replace_texts(each, replaced) for each in value] if isinstance(value, list) else value


def scalar_text(value: Any) -> str | None:
    """Return the text of a string, an integer or a boolean, else None."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and abs(value) <= MAX_SAFE_INTEGER and value == int(value):
        return str(int(value))
    return None
