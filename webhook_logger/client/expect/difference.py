"""Show the difference between an expected and a received value, as a few lines of plain text.

Received values are hostile: each line is shortened, escaped, and their number is limited.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from itertools import groupby, islice, pairwise, takewhile
from typing import Any, TypeVar

from webhook_logger.plain import plain

_Text = TypeVar("_Text", bytes, str)

MAX_SHOWN_LINES = 60
_MAX_COMPARED_LINES = 400
"""Comparing takes quadratic time."""
_MAX_CHARACTERS = 400
_CONTEXT = 3
_CONTEXT_CHARACTERS = 40


def shown(value: object) -> str:
    """Return the `repr` of a value, escaped and shortened."""
    return shortened(plain(repr(value)), _MAX_CHARACTERS)


def compared(expected: _Text, received: _Text) -> str:
    """Return both values as one line, from their first difference if they are long."""
    one, other, start = _from_difference(expected, received)
    where = f"from {'byte' if isinstance(expected, bytes) else 'character'} {start:,}: "
    return f"{where if start else ''}{shown(other)}, expected {shown(one)}"


def _from_difference(one: _Text, other: _Text) -> tuple[_Text, _Text, int]:
    """Return two values, without their equal start if they are long, and its length."""
    if max(len(one), len(other)) <= _MAX_CHARACTERS:
        return one, other, 0
    start = max(0, _equal_start(one, other) - _CONTEXT_CHARACTERS)
    return one[start:], other[start:], start


def shortened(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def json_lines(value: Any) -> list[str]:
    """Return JSON as indented lines. Members are sorted, because their order has no meaning."""
    try:
        text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=repr)
    except RecursionError:
        return ["[nested too deeply to be shown]"]
    except (TypeError, ValueError):  # not JSON, such as an object whose names are numbers
        text = repr(value)
    return text.split("\n")


def difference(expected: Sequence[str], received: Sequence[str]) -> list[str]:
    """Return the lines that differ, with some around them, as a unified diff."""
    start = max(0, _equal_start(expected, received) - _CONTEXT)
    part = slice(start, start + _MAX_COMPARED_LINES)
    changes = unified_diff(expected[part], received[part], n=_CONTEXT, lineterm="")
    lines = list(islice(_readable(changes), MAX_SHOWN_LINES + 1))
    if len(lines) > MAX_SHOWN_LINES or max(len(expected), len(received)) > part.stop:
        lines = [*lines[:MAX_SHOWN_LINES], "… and more"]
    lines = [shortened(plain(line, "\t"), _MAX_CHARACTERS) for line in _without_equal_middle(lines)]
    # Python's names 1 and "1" are different, but JSON has only texts.
    return ["--- expected", "+++ received", *(lines or ["only the types of some values differ"])]


def _equal_start(one: Sequence[object], other: Sequence[object]) -> int:
    """Return the number of equal lines or characters at the start."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _without_equal_middle(lines: Sequence[str]) -> list[str]:
    """Return the lines. Cut a long one, and the one that replaces it, to their difference."""
    cut = list(lines)
    runs = [list(run) for _, run in groupby(range(len(lines)), lambda at: lines[at][0])]
    for one_run, other_run in pairwise(runs):
        if lines[one_run[0]][0] == "-" and lines[other_run[0]][0] == "+":
            for pair in zip(one_run, other_run, strict=False):
                one, other = (lines[at][2:] for at in pair)
                *ends, start = _from_difference(one, other)
                for at, end in zip(pair, ends, strict=True):
                    if start > _CONTEXT_CHARACTERS:
                        cut[at] = f"{lines[at][:_CONTEXT_CHARACTERS]}…{end}"
    return cut


def _readable(changes: Iterator[str]) -> Iterator[str]:
    """Return the lines without their numbers, which are those of a part."""
    for number, line in enumerate(islice(changes, 2, None)):
        if not line.startswith("@@"):
            yield f"{line[0]} {line[1:]}"
        elif number:
            yield "  …"
