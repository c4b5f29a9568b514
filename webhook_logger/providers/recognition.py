"""Recognise the provider of a request, its event, its delivery and its attempt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers.locations import Values
from webhook_logger.providers.provider import LEVELS, Provider, providers
from webhook_logger.providers.rules import Rule

_COUNT = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Recognition:
    """The provider of a request, and what it says about the delivery."""

    provider: Provider
    event: str = ""
    """The provider's name of the event, or empty."""
    delivery: str = ""
    """The id of the delivery: requests with the same one are attempts to deliver the same event."""
    attempt: int | None = None
    """1 for the first attempt; None if the provider does not say."""
    timestamp: str = ""
    """When the provider sent it, as sent: seconds, milliseconds or a date; may be empty."""


def recognise(request: CapturedRequest) -> Recognition | None:
    """Return the provider of a request, or None if no rule of the registry matches."""
    return recognise_values(Values.of(request))


def recognise_values(values: Values) -> Recognition | None:
    """Recognise a request by its values."""
    for level in _levels():
        for rule, provider in level:
            if rule.holds(values):
                return _described(provider, values)
    return None


@cache
def _levels() -> list[list[tuple[Rule, Provider]]]:
    """Return all rules, the most certain level first, and in a level the longest rules first."""
    every = providers().values()
    levels = (
        [(rule, provider) for provider in every for rule in provider.rules[level]]
        for level in LEVELS
    )
    return [sorted(level, key=lambda pair: -pair[0].size) for level in levels]


def _described(provider: Provider, values: Values) -> Recognition:
    event, delivery, timestamp = (
        provider.text(name, values) for name in ("event", "delivery", "timestamp")
    )
    return Recognition(provider, event, delivery, _attempt(provider, values), timestamp)


def _attempt(provider: Provider, values: Values) -> int | None:
    """Return the number of the attempt; a provider that counts retries omits the first one's 0."""
    if "retry" in provider.entry:
        retry = provider.text("retry", values) or "0"
        return int(retry) + 1 if _COUNT.fullmatch(retry) else None
    attempt = provider.text("attempt", values)
    return int(attempt) if _COUNT.fullmatch(attempt) else None
