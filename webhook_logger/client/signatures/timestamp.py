"""Compare the timestamp of a signature with the arrival of the request."""

from __future__ import annotations

import re

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.verdict import Verdict, invalid, malformed, missing, valid

TOLERANCE = 5 * 60
"""Maximum seconds before the arrival, as in the libraries of Stripe, Slack and Standard Webhooks,
and after it, as in the latter two.
"""

_SECONDS = re.compile(r"[0-9]{1,11}")
_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def seconds(text: str) -> int | None:
    """Parse whole seconds since 1970, or return None."""
    return int(text) if _SECONDS.fullmatch(text) else None


def seconds_in(request: CapturedRequest, header: str) -> int | Verdict:
    """Parse a header as seconds since 1970, or return the verdict if it is invalid."""
    text = request.header(header)
    if not text:
        return missing(header)
    found = seconds(text)
    if found is None:
        return malformed(header, "it is not a whole number of seconds since 1970")
    return found


def check_age(
    timestamp: int, request: CapturedRequest, tolerance: int, *, any_future: bool = False
) -> Verdict:
    """Return the verdict on a valid signature by its age when the request arrived.

    `any_future`: any timestamp later than the arrival is valid.
    """
    age = int(request.received_at.timestamp() // 1) - timestamp
    signed = f"{_span(age)} {'after' if age < 0 else 'before'} the request arrived"
    excess = abs(age) - tolerance
    if excess <= 0 or (any_future and age < 0):
        return valid(f"Signed {signed}.")
    off = f"{_span(excess)} too {'far ahead' if age < 0 else 'old'}"
    return invalid(
        "timestamp",
        f"The signature is valid, but its timestamp is {off}: it was signed {signed}, "
        f"and the limit is {_span(tolerance)}.",
    )


def _span(count: int) -> str:
    """Format seconds in the largest unit that fits, such as `3 days` or `1 minute`."""
    count = abs(count)
    name, size = next((unit for unit in _UNITS if count >= unit[1]), _UNITS[-1])
    count //= size
    return f"{count:,} {name}{'' if count == 1 else 's'}"
