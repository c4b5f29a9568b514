"""The values of a captured request that templates and rules of a reply use."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import orjson

from webhook_logger.captured import CapturedRequest

MAX_PARSED_BYTES = 256 * 1024
"""Larger bodies have no JSON values and no form fields."""
MAX_SHOWN = 100
"""Maximum characters of an invalid name that its error shows."""

JsonValue = Any
"""A value of JSON; None if it is null or missing."""
Pointer = tuple[str, ...]
"""The parsed tokens of a JSON Pointer."""

_FORM = "application/x-www-form-urlencoded"
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
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
            found.setdefault(name.lower(), []).append(readable(value))
        return found

    @cached_property
    def query(self) -> dict[str, str]:
        """The first value of each parameter of the query, decoded."""
        return dict(reversed(self.request.query))

    @cached_property
    def form(self) -> dict[str, str]:
        """The first value of each field of a form; empty if the body is not a form."""
        content = self.request.body.content
        if self.request.media_type != _FORM or len(content) > MAX_PARSED_BYTES:
            return {}
        return dict(reversed(parse_qsl(content.decode(errors="replace"), keep_blank_values=True)))

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
        value = self.json
        for token in pointer:
            if isinstance(value, dict):
                value = value.get(token)
            elif isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value):
                value = value[int(token)]
            else:
                return None
        return value


def parse_pointer(text: str) -> Pointer:
    """Parse a JSON Pointer (RFC 6901, section 3). Raises `ValueError`."""
    if text and not text.startswith("/"):
        begin = text[:MAX_SHOWN]
        raise ValueError(f'"{begin}" is not a JSON Pointer: write /{begin.replace(".", "/")}')
    if _WRONG_ESCAPE.search(text):
        raise ValueError(f'"{text[:MAX_SHOWN]}" is not a JSON Pointer: write ~0 for ~')
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:])


def readable(latin1: str) -> str:
    """Decode bytes that were read as Latin-1 as UTF-8, if they are UTF-8."""
    try:
        return latin1 if latin1.isascii() else latin1.encode("latin-1").decode()
    except UnicodeDecodeError:
        return latin1


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
