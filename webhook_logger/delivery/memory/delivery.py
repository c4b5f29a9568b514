"""Delivery within one process, without a queue."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from webhook_logger.delivery.base import (
    ORDINARY,
    Barrier,
    Delivery,
    Expected,
    KeptRequest,
    Position,
    RateExceeded,
    Receipt,
    ResponseReport,
    Sink,
)
from webhook_logger.delivery.events import Publishable, members_of
from webhook_logger.delivery.memory.recovery import KeptRequests
from webhook_logger.delivery.memory.replies import Replies
from webhook_logger.delivery.memory.responses import Responses
from webhook_logger.delivery.recovery import RECOVERY_OFF, RecoveryLimits
from webhook_logger.delivery.socketio import LeanRooms
from webhook_logger.delivery.stored import StoredReply
from webhook_logger.errors import Reason
from webhook_logger.rates import Rates

LOCKS = 64
"""Number of locks. Callbacks share them, so a callback rarely waits for the viewers of another."""
MAX_CALLBACKS = 100_000
"""Maximum counters of callbacks without viewers. A callback whose counter was removed begins a new
epoch.
"""


@dataclass(slots=True)
class _Counter:
    epoch: str = field(default_factory=lambda: secrets.token_hex(8))
    seq: int = 0


class MemoryDelivery(Delivery):
    """Delivery without `REDIS_URL`."""

    def __init__(self, max_per_second: int = 0, recovery: RecoveryLimits = RECOVERY_OFF) -> None:
        self._rates = Rates(max_per_second, 1.0)
        self.manager = LeanRooms()
        self._sink: Sink
        self._counters: OrderedDict[str, _Counter] = OrderedDict()
        self._viewers: dict[str, int] = {}
        self._replaced: dict[str, int] = {}
        """The viewers of each callback that are not counted, if there are any."""
        self._recovery = KeptRequests(recovery)
        self.recovers = recovery.seconds > 0
        self._replies = Replies()
        self._responses = Responses(self._take_reply)
        # Counting and delivering a request are one step under the lock of its callback. Otherwise
        # two requests of a callback could be delivered out of order.
        self._locks = tuple(threading.Lock() for _ in range(LOCKS))

    def start(self, sink: Sink) -> None:
        self._sink = sink
        if self.recovers:
            threading.Thread(target=self._recovery.run, daemon=True).start()

    def publish(self, request: Publishable, expected: Expected = ORDINARY) -> Receipt:
        uuid = request.uuid
        if seconds := self._rates.take(uuid):
            raise RateExceeded(seconds)
        if uuid in self._viewers or self.recovers:
            with self._lock_of(uuid):
                return self._publish(request, expected)
        # No lock: without viewers, no call blocks, so that no other green thread runs meanwhile.
        return self._publish(request, expected)

    def _publish(self, request: Publishable, expected: Expected) -> Receipt:
        uuid = request.uuid
        counter = self._counter(uuid)
        counter.seq += 1
        viewers = self._viewers.get(uuid, 0)
        reply, takes = self._replies.get(uuid), expected.reply != "look"
        is_handshake = expected.reply == "hold" and reply is None
        pending = self._responses.add(uuid, request.id, is_handshake) if takes else None
        reply = None if pending else reply
        # Use the reply before viewers get the request, because it may be changed meanwhile.
        is_changed = reply is not None and takes and self._replies.take(uuid)
        status, by = (0, "") if reply or pending else (expected.status, expected.by)
        responded = ResponseReport(uuid, counter.epoch, counter.seq, status, by)
        if viewers or self.recovers:
            self._deliver(request, responded, viewers > 0)
        if is_changed:
            self._sink.reply_used(uuid)
        if self._replaced:
            viewers -= self._replaced.get(uuid, 0)
        taken = None if reply is None else reply.taken
        return Receipt(responded.epoch, responded.seq, viewers, taken, pending)

    def _deliver(self, request: Publishable, responded: ResponseReport, has_viewers: bool) -> None:
        uuid = request.uuid
        if not has_viewers and not self._recovery.was_watched(uuid):
            self._recovery.drop(uuid)
            return
        members = members_of(request)
        if self.recovers:
            self._recovery.keep(KeptRequest(responded, members))
        if has_viewers:
            self._sink.deliver(responded, members)

    def _take_reply(self, uuid: str) -> StoredReply | None:
        reply = self._replies.get(uuid)
        if reply and self._replies.take(uuid):
            self._sink.reply_used(uuid)
        return reply and reply.taken

    def responded(self, responded: ResponseReport) -> None:
        self._sink.responded(responded)

    def refused(self, uuid: str, reason: Reason) -> None:
        if uuid in self._viewers:
            self._sink.refused(uuid, 1, reason)

    def get_reply(self, uuid: str) -> StoredReply | None:
        return self._replies.get(uuid)

    def set_reply(self, uuid: str, stored: StoredReply | None) -> None:
        self._replies.set(uuid, stored)
        self._sink.reply(uuid, stored)

    def claim(self, uuid: str, viewer: str, replaces: str = "") -> bool:
        is_responder = self._responses.claim(uuid, viewer, replaces)
        self._report_presence(uuid)
        return is_responder

    def take_over(self, uuid: str, viewer: str, replaces: str) -> None:
        self._responses.take_over(uuid, viewer, replaces)

    def handed_over(self, uuid: str, viewer: str) -> None:
        self._sink.handed_over(uuid, viewer)

    def restored(self, uuid: str, viewer: str) -> None:
        self._sink.restored(uuid, viewer)

    def unclaim(self, uuid: str, viewer: str) -> None:
        self._responses.unclaim(uuid, viewer)
        self._report_presence(uuid)

    def claim_handshakes(self, uuid: str, viewer: str) -> None:
        self._responses.claim_handshakes(uuid, viewer)

    def unclaim_handshakes(self, uuid: str, viewer: str) -> None:
        self._responses.unclaim_handshakes(uuid, viewer)

    def respond(self, uuid: str, request: str, response: str) -> bool:
        return self._responses.respond(uuid, request, response)

    def decline(self, uuid: str, request: str) -> bool:
        return self._responses.decline(uuid, request)

    @contextmanager
    def barrier(self, uuid: str, since: Position | None = None) -> Iterator[Barrier]:
        with self._lock_of(uuid):
            counter = self._counter(uuid)
            recovered: Sequence[KeptRequest] = ()
            is_complete = True
            if self.recovers and since and since.epoch == counter.epoch:
                if uuid not in self._viewers:
                    self._recovery.watch(uuid, 0)
                recovered, is_complete = self._recovery.slice(uuid, since)
            has_responder = self._responses.has_responder(uuid)
            yield Barrier(counter.epoch, counter.seq, 0, recovered, is_complete, has_responder)

    def set_viewers(self, uuid: str, viewers: int, replaced: int = 0) -> None:
        for numbers, number in ((self._viewers, viewers), (self._replaced, replaced)):
            if number:
                numbers[uuid] = number
            else:
                numbers.pop(uuid, None)
        if self.recovers:
            self._recovery.watch(uuid, viewers)
        self._report_presence(uuid)

    def _report_presence(self, uuid: str) -> None:
        viewers = self._viewers.get(uuid, 0) - self._replaced.get(uuid, 0)
        self._sink.presence(uuid, viewers, self._responses.has_responder(uuid))

    def check(self) -> None:
        pass  # without a queue, a worker is always ready

    def _lock_of(self, uuid: str) -> threading.Lock:
        return self._locks[hash(uuid) % LOCKS]

    def _counter(self, uuid: str) -> _Counter:
        counter = self._counters.get(uuid)
        if counter is None:
            counter = self._counters[uuid] = _Counter()
            self._remove_oldest()
        self._counters.move_to_end(uuid)
        return counter

    def _remove_oldest(self) -> None:
        """Remove the least recently used counter; those of callbacks with viewers stay."""
        if len(self._counters) - len(self._viewers) <= MAX_CALLBACKS:
            return
        while (oldest := next(iter(self._counters))) in self._viewers:
            self._counters.move_to_end(oldest)
        del self._counters[oldest]
        self._recovery.drop(oldest)
