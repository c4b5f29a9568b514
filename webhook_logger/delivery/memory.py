"""Delivery within one process, without a queue."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from socketio import Manager

from webhook_logger.captured import CapturedRequest
from webhook_logger.delivery.base import Cut, Delivery, Receipt, Sink

MOST_CALLBACKS = 100_000
"""Whose counters are kept, those with viewers aside; a forgotten one begins a new epoch."""


@dataclass(slots=True)
class _Counter:
    epoch: str = field(default_factory=lambda: secrets.token_hex(8))
    seq: int = 0


class MemoryDelivery(Delivery):
    """The default without `REDIS_URL`."""

    def __init__(self) -> None:
        self.manager = Manager()
        self._sink: Sink
        self._counters: OrderedDict[str, _Counter] = OrderedDict()
        self._viewers: dict[str, int] = {}
        # Counting and handing over are one step, or two requests could change places between.
        self._order = threading.Lock()

    def start(self, sink: Sink) -> None:
        self._sink = sink

    def publish(self, request: CapturedRequest) -> Receipt:
        with self._order:
            counter = self._counter(request.uuid)
            counter.seq += 1
            viewers = self._viewers.get(request.uuid, 0)
            if viewers:
                self._sink.deliver(
                    request.uuid, request.accepted(counter.epoch, counter.seq).to_wire()
                )
            return Receipt(counter.epoch, counter.seq, viewers)

    @contextmanager
    def cut(self, uuid: str) -> Iterator[Cut]:
        with self._order:
            counter = self._counter(uuid)
            yield Cut(counter.epoch, counter.seq, viewers_elsewhere=0)

    def set_viewers(self, uuid: str, viewers: int) -> None:
        if viewers:
            self._viewers[uuid] = viewers
        else:
            self._viewers.pop(uuid, None)
        self._sink.count(uuid, viewers)

    def check(self) -> None:
        pass  # nothing here can be away

    def _counter(self, uuid: str) -> _Counter:
        if uuid not in self._counters:
            self._counters[uuid] = _Counter()
            self._forget_one_too_many()
        self._counters.move_to_end(uuid)
        return self._counters[uuid]

    def _forget_one_too_many(self) -> None:
        """The one longest unused; one with viewers counts as used."""
        if len(self._counters) - len(self._viewers) <= MOST_CALLBACKS:
            return
        while (oldest := next(iter(self._counters))) in self._viewers:
            self._counters.move_to_end(oldest)
        del self._counters[oldest]
