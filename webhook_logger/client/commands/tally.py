"""Summarise the outcomes of many requests, as text and as an exit code."""

from __future__ import annotations

from collections import Counter

from webhook_logger.client.commands.exits import Exit

NO_RESPONSE = "no response"


class Tally:
    """Counts outcomes: statuses, or reasons why there is no status."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, outcome: str) -> None:
        """Count one outcome."""
        self._counts[outcome] += 1

    @property
    def count(self) -> int:
        """The number of outcomes."""
        return sum(self._counts.values())

    @property
    def text(self) -> str:
        """The counts, such as `98 × 200, 2 × no response`."""
        return ", ".join(f"{count} × {outcome}" for outcome, count in sorted(self._counts.items()))

    @property
    def exit(self) -> Exit:
        """The exit code of the command."""
        if set(self._counts) == {NO_RESPONSE}:
            return Exit.UNREACHABLE
        good = all(outcome.startswith(("2", "3")) for outcome in self._counts)
        return Exit.DONE if good else Exit.FAILED
