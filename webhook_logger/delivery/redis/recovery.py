"""Recovery: which scripts a worker uses to keep requests, and the ledger of all kept requests.

The kept requests of a callback are in its own cluster slot, so no script can add up those of all
callbacks. Each worker reports the bytes that it kept to the ledger, and drops the requests of the
callbacks that the ledger returns.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice

from webhook_logger.delivery.base import KeptRequest, QueueUnavailable, ResponseReport
from webhook_logger.delivery.recovery import RecoveryLimits
from webhook_logger.delivery.redis import recovery_scripts, scripts
from webhook_logger.delivery.redis.backlog import Call
from webhook_logger.delivery.redis.envelope import unseal
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.publisher import Publisher
from webhook_logger.delivery.redis.queue import QueueCommands
from webhook_logger.delivery.redis.redis_py import Connection, pack

REPORT_SECONDS = 0.1
RETRY_SECONDS = 1.0
"""Pause before callbacks are evicted that could not be evicted before."""
REPORTS_PER_SCRIPT = 200
EVICTIONS_PER_BATCH = 64
PAUSE_SECONDS = 60.0
"""A worker keeps no requests for this time after the queue's memory was full."""
PERSISTS = (
    "The queue writes its data to a disk, so captured requests are not kept for recovery. Start "
    'Redis with --save "" and --appendonly no, or set RECOVERY_SECONDS to 0.'
)
UNREADABLE = (
    "This server cannot read with CONFIG GET whether the queue writes its data to a disk. With "
    "RECOVERY_SECONDS, it must not."
)

log = logging.getLogger(__name__)


def kept_request(uuid: str, parts: Sequence[bytes]) -> KeptRequest:
    """Read the parts of a message of the kind `request`."""
    epoch, seq, status, by, members = parts
    place = (uuid, epoch.decode(), int(seq))
    return KeptRequest(ResponseReport(*place, int(status), by.decode()), members)


def read_messages(uuid: str, messages: Sequence[bytes]) -> Sequence[KeptRequest]:
    """Read the messages that the script returned. Raises `UnknownVersion`."""
    return [kept_request(uuid, unseal(message)[1]) for message in messages]


class QueuePersists(Exception):
    """The queue writes its data to a disk, so no captured request may be kept in it."""


def check_persistence(connection: Connection) -> None:
    """Raise `QueuePersists` if the connected Redis writes its data to a disk. Log a warning if it
    does not say so. Raises `OSError`.
    """
    connection.send(pack("CONFIG", "GET", "save") + pack("CONFIG", "GET", "appendonly"))
    responses = connection.read(), connection.read()
    try:
        (_, save), (_, appendonly) = responses
    except (TypeError, ValueError):  # an error, or nothing
        log.warning(UNREADABLE)
        return
    if save or appendonly != b"no":
        raise QueuePersists(PERSISTS)


class Recovery:
    """A worker's share of recovery: its scripts, and its reports to the ledger."""

    def __init__(self, limits: RecoveryLimits, keys: Keys, is_sharded: bool = False) -> None:
        self.is_on = limits.seconds > 0
        self._keys = keys
        self._plain = scripts.without_recovery(keys, is_sharded)
        self.scripts = (
            scripts.with_recovery(keys, limits, is_sharded) if self.is_on else self._plain
        )
        self.publish_script = self.scripts.publish
        """The script for the next request."""
        self._ledger = recovery_scripts.ledger(limits)
        self._reports: dict[str, int] = {}
        """Bytes by callback, since the last report."""
        self._evicted: set[str] = set()
        """Callbacks whose kept requests must be dropped."""
        self._persisting: set[Publisher] = set()
        """Publishers that are connected to a Redis that writes to a disk."""
        self._paused_until = 0.0
        self._wake = threading.Event()

    def inspect(self, publisher: Publisher, connection: Connection) -> None:
        """Check a new connection. If its Redis writes to a disk, keep nothing in it, not even the
        requests that already wait. Raises `OSError`.
        """
        if not self.is_on:
            return
        try:
            check_persistence(connection)
        except QueuePersists as error:
            log.error("%s", error)  # the traceback says nothing
            self._persisting.add(publisher)
            publisher.replace_script(self.scripts.publish, self._plain.publish)
        else:
            self._persisting.discard(publisher)
        self._choose_script()

    def memory_full(self) -> None:
        """Keep nothing for a while, and drop what is kept, because the queue's memory is full."""
        if self.is_on:
            if not self._is_paused:
                log.warning("The queue's memory is full. Requests are not kept for recovery.")
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            self._choose_script()
            self._wake.set()

    @property
    def _is_paused(self) -> bool:
        return time.monotonic() < self._paused_until

    def _choose_script(self) -> None:
        keeps = not self._persisting and not self._is_paused
        self.publish_script = (self.scripts if keeps else self._plain).publish

    # The ledger

    def report(self, uuid: str, size: int) -> None:
        """Report soon how many bytes of the callback are kept. Never blocks."""
        self._reports[uuid] = size
        self._wake.set()

    def run(self, publisher: QueueCommands) -> None:
        """Report without end, at most once in `REPORT_SECONDS`."""
        while True:
            seconds = self._paused_until - time.monotonic()
            self._wake.wait(seconds if seconds > 0 else None)
            self._wake.clear()
            time.sleep(RETRY_SECONDS if self._evicted else REPORT_SECONDS)
            self._choose_script()
            try:
                self._run_ledger(publisher)
            except QueueUnavailable as error:
                log.debug("The kept requests are not reported: %s", error)
                self._wake.set()
            if self._evicted:  # their part of the queue is unavailable
                self._wake.set()

    def _run_ledger(self, publisher: QueueCommands) -> None:
        is_done = False
        while not is_done:
            batch = dict(islice(self._reports.items(), REPORTS_PER_SCRIPT))
            args = [text for uuid, size in batch.items() for text in (uuid, str(size))]
            is_full, evicted = publisher.run(self._ledger, self._keys.ledger, *args)
            for uuid, size in batch.items():
                if self._reports.get(uuid) == size:
                    del self._reports[uuid]
            if is_full:
                self.memory_full()
            self._evicted.update(uuid.decode() for uuid in evicted)
            self._evict(publisher)
            is_done = not self._reports and len(evicted) < recovery_scripts.MAX_EVICTED

    def _evict(self, publisher: QueueCommands) -> None:
        """Drop kept requests. Those on a part of the queue that is unavailable wait."""
        waiting = iter(tuple(self._evicted))
        while batch := tuple(islice(waiting, EVICTIONS_PER_BATCH)):
            self._evict_batch(publisher, batch)
            if publisher.is_unavailable:
                return

    def _evict_batch(self, publisher: QueueCommands, uuids: Sequence[str]) -> None:
        calls: dict[str, Call] = {}
        for uuid in uuids:
            with suppress(QueueUnavailable):
                where = [self._keys.key(uuid)]
                calls[uuid] = publisher.submit_script(recovery_scripts.EVICT, where)
        for uuid, call in calls.items():
            with suppress(QueueUnavailable):
                call.wait()
                self._evicted.discard(uuid)
