"""How many viewers each callback has on this worker, made known to the other workers."""

from __future__ import annotations

import logging
import threading
import time

import redis

from webhook_logger.delivery import scripts

REFRESH_SECONDS = 5.0
"""Well below `scripts.PRESENCE_SECONDS`, after which a worker that says nothing counts as gone."""

RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)


class Presence:
    """This worker's counts; `keep` writes them to Redis as they change, and anew in time."""

    def __init__(self, client: redis.Redis, worker: str) -> None:
        self._client = client
        self._worker = worker
        self._script = client.register_script(scripts.PRESENCE)
        self._here: dict[str, int] = {}
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
            except (redis.RedisError, OSError) as error:
                log.debug("Presence is not written: %s", error)
                self._changed |= changed
                due = min(due, time.monotonic() + RETRY_SECONDS)

    def _write(self, uuids: set[str]) -> None:
        if not uuids:
            return
        with self._client.pipeline(transaction=False) as pipeline:
            for uuid in uuids:
                here, channel = str(self.here(uuid)), scripts.channel(uuid)
                args = [self._worker, scripts.fresh_epoch(), here, channel]
                self._script(keys=[scripts.key(uuid)], args=args, client=pipeline)
            pipeline.execute()
