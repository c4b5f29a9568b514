"""The values of a captured request that templates and rules of a reply use.

Forms, queries and JSON Pointers are read as for providers. Only JSON is parsed differently, in less
time: integers of up to 64 bits keep their value, and lone surrogates are invalid. For providers,
both are as in JavaScript, because the page must give the same results.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import orjson

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers.json_values import (
    ABSENT,
    MAX_PARSED_BYTES,
    split_pointer,
    value_at,
)
from webhook_logger.providers.locations import first_values, form_pairs, readable

MAX_SHOWN = 100
"""Maximum characters of an invalid name that its error shows."""

JsonValue = Any
"""A value of JSON; None if it is null or missing."""
Pointer = tuple[str, ...]
"""The parsed tokens of a JSON Pointer."""

_WRONG_ESCAPE = re.compile("~(?![01])")


class RequestValues:
    """Reads the values of one request. Each part is parsed once, when it is first needed."""

    def __init__(self, request: CapturedRequest) -> None:
        self.request = request

    @cached_property
    def headers(self) -> dict[str, list[str]]:
        """The values of all header lines, by name in lower case."""
        found: dict[str, list[str]] = {}
        for name, value in self.request.headers:
            found.setdefault(name.lower(), []).append(head_text(value))
        return found

    @cached_property
    def query(self) -> dict[str, str]:
        """The first value of each parameter of the query, decoded."""
        return first_values(self.request.query)

    @cached_property
    def form(self) -> dict[str, str]:
        """The first value of each field of a form; empty if the body is not a form."""
        return first_values(form_pairs(self.request.media_type, self.request.body.content))

    @cached_property
    def json(self) -> JsonValue:
        """The body as JSON, regardless of its Content-Type; None if it is not JSON."""
        content = self.request.body.content
        try:
            return orjson.loads(content) if len(content) <= MAX_PARSED_BYTES else None
        except orjson.JSONDecodeError:
            return None

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whose name is in lower case."""
        lines = self.headers.get(name)
        return lines[0] if lines else None

    def at_pointer(self, pointer: Pointer) -> JsonValue:
        """Return the value of the JSON body at a pointer (RFC 6901, section 4)."""
        value = value_at(self.json, pointer)
        return None if value is ABSENT else value


def parse_pointer(text: str) -> Pointer:
    """Parse a JSON Pointer (RFC 6901, section 3). Raises `ValueError`."""
    if text and not text.startswith("/"):
        begin = text[:MAX_SHOWN]
        raise ValueError(f'"{begin}" is not a JSON Pointer: write /{begin.replace(".", "/")}')
    if _WRONG_ESCAPE.search(text):
        raise ValueError(f'"{text[:MAX_SHOWN]}" is not a JSON Pointer: write ~0 for ~')
    return split_pointer(text)


def head_text(latin1: str) -> str:
    """Return a text of the head, whose bytes were read as Latin-1: as UTF-8 if it is UTF-8."""
    return latin1 if latin1.isascii() else readable(latin1.encode("latin-1"))


def text_of(value: JsonValue) -> str:
    """Return a value as text: a string unchanged, null as "", anything else as JSON."""
    if isinstance(value, str):
        return value
    text = json_of(value).decode()
    return "" if text == "null" else text


def json_of(value: JsonValue) -> bytes:
    """Return a value as JSON; null if it is nested too deeply for that."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return b"null"
