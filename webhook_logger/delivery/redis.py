"""Delivery through Redis: any worker accepts a request, every worker's viewers see it.

A script counts and publishes in one step, so the order on the channel is the order of `seq`. Each
worker reads the channel on one connection. A cut is a message that the worker sends to itself on
that same connection: where it comes out, the stream is held still while a viewer enters.
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

TIMEOUT_SECONDS = 2.0
"""For any command, and for a message to come back."""
CONNECTIONS = 64
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
READ_SECONDS = 5.0
"""How long one look for messages waits."""

_REQUESTS = "webhook-logger:requests"
# Where the UUID stands in a published event: behind '{"uuid":"'.
_UUID = slice(9, 45)

log = logging.getLogger(__name__)


class _Waiting:
    """A cut on its way: from its script to the place in the stream where it comes out."""

    def __init__(self) -> None:
        self.cut: Cut
        self.reached = threading.Event()
        self.left = threading.Event()


class RedisDelivery(Delivery):
    """One worker's share of delivery through the Redis at `url`."""

    def __init__(self, url: str) -> None:
        self._worker = secrets.token_hex(8)
        self._client = _connect(url)
        self._channel = f"webhook-logger:worker:{self._worker}"
        self._publish = self._client.register_script(scripts.PUBLISH)
        self._cut = self._client.register_script(scripts.CUT)
        self._presence = Presence(self._client, self._worker)
        self._waiting: dict[str, _Waiting] = {}
        self._subscribed = False
        self._in_trouble = False
        self._sink: Sink

    def start(self, sink: Sink) -> None:
        self._sink = sink
        for target in (self._listen, self._presence.keep):
            threading.Thread(target=target, daemon=True).start()

    def publish(self, request: CapturedRequest) -> Receipt:
        wire = request.to_wire()
        uuid = wire.pop("uuid")
        del wire["epoch"], wire["seq"]  # the script's business
        rest = json.dumps(wire, separators=(",", ":"))[1:]
        epoch, seq, elsewhere = self._run(self._publish, uuid, _REQUESTS, uuid, rest)
        return Receipt(epoch, seq, elsewhere + self._presence.here(uuid))

    @contextmanager
    def cut(self, uuid: str) -> Iterator[Cut]:
        waiting, name = _Waiting(), secrets.token_hex(8)
        self._waiting[name] = waiting
        try:
            if not self._subscribed:
                raise QueueUnavailable("This worker is not subscribed to the queue.")
            self._run(self._cut, uuid, self._channel, name)
            if not waiting.reached.wait(TIMEOUT_SECONDS):
                raise QueueUnavailable("This worker's subscription to the queue does not answer.")
            yield waiting.cut
        finally:
            del self._waiting[name]
            waiting.left.set()

    def set_viewers(self, uuid: str, viewers: int) -> None:
        self._presence.change(uuid, viewers)

    def check(self) -> None:
        if not self._subscribed:
            raise QueueUnavailable("This worker is not subscribed to the queue.")
        try:
            self._client.ping()
        except redis.RedisError as error:
            raise QueueUnavailable("The queue does not answer.") from error

    def _run(self, script: Any, uuid: str, *args: str) -> Any:
        try:
            answer = script(
                keys=[scripts.key(uuid)], args=[self._worker, scripts.fresh_epoch(), *args]
            )
        except redis.RedisError as error:
            self._trouble(error)
            raise QueueUnavailable("The queue does not take requests.") from error
        if self._subscribed:
            self._in_trouble = False
        return answer

    def _trouble(self, error: Exception) -> None:
        """Log that the queue fails: loudly when that begins, and not with every request."""
        log.log(logging.DEBUG if self._in_trouble else logging.WARNING, "Queue trouble: %s", error)
        self._in_trouble = True

    def _listen(self) -> None:
        """Read the stream for ever; what interrupts it is told to the sink."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                self._read_stream()
            except (redis.RedisError, OSError) as error:
                self._trouble(error)
            except Exception:
                log.exception("Reading the queue failed.")
            if self._subscribed:
                pause = FIRST_PAUSE_SECONDS
                self._subscribed = False
                self._sink.pause()
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _read_stream(self) -> None:
        with self._client.pubsub() as stream:  # type: ignore[no-untyped-call]
            stream.subscribe(_REQUESTS, self._channel)
            confirmed = 0
            while True:
                message = stream.get_message(timeout=READ_SECONDS)
                if message is None:
                    continue
                if message["type"] == "message":
                    self._receive(message["channel"], message["data"])
                    continue
                confirmed += 1
                if confirmed == 2:
                    self._resume()

    def _resume(self) -> None:
        log.info("Subscribed to the queue.")
        self._subscribed, self._in_trouble = True, False
        # In a thread of its own: a room's new cut needs this one to go on reading.
        threading.Thread(target=self._sink.resume, daemon=True).start()

    def _receive(self, channel: str, data: str) -> None:
        if channel == self._channel:
            self._reach(*data.split(" "))
        elif self._presence.here(uuid := data[_UUID]):
            self._sink.deliver(uuid, json.loads(data))

    def _reach(self, name: str, epoch: str, seq: str, elsewhere: str) -> None:
        waiting = self._waiting.get(name)
        if waiting:
            waiting.cut = Cut(epoch, int(seq), int(elsewhere))
            waiting.reached.set()
            waiting.left.wait(TIMEOUT_SECONDS)


def _connect(url: str) -> redis.Redis:
    """A client whose commands are sent once and answered in time, or fail."""
    pool = redis.BlockingConnectionPool.from_url(
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
    return redis.Redis(connection_pool=pool)
