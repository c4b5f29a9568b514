"""Read JSON objects with known fields: parse them within limits, and check each field's value."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, TypeVar

import orjson

MAX_BODY_BYTES = 64 * 1024
MAX_DELAY_SECONDS = 30
MAX_TIMES = 1_000_000

MAX_STRUCTURE_BYTES = 64 * 1024
"""Maximum size of untrusted JSON outside of its strings: brackets, commas, numbers, blanks."""
_MAX_QUOTES = 10_000

Item = TypeVar("Item")

Fields = dict[str, Callable[[object], Any]]
"""For each field, the function that converts its JSON value.

It raises `ValueError`; the message continues after the field's name.
"""


class ReplyError(ValueError):
    """The reply is invalid. The message is for the user and begins with the field's name."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message if field is None else f"{field}: {message}")
        self.field = field
        """The invalid field; None if the whole reply is invalid."""


class BodyTooLarge(ReplyError):
    """The body is too large, and the rest is valid."""


def parse_json(text: bytes | str) -> Any:
    """Parse untrusted JSON. Raises `ReplyError`."""
    if isinstance(text, bytes) and len(text) > MAX_STRUCTURE_BYTES:
        _check_structure(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ReplyError(f"This is not JSON: {error}.") from None


def _check_structure(text: bytes) -> None:
    """Refuse JSON that consists of more than a few strings, before it is parsed.

    Parsing millions of empty lists would block the worker for half a second.
    """
    # JSON has backslashes only in strings.
    unescaped = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    pieces = unescaped.split(b'"', _MAX_QUOTES)
    structure = sum(map(len, pieces[::2]))
    if len(pieces) > _MAX_QUOTES or structure > MAX_STRUCTURE_BYTES:
        raise ReplyError(
            f"This JSON can have at most {MAX_STRUCTURE_BYTES:,} bytes outside of strings, and at "
            f"most {_MAX_QUOTES // 2:,} strings."
        )


def read_fields(wire: object, kind: str, fields: Fields) -> dict[str, Any]:
    """Convert a JSON object that can only have these fields. Raises `ReplyError`."""
    if not isinstance(wire, dict):
        raise ReplyError(f"{kind.capitalize()} must be a JSON object.")
    unknown = set(wire) - set(fields)
    if unknown:
        raise ReplyError(f"not a field of {kind}. Use {', '.join(fields)}.", min(unknown))
    return {name: _checked(name, value, fields) for name, value in wire.items()}


def _checked(name: str, value: object, fields: Fields) -> Any:
    try:
        return fields[name](value)
    except ValueError as error:
        raise ReplyError(f"{str(error).rstrip('.')}.", name) from None


def whole_number(value: object, minimum: int, maximum: int) -> int:
    """Return the number if it is a whole number within the limits. Raises `ValueError`."""
    if type(value) is float and value.is_integer():
        value = int(value)  # 200.0 is an integer, too (JSON Schema 2020-12, section 4.2.3)
    # Not isinstance: a bool is an int.
    if type(value) is not int or not minimum <= value <= maximum:
        raise ValueError(f"must be a whole number from {minimum} to {maximum}")
    return value


def status(value: object) -> int:
    """Return a status. Raises `ValueError`, like each function below."""
    return whole_number(value, 200, 599)


def times(value: object) -> int | None:
    """Return a number of requests; None for all."""
    return None if value is None else whole_number(value, 1, MAX_TIMES)


def delay(value: object) -> float:
    """Return a delay in seconds."""
    if type(value) not in (int, float) or not 0 <= value <= MAX_DELAY_SECONDS:  # type: ignore[operator]
        raise ValueError(f"must be a number of seconds from 0 to {MAX_DELAY_SECONDS}")
    return float(value)  # type: ignore[arg-type]


def flag(value: object) -> bool:
    """Return true or false."""
    if type(value) is not bool:
        raise ValueError("must be true or false")
    return value


def numbered(
    value: object, kind: str, maximum: int, read: Callable[[object], Item]
) -> tuple[Item, ...]:
    """Read a list. An error names the item by its number."""
    if not isinstance(value, list):
        raise ValueError("must be a list")
    if len(value) > maximum:
        raise ValueError(f"must have at most {maximum} entries")
    items = []
    for number, each in enumerate(value, 1):
        try:
            items.append(read(each))
        except ValueError as error:
            raise ValueError(f"{kind} {number}: {error}") from None
    return tuple(items)


def body(value: object) -> bytes:
    """Return the body of a reply."""
    content = any_body(value)
    if len(content) > MAX_BODY_BYTES:
        raise ValueError(f"must have at most {MAX_BODY_BYTES:,} bytes")
    return content


def any_body(value: object) -> bytes:
    """Return a body of any size."""
    if not isinstance(value, dict) or set(value) != {"encoding", "content"}:
        raise ValueError('must look like {"encoding": "utf-8", "content": "…"}')
    return _decoded(value["encoding"], value["content"])


def _decoded(encoding: object, content: object) -> bytes:
    if not isinstance(content, str):
        raise ValueError("content must be a string")
    if encoding == "utf-8":
        return content.encode()
    if encoding != "base64":
        raise ValueError("encoding must be utf-8 or base64")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("content is not base64") from None
