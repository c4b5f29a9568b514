"""What commonly happens to a body between its signing and its arrival, undone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

_MAX_JSON = 2 * 2**20
"""In characters: a longer text is not tried as JSON."""

_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_BLANKS = re.compile(rf"({_STRING})|[ \t\n\r]+")
_SEPARATORS = re.compile(rf"({_STRING}|[,:])")


def original_of(body: bytes, is_right: Callable[[bytes], bool]) -> str | None:
    """What the body was when it was signed, in words; None where no guess is right."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    for original, guess in _guesses(text):
        if guess != text and is_right(guess.encode()):
            return original
    return None


def _guesses(text: str) -> Iterator[tuple[str, str]]:
    yield "this body without the line break at its end", re.sub(r"\r?\n\Z", "", text)
    yield "this body with a line break at its end", f"{text}\n"
    if len(text) > _MAX_JSON or not _is_json(text):
        return
    # As JavaScript's and as Python's libraries write it, every token as it is.
    compact = _BLANKS.sub(r"\1", text)
    yield "this JSON without white space", compact
    spaced = _SEPARATORS.sub(
        lambda token: token[1] if token[1][0] == '"' else f"{token[1]} ", compact
    )
    yield "this JSON with a space after each comma and colon", spaced


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    """Python takes NaN and Infinity, which JSON has not."""
    raise ValueError(constant)
