"""Wrap `hypothesis.given` and count the cases, so that a long run can report its progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

REPORT_EVERY = 2_000

COUNTS: Counter[str] = Counter()
"""The number of cases of each property so far."""

Property = Callable[..., None]


def ignore(_line: str) -> None:
    """Ignore the progress report, as in `make test`."""


listeners: list[Callable[[str], None]] = [ignore]


def fuzz(**strategies: SearchStrategy[Any]) -> Callable[[Property], Property]:
    """Declare a property that must hold for all cases of the strategies."""

    def decorate(check: Property) -> Property:
        @wraps(check)
        def counted(*args: Any, **case: Any) -> None:
            _count(check.__name__)
            check(*args, **case)

        # No deadline: on a busy machine any case may take long.
        return settings(deadline=None)(given(**strategies)(counted))

    return decorate


def _count(name: str) -> None:
    COUNTS[name] += 1
    if COUNTS[name] % REPORT_EVERY == 0:
        listeners[-1](f"{COUNTS.total():,} cases, including {COUNTS[name]:,} of {name}")
