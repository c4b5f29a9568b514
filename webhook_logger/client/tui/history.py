"""The rows of the view: requests, and between them gaps, changes of the connection and notes.

Threads add rows, and the view reads them. It does not depend on Textual.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.display import Check
from webhook_logger.client.filters import Filter
from webhook_logger.client.http import HttpResponse
from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.stream.events import Responded
from webhook_logger.headers import HeaderLines
from webhook_logger.providers import summarise

MAX_REQUESTS = 1000
MAX_BYTES = 64 * 2**20
"""Maximum bytes of the bodies and header lines of the requests in the list."""
MAX_ROWS = 2000
MAX_OUTCOMES = 20
"""Maximum kept outcomes of one request, the latest ones."""
MAX_OUTCOME_BYTES = 16 * 2**10
"""Maximum kept bytes of the body of a target's response."""


@dataclass(frozen=True, slots=True)
class SeenOutcome:
    """The outcome of sending a request to a target, with the beginning of the response's body."""

    outcome: ForwardOutcome
    body_size: int
    more: str
    """The response that the sender got because of it, or that the request was sent again."""

    @classmethod
    def of(cls, outcome: ForwardOutcome, more: str) -> SeenOutcome:
        """Return the outcome without most of a large body."""
        response = outcome.response
        if response is None:
            return cls(outcome, 0, more)
        kept = HttpResponse(response.status, response.headers, response.body[:MAX_OUTCOME_BYTES])
        return cls(replace(outcome, response=kept), len(response.body), more)


@dataclass(slots=True, eq=False)
class RequestRow:
    """A request, and what happened to it."""

    number: int
    request: CapturedRequest
    check: Check | None
    about: str
    """The provider and the event, or the beginning of the body."""
    outcomes: list[SeenOutcome] = field(default_factory=list)
    responded: Responded | None = None
    judged_by: Filter | None = None
    matches: bool = True
    """Whether it matches the filter `judged_by`."""

    def judge(self, wanted: Filter | None) -> None:
        """Decide whether the row matches the filter."""
        status = self.responded.status if self.responded else None
        self.matches = wanted is None or wanted.matches(self.request, status)
        self.judged_by = wanted


@dataclass(frozen=True, slots=True, eq=False)
class NoteRow:
    """Something that happened between two requests."""

    number: int
    time: datetime
    text: str
    style: str
    is_gap: bool


Row = RequestRow | NoteRow


class RowHistory:
    """The latest rows, oldest first. The oldest ones are dropped. It is safe to use from any
    thread.
    """

    def __init__(
        self,
        max_requests: int = MAX_REQUESTS,
        max_bytes: int = MAX_BYTES,
        max_rows: int = MAX_ROWS,
    ) -> None:
        self._limits = max_requests, max_bytes, max_rows
        self._lock = threading.Lock()
        self._rows: deque[Row] = deque()
        self._by_position: dict[tuple[str, int], RequestRow] = {}
        self._bytes = 0
        self._filter: Filter | None = None
        self._next = 1
        self.dropped = 0
        """The number of requests that are no longer in the list."""
        self.version = 0
        """Changes with each change of the rows."""

    def add_request(self, request: CapturedRequest, check: Check | None = None) -> None:
        """Add a request as the last row."""
        row = RequestRow(0, request, check, _about(request))
        row.judge(self._filter)
        with self._lock:
            row.number = self._number()
            self._rows.append(row)
            self._by_position[request.epoch, request.seq] = row
            self._bytes += _size(request)
            self._drop_oldest()

    def add_note(self, text: str, style: str = "", *, is_gap: bool = False) -> None:
        """Add a note as the last row."""
        with self._lock:
            row = NoteRow(self._number(), datetime.now().astimezone(), text, style, is_gap)
            self._rows.append(row)
            self._drop_oldest()

    def add_outcome(self, request: CapturedRequest, outcome: SeenOutcome) -> None:
        """Add the outcome of forwarding a request to its row."""
        with self._lock:
            row = self._by_position.get((request.epoch, request.seq))
            if row:
                row.outcomes = [*row.outcomes, outcome][-MAX_OUTCOMES:]
                self.version += 1

    def set_check(self, row: RequestRow, check: Check | None) -> None:
        """Set the result of the check of a signature."""
        with self._lock:
            row.check = check
            self.version += 1

    def set_responded(self, responded: Responded) -> None:
        """Add the response that the sender received to the row of its request."""
        with self._lock:
            row = self._by_position.get((responded.epoch, responded.seq))
            if row:
                row.responded = responded
                self.version += 1
        if row and row.judged_by and row.judged_by.needs_status:
            row.judge(row.judged_by)

    def set_filter(self, wanted: Filter | None) -> None:
        """Show only requests that match, from now on. Searching large bodies takes a moment.

        Returns early if another thread sets another filter.
        """
        with self._lock:
            self._filter = wanted
            rows = list(self._rows)
        for row in rows:
            if self._filter is not wanted:
                return
            if isinstance(row, RequestRow) and row.judged_by is not wanted:
                row.judge(wanted)
        with self._lock:
            self.version += 1

    def rows(self) -> list[Row]:
        """Return all notes, and the requests that match the filter."""
        with self._lock:
            wanted = self._filter
            return [row for row in self._rows if isinstance(row, NoteRow) or _is_shown(row, wanted)]

    @property
    def newest(self) -> int:
        """The number of the newest row."""
        return self._next - 1

    @property
    def count(self) -> int:
        """The number of requests in the list, whether they match or not."""
        return len(self._by_position)

    # Called with the lock

    def _number(self) -> int:
        self.version += 1
        self._next += 1
        return self._next - 1

    def _drop_oldest(self) -> None:
        requests, size, rows = self._limits
        while len(self._rows) > 1 and (
            len(self._by_position) > requests or self._bytes > size or len(self._rows) > rows
        ):
            row = self._rows.popleft()
            if isinstance(row, RequestRow):
                self._by_position.pop((row.request.epoch, row.request.seq), None)
                self._bytes -= _size(row.request)
                self.dropped += 1


def _is_shown(row: RequestRow, wanted: Filter | None) -> bool:
    return wanted is None or (row.judged_by is wanted and row.matches)


def _size(request: CapturedRequest) -> int:
    lines: Iterable[HeaderLines] = (request.headers, request.trailers)
    heads = sum(len(name) + len(value) for each in lines for name, value in each)
    return len(request.body.content) + heads + len(request.target)


def _about(request: CapturedRequest) -> str:
    about = summarise(request)
    return " · ".join(filter(None, (about.provider, about.event))) or about.text
