"""Recognise the provider of a request, its event, its delivery and its attempt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers.locations import Values, name_of
from webhook_logger.providers.provider import LEVELS, Provider, providers
from webhook_logger.providers.rules import Rule

_COMMON = {("header", "user-agent"), ("header", "content-type"), ("", "")}
"""Names that many requests have."""
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
    present = values.names()
    for level in _levels():
        for rule, provider in level.candidates(present):
            if rule.holds(values):
                return _described(provider, values)
    return None


class _Level:
    """The rules of one level, found by a name that each of them needs.

    Only a few of all rules are about names that a request has, so most are never looked at.
    """

    def __init__(self, rules: list[tuple[Rule, Provider]]) -> None:
        self._rules = sorted(rules, key=lambda pair: -pair[0].size)
        self._ranks: dict[tuple[str, str], list[int]] = {}
        for rank, (rule, _) in enumerate(self._rules):
            self._ranks.setdefault(_name_of(rule), []).append(rank)

    def candidates(self, present: set[tuple[str, str]]) -> list[tuple[Rule, Provider]]:
        """Return the rules that need only names that are present, the longest first."""
        found = [rank for name in self._ranks.keys() & present for rank in self._ranks[name]]
        return [self._rules[rank] for rank in sorted(found)]


def _name_of(rule: Rule) -> tuple[str, str]:
    """Return the rarest name that a request needs for a rule; ("", "") for any request."""
    names = [name_of(location) for location, _ in rule.conditions]
    rare = [name for name in names if name not in _COMMON]
    return next(iter(rare or names), ("", ""))


@cache
def _levels() -> list[_Level]:
    """Return all rules, the most certain level first."""
    every = providers().values()
    return [
        _Level([(rule, provider) for provider in every for rule in provider.rules[level]])
        for level in LEVELS
    ]


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
