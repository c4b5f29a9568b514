"""The progress of each callback, as this worker knows it, in case the queue loses its last writes.

A replica that becomes the master can lack the last requests, and a Redis that is restarted lacks
all. Their workers still know the `seq` of these requests, and report it to the new master. So it
knows how each epoch ended, and can count what a viewer missed that comes from there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Container, Mapping

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis.backlog import Call
from webhook_logger.delivery.redis.counter_scripts import fresh
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.queue import QueueCommands

MAX_CALLBACKS = 10_000
"""Maximum callbacks whose progress a worker knows. For others, lost requests are not counted."""
REPORTS_PER_BATCH = 64
RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)


class Progress:
    """The last `seq` that this worker has seen of each callback, in receipts and in the stream."""

    def __init__(self, publisher: QueueCommands, keys: Keys, script: str, worker: str) -> None:
        self._publisher = publisher
        self._keys = keys
        self._script = script
        self._worker = worker
        self._reached: dict[str, tuple[str, int]] = {}
        """The last epoch and `seq` by callback."""
        self._ended: dict[tuple[str, str], int] = {}
        """The last `seq` by callback and epoch, of epochs that may have ended. Not yet reported."""
        self._wake = threading.Event()

    def note(self, uuid: str, epoch: str, seq: int) -> None:
        """Note the position of an accepted request, or of a barrier. Never blocks."""
        last = self._reached.get(uuid)
        if last is None:
            if len(self._reached) >= MAX_CALLBACKS:
                del self._reached[next(iter(self._reached))]
        elif last[0] != epoch:
            self._end(uuid, *last)
        elif last[1] >= seq:
            return
        self._reached[uuid] = epoch, seq

    def end(self, part: Container[str]) -> None:
        """Note that these callbacks begin new epochs. Never blocks."""
        for uuid in [uuid for uuid in self._reached if uuid in part]:
            self._end(uuid, *self._reached.pop(uuid))

    def _end(self, uuid: str, epoch: str, seq: int) -> None:
        last = self._ended.get((uuid, epoch), 0)
        if len(self._ended) < MAX_CALLBACKS:
            self._ended[uuid, epoch] = max(last, seq)
        self._wake.set()

    def run(self) -> None:
        """Report without end."""
        while True:
            self._wake.wait()
            time.sleep(RETRY_SECONDS)
            self._wake.clear()
            try:
                self.report()
            except QueueUnavailable as error:
                log.debug("The progress of callbacks is not reported: %s", error)
                self._wake.set()

    def report(self, uuids: Collection[str] | None = None) -> None:
        """Report the progress of these callbacks, or of all. Raises `QueueUnavailable`."""
        failure: QueueUnavailable | None = None
        left = [place for place in self._ended if uuids is None or place[0] in uuids]
        for first in range(0, len(left), REPORTS_PER_BATCH):
            batch = {
                place: self._ended[place]
                for place in left[first : first + REPORTS_PER_BATCH]
                if place in self._ended
            }
            failure = self._report_batch(batch) or failure
        if failure:
            raise failure

    def _report_batch(self, batch: Mapping[tuple[str, str], int]) -> QueueUnavailable | None:
        """Return the last error. A part of the queue can fail while the others work."""
        failure: QueueUnavailable | None = None
        calls: dict[tuple[str, str], Call] = {}
        for place, seq in batch.items():
            try:
                calls[place] = self._submit(*place, seq)
            except QueueUnavailable as error:
                failure = error
        for place, call in calls.items():
            try:
                lost = call.wait()
            except QueueUnavailable as error:
                failure = error
            else:
                if self._ended.get(place) == batch[place]:
                    del self._ended[place]
                if lost < 0:  # the publisher is still connected to the old Redis
                    self.note(*place, batch[place])
        return failure

    def _submit(self, uuid: str, epoch: str, seq: int) -> Call:
        args = (self._worker, fresh(), self._keys.channel(uuid), epoch, str(seq))
        return self._publisher.submit_script(self._script, [self._keys.key(uuid)], *args)
