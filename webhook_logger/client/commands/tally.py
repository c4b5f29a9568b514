"""What came of many requests, in a line and as an exit code."""

from __future__ import annotations

from collections import Counter

from webhook_logger.client.commands.exits import Exit

NO_RESPONSE = "no response"


class Tally:
    """Counts statuses, and words where there was none."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, what: str) -> None:
        """Count one: its status, or why there is none."""
        self._counts[what] += 1

    @property
    def count(self) -> int:
        """How many came to an end."""
        return sum(self._counts.values())

    @property
    def text(self) -> str:
        """`98 × 200, 2 × no response`."""
        return ", ".join(f"{count} × {what}" for what, count in sorted(self._counts.items()))

    @property
    def exit(self) -> Exit:
        """What that means for who asked for it."""
        if set(self._counts) == {NO_RESPONSE}:
            return Exit.UNREACHABLE
        good = all(what.startswith(("2", "3")) for what in self._counts)
        return Exit.DONE if good else Exit.FAILED
