"""When a request was signed, seen from the moment it came."""

from __future__ import annotations

import re

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.verdict import Verdict, malformed, missing, right, wrong

TOLERANCE = 5 * 60
"""Seconds before, as Stripe, Slack and the libraries of Standard Webhooks allow, and after, as the
latter two do.
"""

_SECONDS = re.compile(r"[0-9]{1,11}")
_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def seconds(text: str) -> int | None:
    """The whole seconds since 1970 that a text is, or None."""
    return int(text) if _SECONDS.fullmatch(text) else None


def seconds_in(request: CapturedRequest, header: str) -> int | Verdict:
    """The seconds since 1970 that a header holds."""
    text = request.header(header)
    if not text:
        return missing(header)
    found = seconds(text)
    if found is None:
        return malformed(header, "it is not a whole number of seconds since 1970")
    return found


def in_time(
    timestamp: int, request: CapturedRequest, tolerance: int, *, any_future: bool = False
) -> Verdict:
    """Return the verdict on a right signature, by its age when the request came, not by its age
    now. `any_future`: a timestamp after that is right, however far ahead.
    """
    age = int(request.received_at.timestamp() // 1) - timestamp
    signed = f"{_span(age)} {'after' if age < 0 else 'before'} the request arrived"
    over = abs(age) - tolerance
    if over <= 0 or (any_future and age < 0):
        return right(f"Signed {signed}.")
    off = f"{_span(over)} too {'far ahead' if age < 0 else 'old'}"
    return wrong(
        "timestamp",
        f"The signature is valid, but its timestamp is {off}: it was signed {signed}, "
        f"and the limit is {_span(tolerance)}.",
    )


def _span(count: int) -> str:
    """`3 days`, `1 minute`, `0 seconds`: the largest unit that fits."""
    count = abs(count)
    name, size = next((unit for unit in _UNITS if count >= unit[1]), _UNITS[-1])
    count //= size
    return f"{count:,} {name}{'' if count == 1 else 's'}"
