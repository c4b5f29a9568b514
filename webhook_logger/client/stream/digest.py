"""Summarise what arrived so far, for error messages and test reports."""

from __future__ import annotations

from collections import deque

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.stream.events import Event, Gap, Recovered, Refused

LINES = 10
"""Number of requests that are listed."""
_MAX_CHARACTERS = 100


class Digest:
    """Counts events, and keeps one line for each of the newest requests."""

    def __init__(self) -> None:
        self._requests = 0
        self._lines: deque[str] = deque(maxlen=LINES)
        self._missed = 0
        self._unknown = False
        self._recovered = 0
        self._refused = 0
        self._refusal = ""

    def add(self, event: Event) -> None:
        """Count an event."""
        if isinstance(event, CapturedRequest):
            self._requests += 1
            self._lines.append(_line(event))
        elif isinstance(event, Gap):
            self._missed += event.count or 0
            self._unknown = self._unknown or event.count is None
        elif isinstance(event, Recovered):
            self._recovered += event.count
        elif isinstance(event, Refused):
            self._refused += event.count
            self._refusal = ascii(event.message)[1:-1]

    def lines(self) -> list[str]:
        """Return a heading, the newest requests, and the missed, recovered and refused ones.

        The lines contain no control characters.
        """
        count = f"{self._requests} request{'' if self._requests == 1 else 's'} arrived"
        older = self._requests - len(self._lines)
        lines = [
            f"{count}; the last {LINES}:" if older else f"{count}{':' if self._lines else '.'}"
        ]
        lines += [f"  {line}" for line in self._lines]
        if self._missed or self._unknown:
            number = f"{self._missed}{' or more' if self._unknown else ''}"
            lines.append(f"Missed: {number if self._missed else 'an unknown number'}.")
        if self._recovered:
            lines.append(f"Recovered: {self._recovered}.")
        if self._refused:
            lines.append(f"Refused: {self._refused}. The latest: {self._refusal}")
        return lines


def _line(request: CapturedRequest) -> str:
    """Return `12 POST /orders, 34 bytes`, in ASCII without control characters."""
    target = ascii(f"{request.method} {request.subpath or '/'}")[1:-1]
    if len(target) > _MAX_CHARACTERS:
        target = target[:_MAX_CHARACTERS] + "…"
    return (
        f"{request.seq} {target}, {request.body.size} byte{'' if request.body.size == 1 else 's'}"
    )
