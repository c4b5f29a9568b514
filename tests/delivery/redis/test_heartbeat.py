"""When a worker ends its subscription, because what it sends to itself does not come back."""

from __future__ import annotations

import threading
from typing import Any

from webhook_logger.delivery import QueueUnavailable
from webhook_logger.delivery.redis.heartbeat import (
    MAX_MISSING,
    MAX_MISSING_AFTER_FAILURE,
    Heartbeats,
)

SENT = 20


class Ended(Exception):
    """The test has seen enough."""


class Queue:
    """A publisher and a subscription; what happens to each heartbeat is for the test to say."""

    def __init__(self, *fates: str) -> None:
        self._fates = iter(fates)
        self.sent_before_reconnect: list[int] = []
        self._sent = 0
        self.heartbeats = Heartbeats(self, self, "0", seconds=0)  # type: ignore[arg-type]

    def submit(self, *_: Any) -> Queue:
        return self

    def wait(self) -> None:
        fate = next(self._fates, "")
        if not fate:
            raise Ended
        self._sent += 1
        if fate == "failed":
            raise QueueUnavailable(fate)
        if fate == "heard":
            self.heartbeats.received()

    def reconnect(self, _: str) -> None:
        self.sent_before_reconnect.append(self._sent)


def reconnects(*fates: str) -> list[int]:
    """Before which heartbeats the subscription was ended."""
    queue = Queue(*fates)
    ended = threading.Event()

    def send() -> None:
        try:
            queue.heartbeats.send()
        except Ended:
            ended.set()

    threading.Thread(target=send, daemon=True).start()
    assert ended.wait(10)
    return queue.sent_before_reconnect


def test_a_subscription_that_brings_them_back_is_kept() -> None:
    assert reconnects(*["heard"] * SENT) == []


def test_heartbeats_that_redis_does_not_take_say_nothing_about_the_subscription() -> None:
    assert reconnects(*["failed"] * SENT) == []


def test_several_that_are_lost_end_it() -> None:
    lost = ["lost"] * MAX_MISSING
    assert reconnects("heard", *lost, *lost, "heard") == [1 + len(lost), 1 + 2 * len(lost)]


def test_fewer_are_needed_after_one_that_redis_did_not_take() -> None:
    lost = ["lost"] * MAX_MISSING_AFTER_FAILURE
    assert reconnects("failed", *lost, "heard", "lost", "heard") == [1 + len(lost)]
