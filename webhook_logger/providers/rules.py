"""Rules that recognise a request: conditions on its method, subpath, headers, query and body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from webhook_logger.providers.locations import Values, readable

MAX_MATCHED_BYTES = 1024
"""Longer values match only the empty expression, which means that a value is present."""

_END = re.compile(r"(?<!\\)\$")

_PLACES = {"headers": "header", "query": "query", "form": "form", "json": "json"}


@dataclass(frozen=True)
class Rule:
    """A list of conditions, all of which must hold."""

    method: str
    """Empty for any method."""
    conditions: tuple[tuple[str, str], ...]
    """Locations and the regular expressions for their values, cheapest location first."""
    only: frozenset[str] = frozenset()
    """All names that the members of a JSON body may have; empty for any."""

    @classmethod
    def from_json(cls, rule: Mapping[str, Any]) -> Rule:
        """Read a rule of the registry."""
        conditions = [("subpath", rule["subpath"])] if "subpath" in rule else []
        for place, kind in _PLACES.items():
            conditions += [(f"{kind}:{name}", each) for name, each in rule.get(place, {}).items()]
        return cls(rule.get("method", ""), tuple(conditions), frozenset(rule.get("only", ())))

    @property
    def size(self) -> int:
        """The number of conditions: rules with more of them are more specific."""
        return len(self.conditions) + bool(self.method) + bool(self.only)

    def without(self, location: str) -> Rule:
        """Return the rule without its conditions on the value at a location."""
        rest = tuple(each for each in self.conditions if each[0].lower() != location.lower())
        return replace(self, conditions=rest)

    def holds(self, values: Values) -> bool:
        """Return whether all conditions hold."""
        if self.method and self.method != values.method:
            return False
        if not all(_holds(values, *condition) for condition in self.conditions):
            return False
        return not self.only or values.members() <= self.only


def _holds(values: Values, location: str, expression: str) -> bool:
    if not expression:
        return location == "subpath" or values.has(location)
    if location == "subpath":
        content: bytes | None = values.subpath.encode("latin-1")
    else:
        content = values.at(location)
    if content is None or len(content) > MAX_MATCHED_BYTES:
        return False
    return compiled(expression).search(readable(content)) is not None


@cache
def compiled(expression: str) -> re.Pattern[str]:
    """Compile an expression of the registry so that it matches as in JavaScript.

    There, `$` is only the end of the text, and `\\d` and `\\w` are ASCII.
    """
    return re.compile(_END.sub(r"\\Z", expression), re.ASCII)
