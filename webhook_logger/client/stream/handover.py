"""Move to another worker before this one stops, without a gap.

A second connection joins while the first one still delivers. Its events wait until the first has
delivered all earlier requests, or has ended. So requests keep their order, and each arrives once.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.errors import Unreachable
from webhook_logger.client.stream.events import Refused
from webhook_logger.client.stream.position import InboxPosition
from webhook_logger.client.stream.wire import Joined, QueueStatus, StreamEvent

if TYPE_CHECKING:
    from webhook_logger.client.stream.connection import StreamConnection

MAX_HELD_BYTES = 64 * 2**20
MAX_HELD_EVENTS = 10_000
MAX_SECONDS = 600.0
"""Maximum time for a handover, regardless of the time that the server announces."""
GRACE_SECONDS = 5.0
"""Seconds after the announced time at which a first connection that did not end is closed."""
RETRY_SECONDS = 0.3
"""Seconds between two attempts to connect, plus or minus half at random."""
LOOK_SECONDS = 0.1


class HoldBack:
    """The events of a second connection, which wait until the first has caught up."""

    def __init__(self) -> None:
        self.joined: Joined | None = None
        """The latest `joined`."""
        self.is_full = False
        """Whether it has reached its limits, and holds nothing more."""
        self._events: list[StreamEvent] = []
        self._bytes = 0

    def add(self, event: StreamEvent) -> None:
        """Hold an event back. `refused` is dropped, because the first connection reports it."""
        if isinstance(event, Refused) or self.is_full:
            return
        if isinstance(event, Joined):
            self.joined = event
        self._events.append(event)
        self._bytes += _size(event)
        if self._bytes > MAX_HELD_BYTES or len(self._events) > MAX_HELD_EVENTS:
            self.is_full, self.joined, self._events = True, None, []

    def is_due(self, position: InboxPosition) -> bool:
        """Return whether the first connection has delivered all requests before these events."""
        joined = self.joined
        return (
            joined is not None
            and joined.epoch == position.epoch
            and joined.seq + joined.recovered <= position.seq
        )

    def release(self, position: InboxPosition) -> list[StreamEvent]:
        """Return the events to deliver at this position, which is that of the first connection.

        Requests that the first has delivered are left out, and are not counted as missed.
        """
        places = [place for place, each in enumerate(self._events) if isinstance(each, Joined)]
        epoch, seq = position.epoch, position.seq
        events: list[StreamEvent] = []
        for place, event in enumerate(self._events):
            if isinstance(event, Joined):
                event = _joined_at(event, epoch, seq)  # noqa: PLW2901  # the same event
                epoch, seq = event.epoch, event.seq
            elif isinstance(event, CapturedRequest):
                if event.epoch == epoch and event.seq <= seq:
                    continue
                epoch, seq = event.epoch, event.seq
            elif isinstance(event, QueueStatus) and place < places[-1]:
                continue  # `joined` follows when the queue is available again
            events.append(event)
        return events


class Handover:
    """Opens a second connection in its own thread, and tries again while the first one works.

    The owner gives it the events of the second connection, and takes the connection over when these
    events are due.
    """

    def __init__(
        self,
        first: StreamConnection,
        seconds: float,
        connect: Callable[[], StreamConnection],
        begin: Callable[[StreamConnection], None],
        on_lost: Callable[[StreamConnection], None],
        lock: threading.Lock,
    ) -> None:
        """`seconds`: the time for which the first connection stays open.

        `connect` creates a connection, and `begin` opens it or raises `Unreachable`. `on_lost` is
        called with the first connection when a second one that had joined is closed. `lock` guards
        `held`, `second` and `take`.
        """
        self.first = first
        self.second: StreamConnection | None = None
        self.held = HoldBack()
        self._seconds = min(seconds, MAX_SECONDS)
        self._connect = connect
        self._begin = begin
        self._on_lost = on_lost
        self._lock = lock
        self._over = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="webhook-logger handover", daemon=True
        )

    def start(self) -> None:
        """Start the thread, without waiting."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def hold(self, event: StreamEvent) -> None:
        """Hold an event of the second connection back. Give up if there are too many."""
        self.held.add(event)
        if self.held.is_full:
            self.cancel()

    def take(self) -> StreamConnection | None:
        """Hand the second connection over to the caller, who closes it, and end the thread."""
        second, self.second = self.second, None
        self._over.set()
        return second

    def cancel(self) -> None:
        """End the thread, which closes the second connection."""
        self._over.set()
        if second := self.second:
            second.shut_down()

    def join(self, seconds: float) -> None:
        """Wait for at most `seconds` until the thread has ended."""
        self._thread.join(seconds)

    # Called by the thread of the handover

    def _run(self) -> None:
        end = time.monotonic() + self._seconds
        # All viewers of a worker get `bye` at once, so they wait for different times.
        pause = max(_pause(), random.random() * self._seconds / 2)  # noqa: S311  # not a secret
        while not self._over.wait(pause) and time.monotonic() < end:
            self._attempt(end)
            pause = _pause()

    def _attempt(self, end: float) -> None:
        self.second = second = self._connect()
        try:
            if self._over.is_set():
                return
            self._begin(second)
            self._watch(second, end)
        except Unreachable:
            pass
        finally:
            self._drop(second)

    def _watch(self, second: StreamConnection, end: float) -> None:
        """Wait until the handover is over, the second connection ends, or it joins too late."""
        while not self._over.wait(LOOK_SECONDS) and not second.wait_for_end(0):
            left = end - time.monotonic()
            if left < 0 and self.held.joined is None:
                return
            if left < -GRACE_SECONDS:
                self.first.shut_down()

    def _drop(self, second: StreamConnection) -> None:
        """Close the second connection, unless it was taken, and drop its events."""
        with self._lock:
            if self.second is not second:
                return
            self.second = None
            has_joined = self.held.joined is not None or self.held.is_full
            self.held = HoldBack()
        if second.refusal:
            self._over.set()
        second.close()
        if has_joined:
            self._on_lost(self.first)


def _pause() -> float:
    return RETRY_SECONDS * (0.5 + random.random())  # noqa: S311  # not a secret


def _joined_at(joined: Joined, epoch: str | None, seq: int) -> Joined:
    """Return a `joined` as it would be for a viewer that comes from this position."""
    if epoch is None:
        return joined
    if joined.epoch != epoch:
        return replace(joined, missed=None)
    start = max(joined.seq, seq)
    recovered = max(0, joined.seq + joined.recovered - start)
    return replace(joined, seq=start, missed=start - seq, recovered=recovered)


def _size(value: Any) -> int:
    """Return the size of all texts and bytes in an event."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, tuple):
        return sum(map(_size, value))
    if is_dataclass(value):
        return sum(_size(getattr(value, field.name)) for field in fields(value))
    return 0
