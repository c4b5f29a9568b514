"""Templates of texts and signed contents: literal text with `{LOCATION}` placeholders.

`[…]` around a piece makes it optional: it is dropped when a placeholder in it is missing.
`{{`, `}}`, `[[` and `]]` are literal. Brackets do not nest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from webhook_logger.providers.locations import Values

MAX_TEXT_BYTES = 1024
"""Longer values are neither shown nor sent back."""

_PARTS = re.compile(r"\{\{|\}\}|\[\[|\]\]|\{[^{}]*\}|[\[\]]|[^\[\]{}]+|[{}]")

ValueOf = Callable[[str], bytes | None]


class _Piece(NamedTuple):
    text: bytes
    """Literal text; empty for a placeholder."""
    location: str
    """Empty for literal text."""


@dataclass(frozen=True)
class Template:
    """A parsed template: groups of pieces, each required or optional."""

    groups: tuple[tuple[bool, tuple[_Piece, ...]], ...]

    def locations(self, *, required: bool = False) -> list[str]:
        """Return the locations in it; with `required`, those outside of optional parts."""
        return [
            piece.location
            for optional, pieces in self.groups
            for piece in pieces
            if piece.location and not (required and optional)
        ]

    def fill(self, value_of: ValueOf) -> bytes | None:
        """Return the content, or None if a required value is missing."""
        parts = []
        for optional, pieces in self.groups:
            values = [
                piece.text if not piece.location else value_of(piece.location) for piece in pieces
            ]
            found = [value for value in values if value is not None]
            if len(found) == len(values):
                parts += found
            elif not optional:
                return None
        return b"".join(parts)


@lru_cache(maxsize=4096)  # users can also write templates
def template(text: str) -> Template:
    """Parse a template. Raises `ValueError` if it is malformed."""
    groups: list[tuple[bool, tuple[_Piece, ...]]] = []
    pieces: list[_Piece] = []
    optional = False
    for part in _PARTS.findall(text):
        if part in ("[", "]"):
            if optional is (part == "["):
                raise ValueError(f"The brackets of this template are not balanced: {text}")
            groups.append((optional, tuple(pieces)))
            pieces, optional = [], part == "["
        else:
            pieces.append(_piece(part, text))
    if optional:
        raise ValueError(f"This template has no closing bracket: {text}")
    return Template((*groups, (False, tuple(pieces))))


def _piece(part: str, text: str) -> _Piece:
    if part in ("{{", "}}", "[[", "]]"):
        return _Piece(part[0].encode(), "")
    if part.startswith("{") and part.endswith("}"):
        return _Piece(b"", part[1:-1])
    if part in ("{", "}"):
        raise ValueError(f"The braces of this template are not balanced: {text}")
    return _Piece(part.encode(), "")


def _text_at(values: Values, location: str) -> bytes | None:
    """Return a value in UTF-8, also if it is a header in Latin-1."""
    text = values.text_at(location)
    return None if text is None else text.encode()


def fill_text(texts: Iterable[str], values: Values) -> str:
    """Return the first result that is neither missing nor empty, of at most `MAX_TEXT_BYTES`."""
    for text in texts:
        content = template(text).fill(lambda location: _text_at(values, location))
        if content and len(content) <= MAX_TEXT_BYTES:
            return content.decode()
    return ""
