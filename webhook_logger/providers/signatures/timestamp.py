"""Read the timestamp of a signature, and compare it with the arrival of the request."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers.signatures.verdict import Verdict, invalid, valid

_SECONDS = re.compile(r"[0-9]{1,11}")
_MILLISECONDS = re.compile(r"[0-9]{1,14}")
_DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?"
    r"(?:Z|([+-])([0-9]{2}):?([0-9]{2}))"
)
_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))

PROBLEMS = {
    "seconds": "it is not a whole number of seconds since 1970",
    "milliseconds": "it is not a whole number of milliseconds since 1970",
    "iso8601": "it is not a date in ISO 8601",
}
"""How a text that is not a timestamp is malformed, by the unit of the timestamp."""


def parse(text: str, unit: str) -> int | None:
    """Parse a timestamp as whole seconds since 1970, or return None."""
    return _PARSERS[unit](text)


def _seconds(text: str) -> int | None:
    return int(text) if _SECONDS.fullmatch(text) else None


def _milliseconds(text: str) -> int | None:
    return int(text) // 1000 if _MILLISECONDS.fullmatch(text) else None


def _date(text: str) -> int | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    *parts, sign, hours, minutes = found.groups()
    try:
        moment = datetime(*map(int, parts), tzinfo=timezone.utc)  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    seconds = int(moment.timestamp() - offset.total_seconds() * (-1 if sign == "-" else 1))
    return seconds if seconds >= 0 else None


_PARSERS: dict[str, Callable[[str], int | None]] = {
    "seconds": _seconds,
    "milliseconds": _milliseconds,
    "iso8601": _date,
}


def written(seconds: int, unit: str) -> str:
    """Return a timestamp as a provider sends it."""
    if unit == "iso8601":
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(seconds * 1000 if unit == "milliseconds" else seconds)


def age_of(timestamp: int, request: CapturedRequest) -> int:
    """Return the whole seconds from a timestamp until the request arrived."""
    return int(request.received_at.timestamp() // 1) - timestamp


def check_age(age: int, tolerance: int | None, *, any_future: bool = False) -> Verdict:
    """Return the verdict on a valid signature by its age when the request arrived.

    `tolerance` is in seconds; None accepts any age. `any_future` accepts any timestamp later than
    the arrival.
    """
    signed = f"{span(age)} {'after' if age < 0 else 'before'} the request arrived"
    excess = 0 if tolerance is None else abs(age) - tolerance
    if tolerance is None or excess <= 0 or (any_future and age < 0):
        return valid(f"Signed {signed}.")
    off = f"{span(excess)} too {'far ahead' if age < 0 else 'old'}"
    return invalid(
        "timestamp",
        f"The signature is valid, but its timestamp is {off}: it was signed {signed}, "
        f"and the limit is {span(tolerance)}.",
    )


def span(count: int) -> str:
    """Format seconds in the largest unit that fits, such as `3 days` or `1 minute`."""
    count = abs(count)
    name, size = next((unit for unit in _UNITS if count >= unit[1]), _UNITS[-1])
    count //= size
    return f"{count:,} {name}{'' if count == 1 else 's'}"
