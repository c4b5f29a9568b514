"""Detect common changes to a body between its signing and its arrival."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

_MAX_JSON = 2 * 2**20
"""Maximum characters of a text that is checked as JSON."""

_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_WHITE_SPACE = re.compile(rf"({_STRING})|[ \t\n\r]+")
_SEPARATORS = re.compile(rf"({_STRING}|[,:])")


def original_of(body: bytes, is_valid: Callable[[bytes], bool]) -> str | None:
    """Describe the body that was signed, or return None if no guess matches."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    for original, guess in _guesses(text):
        if guess != text and is_valid(guess.encode()):
            return original
    return None


def _guesses(text: str) -> Iterator[tuple[str, str]]:
    yield "this body without the line break at its end", re.sub(r"\r?\n\Z", "", text)
    yield "this body with a line break at its end", f"{text}\n"
    if len(text) > _MAX_JSON or not _is_json(text):
        return
    # The format of JavaScript's and of Python's JSON libraries, with unchanged tokens.
    compact = _WHITE_SPACE.sub(r"\1", text)
    yield "this JSON without white space", compact
    spaced = _SEPARATORS.sub(
        lambda token: token[1] if token[1][0] == '"' else f"{token[1]} ", compact
    )
    yield "this JSON with a space after each comma and colon", spaced


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_reject)
    except (ValueError, RecursionError):
        return False
    return True


def _reject(constant: str) -> None:
    """Reject NaN and Infinity, which Python accepts and JSON does not allow."""
    raise ValueError(constant)
