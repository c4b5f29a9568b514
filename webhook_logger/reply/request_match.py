"""The conditions of a rule: which requests get its response."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from webhook_logger.headers import TOKEN
from webhook_logger.reply.fields import Fields, read_fields
from webhook_logger.reply.request_values import (
    MAX_SHOWN,
    JsonValue,
    RequestValues,
    head_text,
    parse_pointer,
    text_of,
)

MAX_CONDITIONS = 16
"""Maximum headers, and maximum JSON values, of one rule."""
MAX_PATTERN = 1024
"""Maximum characters of a pattern."""
MAX_EXACT = 2**53 - 1
"""The page reads larger numbers inexactly, so it would change them when it saves the reply."""

Condition = Callable[[RequestValues], bool]


class TextPattern:
    """A text in which `*` is any number of any characters. Matches in linear time."""

    def __init__(self, text: object) -> None:
        """Raises `ValueError`."""
        if not isinstance(text, str) or len(text) > MAX_PATTERN:
            raise ValueError(f"must be a text of at most {MAX_PATTERN:,} characters")
        self._first, *others = text.split("*")
        self._last = others.pop() if others else None
        self._others = others

    def matches(self, text: str) -> bool:
        """Return whether the pattern matches the whole text."""
        if self._last is None:
            return text == self._first
        at, end = len(self._first), len(text) - len(self._last)
        if at > end or not text.startswith(self._first) or not text.endswith(self._last):
            return False
        for part in self._others:
            found = text.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True


@dataclass(frozen=True, slots=True)
class RequestMatch:
    """Conditions on a request, all of which must hold."""

    wire: dict[str, Any]
    """The conditions as JSON."""
    conditions: tuple[Condition, ...] = field(compare=False)

    @classmethod
    def from_json(cls, wire: Any) -> RequestMatch:
        """Validate the conditions. Raises `ValueError`."""
        if not isinstance(wire, dict):
            raise ValueError("must be an object")
        conditions = chain.from_iterable(read_fields(wire, "match", _FIELDS).values())
        return cls(wire, tuple(conditions))

    def holds(self, values: RequestValues) -> bool:
        """Return whether all conditions hold for a request."""
        return all(condition(values) for condition in self.conditions)


def _method(value: object) -> list[Condition]:
    if not isinstance(value, str) or not TOKEN.fullmatch(value):
        raise ValueError("must be a method, such as POST")
    return [lambda values: values.request.method == value]


def _subpath(value: object) -> list[Condition]:
    pattern = TextPattern(value)
    return [lambda values: pattern.matches(head_text(values.request.subpath))]


def _headers(value: object) -> list[Condition]:
    return [_header(name, each) for name, each in _conditions(value).items()]


def _header(name: str, value: object) -> Condition:
    if not TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} is not a valid header name")
    lower, pattern = name.lower(), TextPattern(value)
    return lambda values: any(map(pattern.matches, values.headers.get(lower, ())))


def _json(value: object) -> list[Condition]:
    return [_at_pointer(pointer, each) for pointer, each in _conditions(value).items()]


def _at_pointer(text: str, expected: object) -> Condition:
    pointer = parse_pointer(text)
    if isinstance(expected, str):
        pattern = TextPattern(expected)
        return lambda values: _matches(pattern, values.at_pointer(pointer))
    if isinstance(expected, dict | list):
        raise ValueError("a value must be a text, a number, true, false or null")
    if isinstance(expected, int | float) and abs(expected) > MAX_EXACT:
        begin = text[:MAX_SHOWN]
        raise ValueError(
            f'the number at "{begin}" is not between -(2^53-1) and 2^53-1. Write it as a text'
        )
    kind = _kind(expected)

    def is_equal(values: RequestValues) -> bool:
        value = values.at_pointer(pointer)
        return _kind(value) == kind and bool(value == expected)

    return is_equal


def _matches(pattern: TextPattern, value: JsonValue) -> bool:
    return value is not None and pattern.matches(text_of(value))


def _kind(value: object) -> type:
    """Return the type of a JSON value. In Python, True is equal to 1."""
    return float if type(value) is int else type(value)


def _conditions(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("must be an object")
    if len(value) > MAX_CONDITIONS:
        raise ValueError(f"must have at most {MAX_CONDITIONS} members")
    return value


_FIELDS: Fields = {"method": _method, "subpath": _subpath, "headers": _headers, "json": _json}
