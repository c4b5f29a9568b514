"""Templates of replies: `{{ expressions }}` in header values and body are replaced by values of the
request.

A template has no logic. It is parsed once, and filled in linear time. Each value is escaped for its
place. A missing value is empty, or `null` where JSON needs a value.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from webhook_logger.headers import HeaderLines
from webhook_logger.reply.expressions import BRACES, ValueOf, parse_expression
from webhook_logger.reply.fields import MAX_BODY_BYTES, ReplyError
from webhook_logger.reply.headers import MAX_HEADER_BYTES
from webhook_logger.reply.request_values import (
    JsonValue,
    RequestValues,
    json_of,
    text_of,
)

MAX_EXPRESSIONS = 200
"""Maximum expressions of a reply."""

Escape = Callable[[JsonValue], bytes]

_EXPRESSION = re.compile(
    r"\{\{("
    r'\s*"\{\{"\s*'
    r"|(?:[^{}]|\{(?!\{)|\}(?!\}))*"
    r")\}\}"
)
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_JSON_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|[^u])", re.DOTALL)
_BEGUN_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{0,3})?\Z")

_JSON_TYPE = re.compile(r"application/json|text/json|.*\+json")
_MARKUP_TYPE = re.compile(r"text/html|text/xml|application/xml|.*\+xml")


# Escapes


def _plain_text(value: JsonValue) -> bytes:
    return _utf8(text_of(value))


def _header_text(value: JsonValue) -> bytes:
    return _utf8(_CONTROL.sub("", text_of(value)))


def _markup(value: JsonValue) -> bytes:
    return _utf8(html.escape(text_of(value)))


def _in_json_string(value: JsonValue) -> bytes:
    return orjson.dumps(text_of(value))[1:-1]


def _utf8(text: str) -> bytes:
    return text.encode(errors="replace")


# Parsing


class _Slot(NamedTuple):
    """An expression, and the escape for its place."""

    value_of: ValueOf
    escape: Escape


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A parsed text: literal pieces, and a slot between each two of them."""

    pieces: tuple[bytes, ...]
    slots: tuple[_Slot, ...]

    @property
    def size(self) -> int:
        """The number of bytes if all values are missing."""
        return sum(map(len, self.pieces)) + sum(len(escape(None)) for _, escape in self.slots)

    def fill(self, values: RequestValues, space: ValueSpace) -> bytes:
        """Return the text with the values of a request, as far as they fit."""
        filled = [self.pieces[0]]
        for slot, piece in zip(self.slots, self.pieces[1:], strict=True):
            filled += (space.value(slot, values), piece)
        return b"".join(filled)


class ValueSpace:
    """The number of bytes that remain for values. The first one that does not fit is left out, and
    so are all after it.
    """

    def __init__(self, size: int) -> None:
        self._left = size

    def value(self, slot: _Slot, values: RequestValues) -> bytes:
        """Return the escaped value, or that of a missing one."""
        missing = slot.escape(None)
        if self._left < 0:
            return missing
        value = slot.escape(slot.value_of(values))
        self._left -= len(value) - len(missing)
        return value if self._left >= 0 else missing


class _Parser:
    """Parses one text. `escape` is None for JSON, where it depends on the place."""

    def __init__(self, text: str, encoding: str, escape: Escape | None) -> None:
        self._text = text
        self._encoding = encoding
        self._escape = escape
        self._at = 0
        """The position in the text."""
        self._in_string = False
        self._example: list[str] = []
        """The text with blanks and `null` as values, for a check of its syntax."""

    def parse(self) -> TemplateText:
        """Raises `ValueError`; its message begins with the place."""
        pieces, slots = [], []
        # Every second part is an expression.
        for number, part in enumerate(_EXPRESSION.split(self._text)):
            if number % 2:
                slots.append(self._slot(part))
            else:
                pieces.append(self._piece(part))
        if slots and self._escape is None:
            self._check_json()
        return TemplateText(tuple(pieces), tuple(slots))

    def _piece(self, piece: str) -> bytes:
        if "{{" in piece:
            begin = self._at + piece.index("{{")
            raise self._error(begin, f"no }}}} follows. For two braces, write {{{{ {BRACES} }}}}")
        self._at = end = self._at + len(piece)
        if self._escape is None:
            unescaped = _JSON_ESCAPE.sub("", piece)
            if _BEGUN_ESCAPE.search(unescaped):
                raise self._error(end, "an unfinished escape precedes the expression")
            self._in_string ^= unescaped.count('"') % 2 == 1
            self._example.append(piece)
        return piece.encode(self._encoding)

    def _slot(self, written: str) -> _Slot:
        expression, length, begin = written.strip(), len(written) + len("{{}}"), self._at
        self._at += length
        if _CONTROL.search(expression):
            raise self._error(begin, "an expression must be on one line")
        try:
            value_of = parse_expression(expression)
        except ValueError as error:
            raise self._error(begin, str(error)) from None
        if self._escape:
            return _Slot(value_of, self._escape)
        self._example.append(("" if self._in_string else "null").ljust(length))
        return _Slot(value_of, _in_json_string if self._in_string else json_of)

    def _check_json(self) -> None:
        try:
            orjson.loads("".join(self._example))
        except orjson.JSONDecodeError as error:
            problem = f"this is not JSON, as Content-Type requires: {error.msg}"
            raise self._error(error.pos, problem) from None

    def _error(self, at: int, problem: str) -> ValueError:
        before = self._text[:at]
        line, column = before.count("\n") + 1, at - before.rfind("\n")
        return ValueError(f"line {line}, column {column}: {problem}")


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """The header values and the body of a reply as parsed templates."""

    headers: tuple[tuple[str, TemplateText], ...]
    body: TemplateText

    @classmethod
    def parse(cls, headers: HeaderLines, body: bytes) -> ReplyTemplate:
        """Raises `ReplyError`."""
        lines = tuple((name, _header(name, value)) for name, value in headers)
        types = [value for name, value in headers if name.lower() == "content-type"]
        if len(types) > 1:
            raise ReplyError("a template can have Content-Type only once.", "headers")
        try:
            return cls(lines, _Parser(body.decode(), "utf-8", _escape_of(types)).parse())
        except UnicodeDecodeError:
            raise ReplyError("must be UTF-8 text, because it is a template.", "body") from None
        except ValueError as error:
            raise ReplyError(f"{error}.", "body") from None

    @property
    def expressions(self) -> int:
        """The number of expressions."""
        return sum(len(text.slots) for _, text in self.headers) + len(self.body.slots)

    def fill(self, request: RequestValues) -> tuple[HeaderLines, bytes]:
        """Return the header lines and the body for a request, within the limits of a reply."""
        size = sum(len(name) + text.size for name, text in self.headers)
        space = ValueSpace(MAX_HEADER_BYTES - size)
        lines = tuple(
            (name, text.fill(request, space).decode("latin-1").strip(" \t"))
            for name, text in self.headers
        )
        return lines, self.body.fill(request, ValueSpace(MAX_BODY_BYTES - self.body.size))


def _header(name: str, value: str) -> TemplateText:
    try:
        text = _Parser(value, "latin-1", _header_text).parse()
    except ValueError as error:
        raise ReplyError(f"the value of {name}, {error}.", "headers") from None
    if text.slots and name.lower() == "content-type":
        # It decides how the values in the body are escaped.
        raise ReplyError("Content-Type cannot contain expressions.", "headers")
    return text


def _escape_of(content_types: list[str]) -> Escape | None:
    """Return how values in a body with this Content-Type are escaped; None for JSON."""
    media_type = "".join(content_types[:1]).partition(";")[0].strip(" \t").lower()
    if _JSON_TYPE.fullmatch(media_type):
        return None
    return _markup if _MARKUP_TYPE.fullmatch(media_type) else _plain_text
