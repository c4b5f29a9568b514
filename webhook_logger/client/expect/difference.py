"""Show the difference between an expected and a received value, as a few lines of plain text.

Received values are hostile: each line is shortened, escaped, and their number is limited.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from itertools import islice, takewhile
from typing import Any

from webhook_logger.plain import plain

MAX_SHOWN_LINES = 60
_MAX_COMPARED_LINES = 400
"""Comparing takes quadratic time."""
_MAX_CHARACTERS = 400
_CONTEXT = 3


def shown(value: object) -> str:
    """Return the `repr` of a value, escaped and shortened."""
    return shortened(plain(repr(value)), _MAX_CHARACTERS)


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
    start = max(0, _equal_lines(expected, received) - _CONTEXT)
    part = slice(start, start + _MAX_COMPARED_LINES)
    changes = unified_diff(expected[part], received[part], n=_CONTEXT, lineterm="")
    lines = list(islice(_readable(changes), MAX_SHOWN_LINES + 1))
    if len(lines) > MAX_SHOWN_LINES or max(len(expected), len(received)) > part.stop:
        lines = [*lines[:MAX_SHOWN_LINES], "… and more"]
    # Python's names 1 and "1" are different, but JSON has only texts.
    return ["--- expected", "+++ received", *(lines or ["only the types of some values differ"])]


def _equal_lines(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the number of equal lines at the start."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _readable(changes: Iterator[str]) -> Iterator[str]:
    """Return the lines without their numbers, which are those of a part."""
    for number, line in enumerate(islice(changes, 2, None)):
        if not line.startswith("@@"):
            yield line[0] + " " + shortened(plain(line[1:], "\t"), _MAX_CHARACTERS)
        elif number:
            yield "  …"
