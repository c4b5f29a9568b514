"""Delivery through Redis: any worker accepts a request, and viewers on every worker see it.

A script counts and publishes a request in one step, so the order on a callback's channel is the
order of `seq`. On one connection to each Redis, a worker subscribes to the channels of all
callbacks for which it has viewers. A barrier is a message that the worker sends to itself through
that connection. When it arrives, the worker pauses the stream while a viewer joins.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Container
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

from webhook_logger.delivery.base import (
    ORDINARY,
    Barrier,
    Delivery,
    Expected,
    Position,
    QueueFigures,
    QueueUnavailable,
    Receipt,
    ResponseReport,
    Sink,
)
from webhook_logger.delivery.events import Publishable, members_of
from webhook_logger.delivery.pending import PendingRequest
from webhook_logger.delivery.recovery import RECOVERY_OFF, RecoveryLimits
from webhook_logger.delivery.redis import counter_scripts
from webhook_logger.delivery.redis.address import QueueAddress
from webhook_logger.delivery.redis.backlog import QueueLimits, QueueMeasures
from webhook_logger.delivery.redis.barriers import Barriers
from webhook_logger.delivery.redis.cluster.connections import check_cluster
from webhook_logger.delivery.redis.cluster.queue import ClusterQueue
from webhook_logger.delivery.redis.envelope import seal
from webhook_logger.delivery.redis.keys import PREFIX, Keys
from webhook_logger.delivery.redis.manager import RoomManager
from webhook_logger.delivery.redis.messages import QueueMessages, WorkerMessages
from webhook_logger.delivery.redis.pending import PendingRequests, taken_reply
from webhook_logger.delivery.redis.presence import Presence
from webhook_logger.delivery.redis.progress import Progress
from webhook_logger.delivery.redis.publisher import LARGE_EVENT_BYTES, Publisher
from webhook_logger.delivery.redis.queue import Queue, QueueCommands, SingleQueue
from webhook_logger.delivery.redis.recovery import Recovery
from webhook_logger.delivery.redis.redis_py import Connection
from webhook_logger.delivery.redis.refusals import RefusalReport, RefusalReports
from webhook_logger.delivery.redis.sentinel import Sentinels, route
from webhook_logger.delivery.redis.startup import check_queue
from webhook_logger.delivery.redis.windows import Windows
from webhook_logger.delivery.stored import StoredReply
from webhook_logger.errors import Reason
from webhook_logger.queue_url import Host, Kind

CHECK_SECONDS = 2.0
"""Maximum for each step of the check at the start."""

log = logging.getLogger(__name__)


class RedisDelivery(Delivery):
    """One worker's share of delivery through the queue; the `LinkOwner` of its links."""

    def __init__(
        self,
        address: QueueAddress,
        limits: QueueLimits,
        max_per_second: int,
        recovery: RecoveryLimits = RECOVERY_OFF,
        prefix: str = PREFIX,
    ) -> None:
        self._worker = secrets.token_hex(8)
        self._keys = keys = Keys(prefix)
        self._address = address
        self._route = route(address, self._connection_name("sentinel"))
        self._channel = keys.worker_channel(self._worker)
        self._max_per_second = str(max_per_second)
        self._windows = Windows()
        self._refusals = RefusalReports()
        self.measures = QueueMeasures()
        self._recovery = Recovery(recovery, keys, is_sharded=address.kind is Kind.CLUSTER)
        self.recovers = self._recovery.is_on
        self._scripts = chosen = self._recovery.scripts
        self._queue = queue = self._make_queue(address, limits)
        self._small, self._large = queue.small, queue.large
        self._presence = Presence(
            queue.prompt, keys, self._worker, self._report_replaced, chosen.presence
        )
        self._pending = PendingRequests(
            self._small, keys, chosen.withdraw, self._worker, limits.seconds
        )
        self._progress = Progress(queue.prompt, keys, chosen.reached, self._worker)
        self._barriers = Barriers(
            (self._small, self._large),
            queue.channels,
            keys,
            queue.barrier_channel,
            self._worker,
            limits.seconds,
            self._recovery,
            self._progress,
        )
        self.manager = self._rooms = RoomManager(
            address, prefix=prefix, name=self._connection_name("rooms")
        )
        self._watched: set[str] = set()
        """Callbacks with viewers on this worker, counted or not."""
        self._sink: Sink
        self._messages: QueueMessages

    def check_setup(self) -> None:
        """Raise `UnsuitableQueue` or `QueuePersists` if this worker can never work with its Redis.
        Call it before `start`.
        """
        brief = replace(self._address, seconds=min(self._address.seconds, CHECK_SECONDS))
        if brief.kind is Kind.CLUSTER:
            check_cluster(brief.hosts, brief.connect_to, self.recovers)
        else:
            check_queue(route(brief).connect, self._keys, self._scripts, self.recovers)

    def _make_queue(self, address: QueueAddress, limits: QueueLimits) -> Queue:
        links = (self, self._keys, self._scripts, limits, self._worker)
        if address.kind is Kind.CLUSTER:

            def connect_to(host: Host, purpose: str) -> Any:
                return address.connect_to(host, self._connection_name(purpose))

            return ClusterQueue(address.hosts, connect_to, *links)

        def connect(purpose: str) -> Any:
            return self._route.connect(self._connection_name(purpose))

        return SingleQueue(connect, *links)

    def _connection_name(self, purpose: str) -> str:
        return f"webhook-logger:{self._worker}:{purpose}"

    def start(self, sink: Sink) -> None:
        self._sink = sink
        own = WorkerMessages(self._channel, self._barriers, self._queue.heartbeat, self._pending)
        self._messages = QueueMessages(sink, self.manager, own, self._progress)
        self._queue.channels.subscribe(self._channel)
        self._queue.channels.subscribe(self._keys.control_channel)
        self._queue.start()
        for task in (
            *(self._presence.run, self._progress.run),
            partial(self._refusals.report, self._report, lambda: self._queue.is_receiving),
        ):
            threading.Thread(target=task, daemon=True).start()
        if self._recovery.is_on:
            task = partial(self._recovery.run, self._queue.prompt)
            threading.Thread(target=task, daemon=True).start()
        if isinstance(self._route, Sentinels):
            task = partial(self._route.watch, self._switch)
            threading.Thread(target=task, daemon=True).start()

    def _switch(self) -> None:
        """Connect to another master."""
        self._queue.switch()
        self._rooms.switch()

    def publish(self, request: Publishable, expected: Expected = ORDINARY) -> Receipt:
        self._windows.check(request.uuid)
        uuid, members, keys = request.uuid, members_of(request), self._keys
        where = (keys.key(uuid), keys.reply_key(uuid))
        fresh = counter_scripts.fresh()
        pending = self._pending.add(uuid, request.id, fresh)
        args = (
            *(self._worker, fresh, keys.channel(uuid), request.id, members),
            *(self._max_per_second, str(expected.status), expected.by, expected.reply),
        )
        receipt = None
        try:
            script = self._recovery.publish_script
            response = self._publisher(len(members)).run(script, where, *args)
            receipt = self._receipt(uuid, response, pending)
            return receipt
        finally:
            if receipt is None or not receipt.pending:
                self._pending.remove(pending)

    def _receipt(self, uuid: str, response: list[Any], pending: PendingRequest) -> Receipt:
        if len(response) == 1:
            raise self._windows.remember(uuid, response[0] / 1000)
        epoch, seq, elsewhere, stored, is_pending, *kept = response
        if kept and kept[0] >= 0:
            self._recovery.report(uuid, kept[0])
        self._progress.note(uuid, epoch := epoch.decode(), seq)
        viewers = elsewhere + self._presence.viewers(uuid)
        reply = stored and taken_reply(*stored)
        return Receipt(epoch, seq, viewers, reply, pending if is_pending else None)

    def _publisher(self, size: int) -> QueueCommands:
        return self._large if size > LARGE_EVENT_BYTES else self._small

    def responded(self, responded: ResponseReport) -> None:
        uuid, *response, details = responded
        # A worker of an older release cannot read the last part.
        more = (details,) if details else ()
        self._notify(uuid, "responded", *map(str, response), *more)

    def refused(self, uuid: str, reason: Reason) -> None:
        self._refusals.add(uuid, reason)

    def _report(self, refused: RefusalReport) -> None:
        uuid, number, reason = refused
        self._notify(uuid, "refused", str(number), reason.word)

    def _notify(self, uuid: str, kind: str, *parts: str | bytes) -> None:
        """Publish a message to the callback's viewers. Best effort; never blocks."""
        with suppress(QueueUnavailable):
            self._small.publish(self._keys.channel(uuid), seal(kind, *parts))

    def get_reply(self, uuid: str) -> StoredReply | None:
        key = self._keys.reply_key(uuid)
        reply, times, left = self._small.submit("HMGET", key, "reply", "times", "left").wait()
        if reply is None:
            return None
        return StoredReply(reply.decode(), times and int(times), left and int(left))

    def set_reply(self, uuid: str, stored: StoredReply | None) -> None:
        reply, *counters = stored or ("", None, None)
        counts = ["" if count is None else str(count) for count in counters]
        where, channel = [self._keys.reply_key(uuid)], self._keys.channel(uuid)
        self._small.run(self._scripts.set_reply, where, channel, reply, *counts)

    def claim(self, uuid: str, viewer: str, replaces: str = "") -> bool:
        return self._presence.claim(uuid, viewer, replaces)

    def take_over(self, uuid: str, viewer: str, replaces: str) -> None:
        self._presence.take_over(uuid, viewer, replaces)

    def handed_over(self, uuid: str, viewer: str) -> None:
        self._notify(uuid, "replaced", viewer)

    def restored(self, uuid: str, viewer: str) -> None:
        self._notify(uuid, "restored", viewer)

    def unclaim(self, uuid: str, viewer: str) -> None:
        self._presence.unclaim(uuid, viewer)

    def claim_handshakes(self, uuid: str, viewer: str) -> None:
        self._presence.claim_handshakes(uuid, viewer)

    def unclaim_handshakes(self, uuid: str, viewer: str) -> None:
        self._presence.unclaim_handshakes(uuid, viewer)

    def respond(self, uuid: str, request: str, response: str) -> bool:
        publisher, where = self._publisher(len(response)), [self._keys.pending_key(uuid)]
        found = publisher.run(self._scripts.respond, where, request, response)
        return self._forward(found, publisher, "response", response)

    def decline(self, uuid: str, request: str) -> bool:
        where = [self._keys.pending_key(uuid)]
        found = self._small.run(self._scripts.decline, where, request)
        return self._forward(found, self._small, "gone")

    def _forward(self, found: Any, publisher: QueueCommands, kind: str, *parts: str) -> bool:
        """Return whether the worker of a pending request receives a message. A script has sent it,
        or in a cluster has found the worker, whose channel is in another slot.
        """
        if not isinstance(found, bytes):
            return bool(found)
        worker, name, *_ = found.decode().split()
        channel = self._keys.worker_channel(worker)
        return bool(publisher.publish(channel, seal(kind, name, *parts)).wait())

    def barrier(self, uuid: str, since: Position | None = None) -> AbstractContextManager[Barrier]:
        if reason := self._queue.reason(uuid):
            raise QueueUnavailable(reason)
        return self._barriers.barrier(uuid, since)

    def set_viewers(self, uuid: str, viewers: int, replaced: int = 0) -> None:
        self._presence.set_viewers(uuid, viewers - replaced)
        if viewers and uuid not in self._watched:
            self._watched.add(uuid)
            self._queue.channels.subscribe(self._keys.channel(uuid))
        elif not viewers and uuid in self._watched:
            self._watched.discard(uuid)
            self._queue.channels.release(self._keys.channel(uuid))

    def has_peers(self) -> bool:
        return self._rooms.count_listeners() > 1

    def check(self) -> None:
        self._queue.check()

    def figures(self) -> QueueFigures:
        links = self._queue.links
        return QueueFigures(
            requests_read=self._messages.requests_read,
            messages_unknown=self._messages.unknown,
            resubscriptions=self.measures.resubscriptions,
            heartbeat_age=max((link.heartbeats.age for link in links), default=0.0),
            backlog_commands=sum(link.backlog.commands for link in links),
            backlog_bytes=sum(link.backlog.bytes for link in links),
            backlog_limit_bytes=sum(link.backlog.limits.bytes for link in links),
            round_trips=self.measures.round_trips,
        )

    # Reports of the queue

    def received(self, channel: str, data: bytes) -> None:
        """Process a message; `messages.py` selects its receiver."""
        try:
            self._messages.dispatch(channel, data)
        except Exception:
            log.exception("A message on the queue cannot be processed; it is skipped.")

    def lost(self, part: Container[str]) -> None:
        """Pause these callbacks, because messages may be missing."""
        self._sink.pause(part)

    def reported(self, reason: str | None, part: Container[str]) -> None:
        """Report why requests of these callbacks are not accepted, or None if they are."""
        self._sink.status(reason, part)
        if reason is None:
            # `moved` uses a separate thread, because a room's new barrier waits for this thread.
            self.moved(part)

    def moved(self, part: Container[str]) -> None:
        """Give new barriers to these callbacks, whose streams come from another node now."""
        threading.Thread(target=self._resume, args=(part,), daemon=True).start()

    def _resume(self, part: Container[str]) -> None:
        with suppress(QueueUnavailable):
            self._progress.report({uuid for uuid in self._watched if uuid in part})
        self._sink.resume(part)

    def began(self, part: Container[str]) -> None:
        """Let the Redis learn how the earlier epochs of these callbacks ended."""
        self._progress.end(part)

    def opened(self, publisher: Publisher, connection: Connection) -> None:
        """Check whether requests may be kept in the connected Redis."""
        self._recovery.inspect(publisher, connection)

    def memory_full(self) -> None:
        """Keep no requests for a while."""
        self._recovery.memory_full()

    def _report_replaced(self, uuid: str, viewer: str) -> None:
        self._sink.replaced(uuid, viewer)
