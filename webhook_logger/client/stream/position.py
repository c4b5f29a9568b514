"""The position of an inbox in a callback's stream, to detect gaps and duplicates."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Any

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.stream.events import Gap, Responded
from webhook_logger.client.stream.wire import Joined

IDS_KEPT = 1000
"""Number of ids kept to detect duplicates: a load balancer retries within seconds."""
RESPONSES_KEPT = 10_000
"""Number of responses kept to detect duplicates: one connection can be ahead of the next one."""


class InboxPosition:
    """Tracks the events `joined`, `request` and `responded`, in order."""

    def __init__(self) -> None:
        self.epoch: str | None = None
        """None before the first `joined`."""
        self.seq = 0
        self._ids = _Recent(IDS_KEPT)
        self._responses = _Recent(RESPONSES_KEPT)

    @property
    def auth(self) -> dict[str, Any]:
        """The fields of `auth` from which the server counts missed requests."""
        return {} if self.epoch is None else {"epoch": self.epoch, "seq": self.seq}

    def joined(self, joined: Joined) -> Gap | None:
        """Return the gap before a `joined` event, if there is one."""
        self.epoch, self.seq = joined.epoch, joined.seq
        return None if joined.missed == 0 else Gap(joined.missed, "disconnected")

    def requested(self, request: CapturedRequest) -> tuple[Gap | None, bool]:
        """Return the gap before a request, if there is one, and whether the request is new.

        A load balancer may send one request twice, with the same `id`. Both have a `seq`. After a
        handover, the second connection can repeat requests that the first has delivered.
        """
        is_repeated = request.epoch == self.epoch and request.seq <= self.seq
        gap = self._follow(request.epoch, request.seq)
        return gap, not is_repeated and self._ids.add(request.id)

    def responded(self, responded: Responded) -> bool:
        """Return whether a response is new."""
        return self._responses.add((responded.epoch, responded.seq))

    def _follow(self, epoch: str, seq: int) -> Gap | None:
        gap = None
        if epoch != self.epoch:
            gap = Gap(None, "skipped")
        elif seq > self.seq + 1:
            gap = Gap(seq - self.seq - 1, "skipped")
        if epoch != self.epoch or seq > self.seq:
            self.epoch, self.seq = epoch, seq
        return gap


class _Recent:
    """A set that drops its oldest values."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: set[Hashable] = set()
        self._in_order: deque[Hashable] = deque()

    def add(self, value: Hashable) -> bool:
        """Add a value, and return whether it is new."""
        if value in self._values:
            return False
        self._values.add(value)
        self._in_order.append(value)
        if len(self._in_order) > self._limit:
            self._values.discard(self._in_order.popleft())
        return True
