"""Reports this worker's viewers and responders of each callback to other workers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis.backlog import Call
from webhook_logger.delivery.redis.counter_scripts import fresh
from webhook_logger.delivery.redis.envelope import seal
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.presence_scripts import CLAIM
from webhook_logger.delivery.redis.queue import QueueCommands

REFRESH_SECONDS = 5.0
"""Well below `presence_scripts.PRESENCE_SECONDS`, after which the presence of a silent worker
expires.
"""

RETRY_SECONDS = 1.0
COMMANDS_PER_BATCH = 64
UNDECIDED = "?"
"""In place of a responder: the script does not change the role."""

log = logging.getLogger(__name__)


class Presence:
    """This worker's viewers and responders. `run` writes each change to Redis, and all of
    them every `REFRESH_SECONDS`.
    """

    def __init__(
        self,
        publisher: QueueCommands,
        keys: Keys,
        worker: str,
        replaced: Callable[[str, str], None],
        script: str,
    ) -> None:
        self._keys = keys
        self._replaced = replaced
        self._script = script
        self._publisher = publisher
        self._worker = worker
        self._viewers: dict[str, int] = {}
        self._responders: dict[str, str] = {}
        self._handshakes: dict[str, set[str]] = {}
        """The viewers of each callback that respond to handshakes."""
        self._moving: dict[str, set[str]] = {}
        """Viewers that may have replaced a responder: the queue has not confirmed it yet."""
        self._claiming: set[str] = set()
        """Callbacks with a claim in progress. `claim` returns its result to the viewer."""
        self._changed: set[str] = set()
        self._ended: list[Call] = []
        """Commands that ended a role, and whose results were not read yet."""
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

    def claim(self, uuid: str, viewer: str, replaces: str = "") -> bool:
        """Implement `Delivery.claim`."""
        if self._moving.get(uuid, set()) - {viewer}:
            raise QueueUnavailable("A viewer on this worker may be replacing the responder.")
        if self._responders.get(uuid) == replaces:
            self._responders[uuid] = viewer
        if self._responders.setdefault(uuid, viewer) != viewer:
            return False
        self._claiming.add(uuid)
        try:
            if self._claim(uuid, viewer, replaces) == 1:
                self._end_moving(uuid, viewer)
                self._mark_changed(uuid)  # reports the responder to viewers
                return True
        finally:
            self._claiming.discard(uuid)
        self.unclaim(uuid, viewer)
        return False

    def take_over(self, uuid: str, viewer: str, replaces: str) -> None:
        """Implement `Delivery.take_over`."""
        responder = self._responders.get(uuid)
        if responder in (viewer, replaces):
            self.claim(uuid, viewer, replaces)
        elif responder is None:
            self._moving.setdefault(uuid, set()).add(viewer)
            if self._claim(uuid, viewer, replaces, "replace") == 1:
                self._responders[uuid] = viewer
            self._end_moving(uuid, viewer)

    def _claim(self, uuid: str, viewer: str, replaces: str, how: str = "") -> int:
        args = (self._worker, fresh(), viewer, replaces, how)
        try:
            return int(self._publisher.run(CLAIM, [self._keys.key(uuid)], *args))
        except QueueUnavailable:
            raise  # the caller claims again, or calls `unclaim`
        except Exception:
            self.unclaim(uuid, viewer)
            raise

    def _end_moving(self, uuid: str, viewer: str) -> bool:
        """Return whether the viewer may have replaced a responder, and forget it."""
        moving = self._moving.get(uuid, set())
        if viewer not in moving:
            return False
        moving.discard(viewer)
        if not moving:
            del self._moving[uuid]
            self._mark_changed(uuid)  # before, the role may not have been written
        return True

    def unclaim(self, uuid: str, viewer: str) -> None:
        """Implement `Delivery.unclaim`."""
        may_have_role = self._end_moving(uuid, viewer)
        if self._responders.get(uuid) == viewer:
            del self._responders[uuid]
            may_have_role = True
        if may_have_role:
            with suppress(QueueUnavailable):
                # Submit now. Otherwise another viewer on this worker could claim the role first,
                # and Redis could not distinguish the two.
                self._ended.append(self._submit(uuid))
            self._mark_changed(uuid)

    def claim_handshakes(self, uuid: str, viewer: str) -> None:
        """Implement `Delivery.claim_handshakes`."""
        self._handshakes.setdefault(uuid, set()).add(viewer)
        self._result(self._submit(uuid))  # `run` reports a lost role of responder

    def unclaim_handshakes(self, uuid: str, viewer: str) -> None:
        """Implement `Delivery.unclaim_handshakes`."""
        viewers = self._handshakes.get(uuid, set())
        if viewer in viewers:
            viewers.discard(viewer)
            if not viewers:
                del self._handshakes[uuid]
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
            ended, self._ended = self._ended, []
            for call in ended:
                with suppress(QueueUnavailable):
                    self._result(call)
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
                result = self._result(call)
                if viewer and self._responders.get(uuid) == viewer:
                    self._note_role(uuid, viewer, result)
        return failed

    def _result(self, call: Call) -> int:
        """Return the result of the script. In a cluster it also returns the workers whose pending
        requests get no response, because their channels are in other slots; notify them.
        """
        result = call.wait()
        if not isinstance(result, list):
            return int(result or 0)
        claimed, owners = result
        for owner in owners:
            worker, name = owner.decode().split()
            with suppress(QueueUnavailable):
                self._publisher.publish(self._keys.worker_channel(worker), seal("gone", name))
        return int(claimed or 0)

    def _note_role(self, uuid: str, viewer: str, result: int) -> None:
        """Forget the role of a viewer that has lost it to a viewer on another worker.

        Either the other one replaces it. Or this worker was blocked for too long, or Redis lost its
        data: then report it.
        """
        if result != 1:
            del self._responders[uuid]
        if result == 0:
            self._replaced(uuid, viewer)

    @contextmanager
    def _collecting_failures(self, uuid: str, failed: set[str]) -> Iterator[None]:
        try:
            yield
        except QueueUnavailable as error:
            log.debug("The presence was not written: %s", error)
            failed.add(uuid)

    def _submit(self, uuid: str) -> Call:
        viewers, channel = str(self.viewers(uuid)), self._keys.channel(uuid)
        responder = self._responders.get(uuid, UNDECIDED if uuid in self._moving else "")
        where = (self._keys.key(uuid), self._keys.pending_key(uuid))
        handshakes = str(len(self._handshakes.get(uuid, ())))
        args = (self._worker, fresh(), viewers, channel, responder, handshakes)
        return self._publisher.submit_script(self._script, where, *args)
