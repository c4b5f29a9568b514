"""When a worker subscribes again, because its heartbeats do not return."""

from __future__ import annotations

import threading
from typing import Any

from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.delivery import QueueUnavailable
from webhook_logger.delivery.redis.heartbeat import (
    MAX_MISSING,
    MAX_MISSING_AFTER_FAILURE,
    Heartbeats,
)

SENT = 20


class Ended(Exception):
    """All results are used."""


class Queue:
    """A publisher and a subscription, with the given result for each heartbeat."""

    def __init__(self, *results: str) -> None:
        self._results = iter(results)
        self.sent_before_reconnect: list[int] = []
        self._sent = 0
        self.heartbeats = Heartbeats(self, self, "0", seconds=0)  # type: ignore[arg-type]

    def publish(self, *_: Any) -> Queue:
        return self

    def wait(self) -> None:
        result = next(self._results, "")
        if not result:
            raise Ended
        self._sent += 1
        if result == "failed":
            raise QueueUnavailable(result)
        if result == "received":
            self.heartbeats.received()

    def reconnect(self, _: str) -> None:
        self.sent_before_reconnect.append(self._sent)


def reconnects(*results: str) -> list[int]:
    """Return the number of heartbeats that were sent before each reconnect."""
    queue = Queue(*results)
    ended = threading.Event()

    def send() -> None:
        try:
            queue.heartbeats.send()
        except Ended:
            ended.set()

    threading.Thread(target=send, daemon=True).start()
    assert ended.wait(PATIENCE_SECONDS)
    return queue.sent_before_reconnect


def test_a_worker_that_receives_its_heartbeats_does_not_reconnect() -> None:
    assert reconnects(*["received"] * SENT) == []


def test_heartbeats_that_redis_rejects_do_not_cause_a_reconnect() -> None:
    assert reconnects(*["failed"] * SENT) == []


def test_several_lost_heartbeats_cause_a_reconnect() -> None:
    lost = ["lost"] * MAX_MISSING
    assert reconnects("received", *lost, *lost, "received") == [1 + len(lost), 1 + 2 * len(lost)]


def test_fewer_lost_heartbeats_cause_a_reconnect_after_a_rejected_one() -> None:
    lost = ["lost"] * MAX_MISSING_AFTER_FAILURE
    assert reconnects("failed", *lost, "received", "lost", "received") == [1 + len(lost)]
