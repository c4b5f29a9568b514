"""A subscription to sharded channels, whose slots move while channels are released."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import redis

from tests.support.deliveries import IgnoringSink
from webhook_logger.delivery.redis.cluster.channels import ShardedSubscription

SLOT_OF_A = 15495


class FakeNode:
    """A connection to a node that sends these messages, each after an action of the test."""

    def __init__(self, *messages: Any) -> None:
        self._messages = list(messages)

    def send(self, _packed: bytes) -> None:
        pass

    def read_or_raise(self) -> Any:
        while self._messages:
            message = self._messages.pop(0)
            if isinstance(message, Exception):
                raise message
            if isinstance(message, list):
                return message
            message()
        raise ConnectionError("closed")


class Reader(IgnoringSink):
    """A reader that notes only the dropped channels."""

    def __init__(self, dropped: Callable[[str], None]) -> None:
        self.dropped = dropped


class Subscription(ShardedSubscription):
    """One that connects to a fake node."""

    def connect_to(self, *messages: Any) -> None:
        self._connection = FakeNode(*messages)  # type: ignore[assignment]
        try:
            self._read_stream()
        except ConnectionError:
            return

    def _open(self) -> Any:
        return self._connection


def test_a_channel_that_is_dropped_while_it_is_released_disturbs_no_other() -> None:
    dropped: list[str] = []
    subscription = Subscription(lambda: None, Reader(dropped.append), "none", 1.0)
    subscription.connect_to(
        lambda: subscription.subscribe("a"),
        [b"ssubscribe", b"a", 1],
        lambda: subscription.release("a"),
        [b"sunsubscribe", b"a", 0],  # the slot has moved
        lambda: subscription.subscribe("b"),
        redis.ResponseError(f"MOVED {SLOT_OF_A} 127.0.0.1:1"),  # the response to the release
        [b"ssubscribe", b"b", 1],
        redis.ResponseError(f"MOVED {SLOT_OF_A} 127.0.0.1:1"),
    )
    subscription.wait_for("b")
    assert dropped == []
    subscription.connect_to(
        lambda: subscription.subscribe("c"), redis.ResponseError("CLUSTERDOWN Hash slot not served")
    )
    assert dropped == ["c"]
