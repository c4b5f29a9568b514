"""`hypothesis.given`, but counted, so that a long run can tell how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

TELL_EVERY = 2_000

COUNTS: Counter[str] = Counter()
"""The cases of each property so far."""

Property = Callable[..., None]


def nobody(_line: str) -> None:
    """Nobody listens, as in `make test`."""


listeners: list[Callable[[str], None]] = [nobody]


def fuzz(**strategies: SearchStrategy[Any]) -> Callable[[Property], Property]:
    """A property that holds for all cases of the strategies."""

    def decorate(check: Property) -> Property:
        @wraps(check)
        def counted(*args: Any, **case: Any) -> None:
            _count(check.__name__)
            check(*args, **case)

        # A machine may be busy; how long a case takes says nothing.
        return settings(deadline=None)(given(**strategies)(counted))

    return decorate


def _count(name: str) -> None:
    COUNTS[name] += 1
    if COUNTS[name] % TELL_EVERY == 0:
        listeners[-1](f"{COUNTS.total():,} cases, {COUNTS[name]:,} of them for {name}")
