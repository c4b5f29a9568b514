"""Delivery through Redis: any worker accepts a request, every worker's viewers see it.

A script counts and publishes in one step, so the order on a callback's channel is the order of
`seq`. A worker subscribes to the channels of the callbacks that it has viewers of, on one
connection. A cut is a message that the worker sends to itself on that same connection: where it
comes out, the stream is held still while a viewer enters.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from webhook_logger.captured import CapturedRequest
from webhook_logger.delivery import scripts
from webhook_logger.delivery.base import Cut, Delivery, QueueUnavailable, Receipt, Sink
from webhook_logger.delivery.presence import Presence
from webhook_logger.delivery.subscription import Subscription

TIMEOUT_SECONDS = 2.0
"""For any command, and for a message to come back."""
CONNECTIONS = 64
CANARY_SECONDS = 2.0
DEAF_SECONDS = 6.0
"""Without a message, though the worker sends itself one every `CANARY_SECONDS`, it is deaf."""

# Where the UUID stands in a published event: behind '{"uuid":"'.
_UUID = slice(9, 45)
_CANARY = "canary"

log = logging.getLogger(__name__)


class _Waiting:
    """A cut on its way: from its script to the place in the stream where it comes out."""

    def __init__(self) -> None:
        self.cut: Cut
        self.reached = threading.Event()
        self.left = threading.Event()


class RedisDelivery(Delivery):
    """One worker's share of delivery through the Redis at `url`; the `Reader` of its stream."""

    def __init__(self, url: str) -> None:
        self._worker = secrets.token_hex(8)
        self._pool = _connections(url)
        self._client = redis.Redis(connection_pool=self._pool)
        self._channel = f"webhook-logger:worker:{self._worker}"
        self._publish = self._client.register_script(scripts.PUBLISH)
        self._cut = self._client.register_script(scripts.CUT)
        self._presence = Presence(self._client, self._worker)
        self._subscription = Subscription(self._pool.make_connection, self, TIMEOUT_SECONDS)
        self._waiting: dict[str, _Waiting] = {}
        self._in_trouble = False
        self._sink: Sink

    def start(self, sink: Sink) -> None:
        self._sink = sink
        self._subscription.keep(self._channel)
        for target in (self._subscription.listen, self._presence.keep, self._watch):
            threading.Thread(target=target, daemon=True).start()

    def publish(self, request: CapturedRequest) -> Receipt:
        wire = request.to_wire()
        uuid = wire.pop("uuid")
        del wire["epoch"], wire["seq"]  # the script's business
        rest = json.dumps(wire, separators=(",", ":"))[1:]
        epoch, seq, elsewhere = self._run(self._publish, uuid, scripts.channel(uuid), uuid, rest)
        return Receipt(epoch, seq, elsewhere + self._presence.here(uuid))

    @contextmanager
    def cut(self, uuid: str) -> Iterator[Cut]:
        waiting, name = _Waiting(), secrets.token_hex(8)
        self._subscription.hold(scripts.channel(uuid))
        self._waiting[name] = waiting
        try:
            self._run(self._cut, uuid, self._channel, name)
            if not waiting.reached.wait(TIMEOUT_SECONDS):
                raise QueueUnavailable("This worker's subscription to the queue does not answer.")
            yield waiting.cut
        finally:
            del self._waiting[name]
            waiting.left.set()
            self._subscription.release(scripts.channel(uuid))

    def set_viewers(self, uuid: str, viewers: int) -> None:
        before = self._presence.here(uuid)
        if viewers and not before:
            self._subscription.keep(scripts.channel(uuid))
        elif before and not viewers:
            self._subscription.release(scripts.channel(uuid))
        self._presence.change(uuid, viewers)

    def check(self) -> None:
        if not self._subscription.up:
            raise QueueUnavailable("This worker is not subscribed to the queue.")
        try:
            self._client.ping()
        except redis.RedisError as error:
            raise QueueUnavailable("The queue does not answer.") from error

    # What the subscription tells

    def received(self, channel: str, data: str) -> None:
        """A request or a number of viewers for a room; for the worker a cut or its canary."""
        if data.startswith("{"):
            self.requests_read += 1
            self._sink.deliver(data[_UUID], json.loads(data))
        elif channel == self._channel:
            if data != _CANARY:
                self._reach(*data.split(" "))
        else:
            self._sink.count(scripts.uuid_of(channel), int(data.removeprefix("viewers ")))

    def subscribed(self) -> None:
        """The stream is whole from here on."""
        log.info("Subscribed to the queue.")
        self._in_trouble = False
        # In a thread of its own: a room's new cut needs this one to go on reading.
        threading.Thread(target=self._sink.resume, daemon=True).start()

    def lost(self, error: Exception) -> None:
        """The stream has ended: what comes next may have a hole before it."""
        self._trouble(error)
        self._sink.pause()

    def _reach(self, name: str, epoch: str, seq: str, elsewhere: str) -> None:
        waiting = self._waiting.get(name)
        if waiting:
            waiting.cut = Cut(epoch, int(seq), int(elsewhere))
            waiting.reached.set()
            waiting.left.wait(TIMEOUT_SECONDS)

    # What is asked of Redis

    def _run(self, script: Any, uuid: str, *args: str) -> Any:
        try:
            answer = script(
                keys=[scripts.key(uuid)], args=[self._worker, scripts.fresh_epoch(), *args]
            )
        except redis.RedisError as error:
            self._trouble(error)
            raise QueueUnavailable("The queue does not take requests.") from error
        if self._subscription.up:
            self._in_trouble = False
        return answer

    def _trouble(self, error: Exception) -> None:
        """Log that the queue fails: loudly when that begins, and not with every request."""
        log.log(logging.DEBUG if self._in_trouble else logging.WARNING, "Queue trouble: %s", error)
        self._in_trouble = True

    def _watch(self) -> None:
        """Send the canary for ever, and end a subscription that does not bring it back.

        A worker can be deaf with all looking well: only a message that goes round through Redis and
        comes back proves that it hears.
        """
        while True:
            time.sleep(CANARY_SECONDS)
            subscription = self._subscription
            if subscription.up and time.monotonic() - subscription.heard_at > DEAF_SECONDS:
                log.warning("This worker hears nothing from the queue; it subscribes anew.")
                subscription.rebuild()
            try:
                self._client.publish(self._channel, _CANARY)
            except redis.RedisError as error:
                self._trouble(error)


def _connections(url: str) -> redis.ConnectionPool:
    """Connections whose commands are sent once and answered in time, or fail."""
    return redis.BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        # Nothing is tried again by the library: a request could be published twice, and a stream
        # that was subscribed again without a word could have a hole.
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        decode_responses=True,
    )
