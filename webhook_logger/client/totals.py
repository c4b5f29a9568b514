"""Count what `listen` receives and does, for its summary."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from pathlib import Path

from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.stream.events import Gap
from webhook_logger.plain import plain

NO_RESPONSE = "no response"


class Totals:
    """Numbers about one run of `listen`. It is safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._statuses: defaultdict[str, Counter[str]] = defaultdict(Counter)
        """The outcomes at each target, by its URL."""
        self.missed_unknown = False
        """Whether requests may have been missed whose number is not known."""
        self.archive: Path | None = None

    def add(self, what: str, count: int = 1) -> None:
        """Count something: `received`, `matched`, `recovered`, `refused`, `responded`, or the
        symbol of a check.
        """
        with self._lock:
            self._counts[what] += count

    def count(self, what: str) -> int:
        """Return a number; see `add`. `missed` is the number of missed requests."""
        with self._lock:
            return self._counts[what]

    def gap(self, gap: Gap) -> None:
        """Count missed requests."""
        if gap.count is None:
            self.missed_unknown = True
        else:
            self.add("missed", gap.count)

    def forwarded(self, outcome: ForwardOutcome) -> None:
        """Count the outcome of a request at a target."""
        status = str(outcome.response.status) if outcome.response else NO_RESPONSE
        with self._lock:
            self._statuses[outcome.target.url][status] += 1

    def lines(self) -> list[str]:
        """Return the summary, for people."""
        with self._lock:
            counts = Counter(self._counts)
            targets = {url: sorted(each.items()) for url, each in self._statuses.items()}
        lines = [_received(counts, self.missed_unknown)]
        for url, statuses in targets.items():
            parts = ", ".join(f"{count} × {status}" for status, count in statuses)
            lines.append(f"Forwarded to {plain(url)}: {parts}.")
        if counts["responded"]:
            lines.append(f"Responses sent to senders: {counts['responded']}.")
        lines += _checked(counts)
        if self.archive:
            lines.append(f"Saved in {plain(str(self.archive))}: {requests(counts['matched'])}.")
        return lines


def requests(count: int) -> str:
    """Return a number of requests as text."""
    return "1 request" if count == 1 else f"{count:,} requests"


def number_missed(count: int, *, is_more: bool) -> str:
    """Return the number of missed requests as text; `is_more` if there may be more of them."""
    if is_more:
        return f"{count:,} or more" if count else "maybe some"
    return f"{count:,}"


def _received(counts: Counter[str], missed_unknown: bool) -> str:
    received, matched = counts["received"], counts["matched"]
    parts = [f"{requests(received)} received"]
    if matched != received:
        parts.append(f"{matched:,} of them matched the filter")
    if counts["missed"] or missed_unknown:
        parts.append(f"{number_missed(counts['missed'], is_more=missed_unknown)} missed")
    parts += [f"{counts[each]:,} {each}" for each in ("recovered", "refused") if counts[each]]
    return ", ".join(parts) + "."


def _checked(counts: Counter[str]) -> list[str]:
    names = {"✓": "valid", "✗": "invalid", "?": "not checked"}
    parts = [f"{counts[each]:,} {name}" for each, name in names.items() if counts[each]]
    return [f"Signatures: {', '.join(parts)}."] if parts else []
