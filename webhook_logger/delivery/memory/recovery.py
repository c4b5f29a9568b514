"""The kept requests of callbacks in memory, for a server without a queue.

A callback's kept requests have no hole, and end with its last request. So when a request cannot be
kept, the older ones are dropped.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from webhook_logger.delivery.base import KeptRequest, Position
from webhook_logger.delivery.recovery import SLICE_BYTES, SLICE_REQUESTS, RecoveryLimits

REQUEST_OVERHEAD_BYTES = 512
"""Memory that Python needs for each kept request, in addition to its JSON."""
CALLBACK_OVERHEAD_BYTES = 1024
"""Memory that Python needs for each callback with kept requests."""
MAX_LEFT = 100_000
"""Maximum callbacks without viewers for which requests are kept. The one whose viewers left first
is removed.
"""
EXPIRY_SECONDS = 1.0


@dataclass(eq=False, slots=True)
class _Kept:
    request: KeptRequest
    size: int
    until: float
    """On the monotonic clock."""

    @property
    def uuid(self) -> str:
        return self.request.responded.uuid


class KeptRequests:
    """The kept requests of all callbacks. Its methods may be called from any thread."""

    def __init__(self, limits: RecoveryLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._buffers: dict[str, deque[_Kept]] = {}
        self._sizes: dict[str, int] = {}
        """Bytes of each buffer."""
        self._order: OrderedDict[_Kept, None] = OrderedDict()
        """The requests of all buffers, the oldest one first."""
        self._left: OrderedDict[str, float] = OrderedDict()
        """Callbacks without viewers, and the time until which their requests are kept."""
        self._total = 0
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """Return the bytes of all kept requests."""
        return self._total

    def watch(self, uuid: str, viewers: int) -> None:
        """Note the callback's number of viewers."""
        with self._lock:
            self._left.pop(uuid, None)
            if not viewers:
                self._left[uuid] = self._clock() + self._limits.seconds
            if len(self._left) > MAX_LEFT:
                self._drop(self._left.popitem(last=False)[0])

    def was_watched(self, uuid: str) -> bool:
        """Return whether the callback, which has no viewers now, had one within the time."""
        return self._left.get(uuid, 0.0) > self._clock()

    def keep(self, request: KeptRequest) -> None:
        """Keep the last request of a watched callback."""
        uuid, size = request.responded.uuid, len(request.members) + REQUEST_OVERHEAD_BYTES
        with self._lock:
            if size > self._limits.bytes:
                self._drop(uuid)
                return
            if uuid not in self._buffers:
                self._buffers[uuid], self._sizes[uuid] = deque(), 0
                self._total += CALLBACK_OVERHEAD_BYTES
            kept = _Kept(request, size, self._clock() + self._limits.seconds)
            self._buffers[uuid].append(kept)
            self._order[kept] = None
            self._sizes[uuid] += size
            self._total += size
            while self._sizes[uuid] > self._limits.bytes:
                self._drop_oldest(uuid)
            while self._total > self._limits.total_bytes:
                self._drop_oldest(next(iter(self._order)).uuid)

    def drop(self, uuid: str) -> None:
        """Drop the callback's requests, because its last one is not kept or its epoch ended."""
        if uuid in self._buffers:
            with self._lock:
                self._drop(uuid)

    def slice(self, uuid: str, since: Position) -> tuple[Sequence[KeptRequest], bool]:
        """Return the first kept requests after the position, and whether these are all of them.

        The position must be in the callback's epoch.
        """
        with self._lock:
            self._expire()
            kept = self._buffers.get(uuid)
            if not kept:
                return (), True
            begin = max(0, since.seq + 1 - kept[0].request.responded.seq)
            found: list[KeptRequest] = []
            size = 0
            for each in islice(kept, begin, begin + SLICE_REQUESTS):
                size += len(each.request.members)
                if found and size > SLICE_BYTES:
                    break
                found.append(each.request)
            return found, begin + len(found) >= len(kept)

    def run(self) -> None:
        """Drop expired requests without end, about `EXPIRY_SECONDS` after they expire."""
        while True:
            time.sleep(EXPIRY_SECONDS)
            with self._lock:
                self._expire()

    # The caller holds the lock

    def _expire(self) -> None:
        now = self._clock()
        while self._order and (oldest := next(iter(self._order))).until <= now:
            self._drop_oldest(oldest.uuid)
        while self._left and next(iter(self._left.values())) <= now:
            self._left.popitem(last=False)

    def _drop_oldest(self, uuid: str) -> None:
        kept = self._buffers[uuid].popleft()
        del self._order[kept]
        self._sizes[uuid] -= kept.size
        self._total -= kept.size
        if not self._buffers[uuid]:
            del self._buffers[uuid], self._sizes[uuid]
            self._total -= CALLBACK_OVERHEAD_BYTES

    def _drop(self, uuid: str) -> None:
        while uuid in self._buffers:
            self._drop_oldest(uuid)
