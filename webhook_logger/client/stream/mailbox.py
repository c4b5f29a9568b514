"""A bounded queue of events between the thread of the stream and the threads that read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice
from threading import Condition

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.errors import ClientError
from webhook_logger.client.received import ReceivedRequest
from webhook_logger.client.stream.digest import Digest
from webhook_logger.client.stream.events import ConnectionStatus, Event, Gap, Responding

__tracebackhide__ = True  # pytest shows the line of the test, not the client's own code

MAX_REQUESTS = 10_000
MAX_BYTES = 256 * 2**20
"""Maximum bytes of the bodies of all queued requests."""
MAX_OTHER_EVENTS = 10_000
"""Maximum queued events that are not requests. More are dropped, except gaps, which are merged."""


class Mailbox:
    """Events in order. One thread puts, any number of threads take.

    When the queue is full, new requests are dropped and a `Gap` replaces them.
    """

    def __init__(
        self,
        max_requests: int = MAX_REQUESTS,
        max_bytes: int = MAX_BYTES,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_change` is called after each change, from the thread that puts."""
        self.changed = Condition()
        """Notified of each change. Its lock guards all attributes."""
        self.connection = ConnectionStatus("reconnecting")
        """The latest `ConnectionStatus`."""
        self.responding: Responding | None = None
        """The latest `Responding`."""
        self.digest = Digest()
        """A summary of all events so far."""
        self.taken_requests = 0
        """Number of requests that were taken."""
        self.callback_url = ""
        """The URL for senders, if the server has reported it."""
        self.ended: ClientError | None = None
        """Why no more events arrive; None while they do."""
        self._max_requests = max_requests
        self._max_bytes = max_bytes
        self._on_change = on_change
        self._events: deque[Event] = deque()
        self._requests = self._bytes = self._others = 0
        self._total = 0

    def put(self, event: Event) -> None:
        """Add an event, unless the queue is full."""
        with self.changed:
            self._note(event)
            if isinstance(event, CapturedRequest):
                self._put_request(event)
            elif isinstance(event, Gap):
                self._put_gap(event)
            elif self._others < MAX_OTHER_EVENTS:
                self._add(event)
            self.changed.notify_all()
        self._on_change()

    def end(self, error: ClientError) -> None:
        """Report the end of the stream. Queued events can still be taken."""
        with self.changed:
            self.ended = self.ended or error
            self.changed.notify_all()
        self._on_change()

    def take(
        self, wanted: Callable[[Event], bool] = lambda _: True, seen: int = 0
    ) -> tuple[Event | None, int]:
        """Take the first wanted event; return it and the number of events so far.

        Events among the first `seen` are skipped. Events that are not taken stay queued.
        """
        with self.changed:
            start = max(0, len(self._events) - (self._total - seen))
            for place, event in enumerate(islice(self._events, start, None), start):
                if wanted(event):
                    del self._events[place]
                    self._count(event, -1)
                    self.taken_requests += isinstance(event, CapturedRequest)
                    return event, self._total
            return None, self._total

    def unread_requests(self) -> list[ReceivedRequest]:
        """Return the requests that are queued, without taking them."""
        with self.changed:
            return [event for event in self._events if isinstance(event, CapturedRequest)]

    def _note(self, event: Event) -> None:
        self.digest.add(event)
        if isinstance(event, ConnectionStatus):
            self.connection = event
        elif isinstance(event, Responding):
            self.responding = event

    def _put_request(self, request: ReceivedRequest) -> None:
        size = len(request.body.content)
        if self._requests < self._max_requests and self._bytes + size <= self._max_bytes:
            self._add(request)
        else:
            self._put_gap(Gap(1, "overflow"))

    def _put_gap(self, gap: Gap) -> None:
        """Add a gap. Successive gaps are merged, to bound their number."""
        last = self._events[-1] if self._events else None
        full = self._requests >= self._max_requests or self._others >= MAX_OTHER_EVENTS
        if isinstance(last, Gap) and (last.reason == gap.reason or full):
            known = last.count is not None and gap.count is not None
            self._count(self._events.pop(), -1)
            self._total -= 1
            gap = Gap((last.count or 0) + (gap.count or 0) if known else None, last.reason)
        self._add(gap)

    def _add(self, event: Event) -> None:
        self._events.append(event)
        self._total += 1
        self._count(event, 1)

    def _count(self, event: Event, by: int) -> None:
        if isinstance(event, CapturedRequest):
            self._requests += by
            self._bytes += by * len(event.body.content)
        else:
            self._others += by
