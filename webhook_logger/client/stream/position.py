"""The position of an inbox in a callback's stream, to detect gaps and duplicates."""

from __future__ import annotations

from collections import deque
from typing import Any

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.stream.events import Gap
from webhook_logger.client.stream.wire import Joined

IDS_KEPT = 1000
"""Number of ids kept to detect duplicates: a load balancer retries within seconds."""


class InboxPosition:
    """Tracks the events `joined` and `request`, in order."""

    def __init__(self, uuid: str) -> None:
        self._uuid = uuid
        self._epoch: str | None = None
        self._seq = 0
        self._ids: set[str] = set()
        self._ids_in_order: deque[str] = deque()

    @property
    def auth(self) -> dict[str, Any]:
        """The `auth` payload, from which the server counts missed requests."""
        if self._epoch is None:
            return {"uuid": self._uuid}
        return {"uuid": self._uuid, "epoch": self._epoch, "seq": self._seq}

    def joined(self, joined: Joined) -> Gap | None:
        """Return the gap before a `joined` event, if there is one."""
        self._epoch, self._seq = joined.epoch, joined.seq
        return None if joined.missed == 0 else Gap(joined.missed, "disconnected")

    def requested(self, request: CapturedRequest) -> tuple[Gap | None, bool]:
        """Return the gap before a request, if there is one, and whether the request is new.

        A load balancer may send one request twice, with the same `id`. Both have a `seq`.
        """
        gap = self._follow(request.epoch, request.seq)
        is_new = request.id not in self._ids
        if is_new:
            self._remember(request.id)
        return gap, is_new

    def _follow(self, epoch: str, seq: int) -> Gap | None:
        gap = None
        if epoch != self._epoch:
            gap = Gap(None, "skipped")
        elif seq > self._seq + 1:
            gap = Gap(seq - self._seq - 1, "skipped")
        if epoch != self._epoch or seq > self._seq:
            self._epoch, self._seq = epoch, seq
        return gap

    def _remember(self, id_: str) -> None:
        self._ids.add(id_)
        self._ids_in_order.append(id_)
        if len(self._ids_in_order) > IDS_KEPT:
            self._ids.discard(self._ids_in_order.popleft())
