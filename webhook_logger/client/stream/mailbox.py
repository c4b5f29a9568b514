"""What waits to be read, within limits; the one place where threads meet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice
from threading import Condition

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.errors import ClientError
from webhook_logger.client.stream.digest import Digest
from webhook_logger.client.stream.events import Event, Gap, Link, Responding

MAX_REQUESTS = 10_000
MAX_BYTES = 256 * 2**20
"""Of the bodies of all requests that wait."""
MAX_ASIDES = 10_000
"""Of all that is no request; more of those are dropped, but gaps, which are added up."""


class Mailbox:
    """Events in their order. One thread puts, any number takes.

    What is over the limits is dropped, newest first, and a `Gap` stands in its place.
    """

    def __init__(
        self,
        most_requests: int = MAX_REQUESTS,
        most_bytes: int = MAX_BYTES,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_change` is called by the thread that puts, after each change."""
        self.changed = Condition()
        """Its lock guards all that is here; told of each change."""
        self.link = Link("reconnecting")
        """The newest one that was put."""
        self.responding: Responding | None = None
        """The newest one that was put."""
        self.digest = Digest()
        """What came so far, in short."""
        self.ended: ClientError | None = None
        """Why nothing more comes."""
        self._most_requests = most_requests
        self._most_bytes = most_bytes
        self._on_change = on_change
        self._events: deque[Event] = deque()
        self._requests = self._bytes = self._asides = 0
        self._came = 0

    def put(self, event: Event) -> None:
        """Add an event, unless it is over the limits."""
        with self.changed:
            self._note(event)
            if isinstance(event, CapturedRequest):
                self._put_request(event)
            elif isinstance(event, Gap):
                self._put_gap(event)
            elif self._asides < MAX_ASIDES:
                self._add(event)
            self.changed.notify_all()
        self._on_change()

    def end(self, error: ClientError) -> None:
        """Nothing more comes; what waits can still be taken."""
        with self.changed:
            self.ended = self.ended or error
            self.changed.notify_all()
        self._on_change()

    def take(
        self, wanted: Callable[[Event], bool] = lambda _: True, seen: int = 0
    ) -> tuple[Event | None, int]:
        """Take the first wanted event, and tell how many have come so far.

        Those that were among the first `seen` are not looked at again; the others stay.
        """
        with self.changed:
            start = max(0, len(self._events) - (self._came - seen))
            for place, event in enumerate(islice(self._events, start, None), start):
                if wanted(event):
                    del self._events[place]
                    self._count(event, -1)
                    return event, self._came
            return None, self._came

    def _note(self, event: Event) -> None:
        self.digest.add(event)
        if isinstance(event, Link):
            self.link = event
        elif isinstance(event, Responding):
            self.responding = event

    def _put_request(self, request: CapturedRequest) -> None:
        size = len(request.body.content)
        if self._requests < self._most_requests and self._bytes + size <= self._most_bytes:
            self._add(request)
        else:
            self._put_gap(Gap(1, "unread"))

    def _put_gap(self, gap: Gap) -> None:
        """One after another is one, so that there are never many."""
        last = self._events[-1] if self._events else None
        full = self._requests >= self._most_requests or self._asides >= MAX_ASIDES
        if isinstance(last, Gap) and (last.why == gap.why or full):
            known = last.count is not None and gap.count is not None
            self._count(self._events.pop(), -1)
            self._came -= 1
            gap = Gap((last.count or 0) + (gap.count or 0) if known else None, last.why)
        self._add(gap)

    def _add(self, event: Event) -> None:
        self._events.append(event)
        self._came += 1
        self._count(event, 1)

    def _count(self, event: Event, by: int) -> None:
        if isinstance(event, CapturedRequest):
            self._requests += by
            self._bytes += by * len(event.body.content)
        else:
            self._asides += by
