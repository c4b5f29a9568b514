"""Tells other workers how many viewers each callback has on this worker, and whether one of them
responds to its requests.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis import keys, scripts
from webhook_logger.delivery.redis.backlog import Call
from webhook_logger.delivery.redis.publisher import Publisher

REFRESH_SECONDS = 5.0
"""Well below `scripts.PRESENCE_SECONDS`, after which a worker that says nothing counts as gone."""

RETRY_SECONDS = 1.0
COMMANDS_AT_ONCE = 64

log = logging.getLogger(__name__)


class Presence:
    """This worker's share of both; `keep` writes changes to Redis, and all of it regularly."""

    def __init__(
        self, publisher: Publisher, worker: str, replaced: Callable[[str, str], None]
    ) -> None:
        self._replaced = replaced
        self._publisher = publisher
        self._worker = worker
        self._here: dict[str, int] = {}
        self._responders: dict[str, str] = {}
        self._claiming: set[str] = set()
        """Callbacks whose claim is on its way: who claims hears its result."""
        self._changed: set[str] = set()
        self._wake = threading.Event()

    def here(self, uuid: str) -> int:
        """Return how many viewers of the callback this worker has."""
        return self._here.get(uuid, 0)

    def change(self, uuid: str, viewers: int) -> None:
        """Note the new number. Never blocks."""
        if viewers:
            self._here[uuid] = viewers
        else:
            self._here.pop(uuid, None)
        self._note(uuid)

    def claim(self, uuid: str, viewer: str) -> bool:
        """As `Delivery.claim`."""
        if self._responders.setdefault(uuid, viewer) != viewer:
            return False
        args = (self._worker, scripts.fresh())
        self._claiming.add(uuid)
        try:
            if self._publisher.run(scripts.CLAIM, [keys.key(uuid)], *args):
                return True
        finally:
            self._claiming.discard(uuid)
        self.unclaim(uuid, viewer)
        return False

    def unclaim(self, uuid: str, viewer: str) -> None:
        """As `Delivery.unclaim`."""
        if self._responders.get(uuid) == viewer:
            del self._responders[uuid]
            with suppress(QueueUnavailable):
                # At once: before another one here can claim, and be taken for this one.
                self._submit(uuid)
            self._note(uuid)

    def _note(self, uuid: str) -> None:
        self._changed.add(uuid)
        self._wake.set()

    def keep(self) -> None:
        """Write for ever; try again soon what could not be written."""
        due = 0.0
        while True:
            self._wake.wait(max(0.0, due - time.monotonic()))
            self._wake.clear()
            if time.monotonic() >= due:
                self._changed.update(self._here)
                due = time.monotonic() + REFRESH_SECONDS
            changed, self._changed = self._changed, set()
            if failed := self._write(changed):
                self._changed |= failed
                due = min(due, time.monotonic() + RETRY_SECONDS)

    def _write(self, uuids: set[str]) -> set[str]:
        """Write a part at a time, because senders share the publisher; return what was not written.

        One callback that fails keeps no other from being written.
        """
        failed: set[str] = set()
        waiting = iter(uuids)
        while part := list(islice(waiting, COMMANDS_AT_ONCE)):
            failed |= self._write_part(part)
            if failed and self._publisher.is_unavailable:
                break
        return failed.union(waiting)

    def _write_part(self, uuids: list[str]) -> set[str]:
        failed: set[str] = set()
        calls: dict[str, tuple[Call, str | None]] = {}
        for uuid in uuids:
            with self._noting(uuid, failed):
                viewer = None if uuid in self._claiming else self._responders.get(uuid)
                calls[uuid] = self._submit(uuid), viewer
        for uuid, (call, viewer) in calls.items():
            with self._noting(uuid, failed):
                if call.wait() == 0 and viewer and self._responders.get(uuid) == viewer:
                    self._lose(uuid, viewer)
        return failed

    def _lose(self, uuid: str, viewer: str) -> None:
        """Another worker's viewer has claimed to respond: this worker was frozen for too long, or
        Redis lost its memory.
        """
        del self._responders[uuid]
        self._replaced(uuid, viewer)

    @contextmanager
    def _noting(self, uuid: str, failed: set[str]) -> Iterator[None]:
        try:
            yield
        except QueueUnavailable as error:
            log.debug("Presence is not written: %s", error)
            failed.add(uuid)

    def _submit(self, uuid: str) -> Call:
        here, channel = str(self.here(uuid)), keys.channel(uuid)
        responds = "responds" if uuid in self._responders else ""
        where = (keys.key(uuid), keys.pending_key(uuid))
        args = (self._worker, scripts.fresh(), here, channel, responds)
        return self._publisher.submit_script(scripts.PRESENCE, where, *args)
