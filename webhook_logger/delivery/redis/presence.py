"""Reports this worker's number of viewers and its responders of each callback to other workers."""

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
"""Well below `scripts.PRESENCE_SECONDS`, after which the presence of a silent worker expires."""

RETRY_SECONDS = 1.0
COMMANDS_PER_BATCH = 64

log = logging.getLogger(__name__)


class Presence:
    """This worker's viewers and responders. `run` writes each change to Redis, and all of
    them every `REFRESH_SECONDS`.
    """

    def __init__(
        self,
        publisher: Publisher,
        worker: str,
        replaced: Callable[[str, str], None],
        script: str = scripts.WITHOUT_RECOVERY.presence,
    ) -> None:
        self._replaced = replaced
        self._script = script
        self._publisher = publisher
        self._worker = worker
        self._viewers: dict[str, int] = {}
        self._responders: dict[str, str] = {}
        self._claiming: set[str] = set()
        """Callbacks with a claim in progress. `claim` returns its result to the viewer."""
        self._changed: set[str] = set()
        self._wake = threading.Event()

    def viewers(self, uuid: str) -> int:
        """Return the number of the callback's viewers on this worker."""
        return self._viewers.get(uuid, 0)

    def set_viewers(self, uuid: str, viewers: int) -> None:
        """Set the number of the callback's viewers on this worker. Never blocks."""
        if viewers:
            self._viewers[uuid] = viewers
        else:
            self._viewers.pop(uuid, None)
        self._mark_changed(uuid)

    def claim(self, uuid: str, viewer: str) -> bool:
        """Implement `Delivery.claim`."""
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
        """Implement `Delivery.unclaim`."""
        if self._responders.get(uuid) == viewer:
            del self._responders[uuid]
            with suppress(QueueUnavailable):
                # Submit now. Otherwise another viewer on this worker could claim the role first,
                # and Redis could not distinguish the two.
                self._submit(uuid)
            self._mark_changed(uuid)

    def _mark_changed(self, uuid: str) -> None:
        self._changed.add(uuid)
        self._wake.set()

    def run(self) -> None:
        """Write changes without end, and retry failed writes soon."""
        due = 0.0
        while True:
            self._wake.wait(max(0.0, due - time.monotonic()))
            self._wake.clear()
            if time.monotonic() >= due:
                self._changed.update(self._viewers)
                due = time.monotonic() + REFRESH_SECONDS
            changed, self._changed = self._changed, set()
            if failed := self._write(changed):
                self._changed |= failed
                due = min(due, time.monotonic() + RETRY_SECONDS)

    def _write(self, uuids: set[str]) -> set[str]:
        """Write the presence of these callbacks. Return those that failed.

        Write a few at a time, because senders share the publisher. A callback that fails does not
        prevent the others.
        """
        failed: set[str] = set()
        waiting = iter(uuids)
        while part := list(islice(waiting, COMMANDS_PER_BATCH)):
            failed |= self._write_part(part)
            if failed and self._publisher.is_unavailable:
                break
        return failed.union(waiting)

    def _write_part(self, uuids: list[str]) -> set[str]:
        failed: set[str] = set()
        calls: dict[str, tuple[Call, str | None]] = {}
        for uuid in uuids:
            with self._collecting_failures(uuid, failed):
                viewer = None if uuid in self._claiming else self._responders.get(uuid)
                calls[uuid] = self._submit(uuid), viewer
        for uuid, (call, viewer) in calls.items():
            with self._collecting_failures(uuid, failed):
                if call.wait() == 0 and viewer and self._responders.get(uuid) == viewer:
                    self._report_replaced(uuid, viewer)
        return failed

    def _report_replaced(self, uuid: str, viewer: str) -> None:
        """Report that a viewer on another worker has become the responder, because this worker was
        blocked for too long or Redis lost its data.
        """
        del self._responders[uuid]
        self._replaced(uuid, viewer)

    @contextmanager
    def _collecting_failures(self, uuid: str, failed: set[str]) -> Iterator[None]:
        try:
            yield
        except QueueUnavailable as error:
            log.debug("The presence was not written: %s", error)
            failed.add(uuid)

    def _submit(self, uuid: str) -> Call:
        viewers, channel = str(self.viewers(uuid)), keys.channel(uuid)
        responds = "responds" if uuid in self._responders else ""
        where = (keys.key(uuid), keys.pending_key(uuid))
        args = (self._worker, scripts.fresh(), viewers, channel, responds)
        return self._publisher.submit_script(self._script, where, *args)
