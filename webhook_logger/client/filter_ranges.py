"""Sizes and statuses in a filter: `>10kB`, `1kB..5kB`, `4xx`, `>=400`."""

from __future__ import annotations

import math
import re

Range = tuple[float, float]
"""The lowest and the highest number."""

_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?)((?:[kmg]i?)?)b?")
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_STATUS = re.compile("[1-9][0-9]{2}")
_CLASS = re.compile("([1-5])xx")
_SIGN = re.compile("[<>]?=?")


def range_of(field: str, value: str) -> Range | None:
    """Return the range that a value in lower case describes, or None if it is invalid."""
    text = value.replace(" ", "")
    amount_of = _size if field == "size" else _status
    found = _CLASS.fullmatch(text) if field == "status" else None
    if found:
        return int(found[1]) * 100, int(found[1]) * 100 + 99
    first, dots, last = text.partition("..")
    if first and dots:
        return _between(amount_of(first), amount_of(last))
    sign = _SIGN.match(text)
    return _compared(sign[0], amount_of(text[sign.end() :])) if sign else None


def _between(low: int | None, high: int | None) -> Range | None:
    return (low, high) if low is not None and high is not None and low <= high else None


def _compared(sign: str, amount: int | None) -> Range | None:
    if amount is None:
        return None
    low = amount + 1 if sign == ">" else 0 if sign.startswith("<") else amount
    high = amount - 1 if sign == "<" else math.inf if sign.startswith(">") else amount
    return low, high


def _size(text: str) -> int | None:
    """Return a number of bytes. k, M and G are powers of 1000; Ki, Mi and Gi are powers of 1024."""
    found = _SIZE.fullmatch(text)
    if not found:
        return None
    return math.floor(float(found[1]) * _UNITS[found[2]] + 0.5)


def _status(text: str) -> int | None:
    return int(text) if _STATUS.fullmatch(text) else None
