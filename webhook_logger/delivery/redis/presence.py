"""How many viewers each callback has on this worker, and whether one of them answers its requests,
made known to the other workers.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
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
    """This worker's share of both; `keep` writes it to Redis as it changes, and anew in time."""

    def __init__(self, publisher: Publisher, worker: str) -> None:
        self._publisher = publisher
        self._worker = worker
        self._here: dict[str, int] = {}
        self._answerers: dict[str, str] = {}
        self._changed: set[str] = set()
        self._wake = threading.Event()

    def here(self, uuid: str) -> int:
        """How many viewers this worker has of the callback."""
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
        if self._answerers.setdefault(uuid, viewer) != viewer:
            return False
        args = (self._worker, scripts.fresh())
        if self._publisher.run(scripts.CLAIM, [keys.key(uuid)], *args):
            return True
        self.unclaim(uuid, viewer)
        return False

    def unclaim(self, uuid: str, viewer: str) -> None:
        """As `Delivery.unclaim`."""
        if self._answerers.get(uuid) == viewer:
            del self._answerers[uuid]
            with suppress(QueueUnavailable):
                # At once: before another one here can claim, and be taken for this one.
                self._submit(uuid)
            self._note(uuid)

    def _note(self, uuid: str) -> None:
        self._changed.add(uuid)
        self._wake.set()

    def keep(self) -> None:
        """Write for ever; when that fails, all is written anew as soon as it can be."""
        due = 0.0
        while True:
            self._wake.wait(max(0.0, due - time.monotonic()))
            self._wake.clear()
            if time.monotonic() >= due:
                self._changed.update(self._here)
                due = time.monotonic() + REFRESH_SECONDS
            changed, self._changed = self._changed, set()
            try:
                self._write(changed)
            except QueueUnavailable as error:
                log.debug("Presence is not written: %s", error)
                self._changed |= changed
                due = min(due, time.monotonic() + RETRY_SECONDS)

    def _write(self, uuids: set[str]) -> None:
        """A part at a time: senders share the publisher, and what it lets wait."""
        waiting = iter(uuids)
        while part := list(islice(waiting, COMMANDS_AT_ONCE)):
            calls = [self._submit(uuid) for uuid in part]
            for call in calls:
                call.wait()

    def _submit(self, uuid: str) -> Call:
        here, channel = str(self.here(uuid)), keys.channel(uuid)
        answers = "answers" if uuid in self._answerers else ""
        where = (keys.key(uuid), keys.held_key(uuid))
        args = (self._worker, scripts.fresh(), here, channel, answers)
        return self._publisher.submit_script(scripts.PRESENCE, where, *args)
