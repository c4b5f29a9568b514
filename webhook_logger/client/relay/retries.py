"""Decide whether a request is sent again, and when."""

from __future__ import annotations

import random
import re
import time
from email.utils import parsedate_to_datetime

from webhook_logger.client.http import HttpResponse

FIRST_SECONDS = 0.5
MAX_SECONDS = 10.0
"""The delay before a retry doubles each time, up to a maximum."""
MAX_RETRY_AFTER = 60.0
"""Maximum seconds that a target can demand with `Retry-After`."""
_JITTER = 0.25
"""A delay is longer by up to this part, so that requests which failed together do not return
together."""
_SECONDS = re.compile(r"[0-9]{1,9}")
_MAX_DATE = 64


def is_temporary(status: int) -> bool:
    """Return whether the same request can succeed later."""
    return status == 429 or status >= 500


def retry_seconds(attempts: int, response: HttpResponse | None) -> float:
    """Return the seconds until the next attempt, after `attempts` of them.

    A `Retry-After` in the response can extend the delay.
    """
    back_off: float = min(FIRST_SECONDS * 2 ** min(attempts - 1, 16), MAX_SECONDS)
    seconds = max(back_off, _demanded(response) if response else 0)
    return seconds * random.uniform(1, 1 + _JITTER)  # noqa: S311  # not a secret


def _demanded(response: HttpResponse) -> float:
    """Return the seconds of `Retry-After` (RFC 9110, section 10.2.3), or 0 if it is not valid."""
    values = [value for name, value in response.headers if name.lower() == "retry-after"]
    text = values[0].strip(" \t") if values else ""
    seconds = float(text) if _SECONDS.fullmatch(text) else _seconds_until(text)
    return min(max(seconds, 0), MAX_RETRY_AFTER)


def _seconds_until(date: str) -> float:
    try:
        return parsedate_to_datetime(date[:_MAX_DATE]).timestamp() - time.time()
    except (OverflowError, ValueError):
        return 0
