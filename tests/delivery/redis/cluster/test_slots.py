"""The slots as a node describes them, and the clusters that a worker refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from webhook_logger.delivery.redis.backlog import Call
from webhook_logger.delivery.redis.cluster.commands import key_of
from webhook_logger.delivery.redis.cluster.slots import SlotRange, query
from webhook_logger.delivery.redis.redis_py import pack
from webhook_logger.delivery.redis.startup import UnsuitableQueue

SLOTS = [
    [0, 99, [b"10.0.0.1", 6379, b"id", []], [b"10.0.0.2", 6379, b"replica", []]],
    [100, 16383, [b"", 6380, b"id", []]],
]


class FakeNode:
    """A node with the given answers."""

    def __init__(self, version: str, mode: str = "cluster", slots: Sequence[Any] = SLOTS) -> None:
        info = f"redis_version:{version}\r\nredis_mode:{mode}".encode()
        self._responses = [info, b"cluster_state:ok", slots]

    def send(self, _packed: bytes) -> None:
        pass

    def read(self) -> Any:
        return self._responses.pop(0)


def ask(node: Any) -> Any:
    return query(node, "seed")


def test_the_first_node_of_a_range_owns_it_and_may_leave_out_its_host() -> None:
    layout = ask(FakeNode("7.0.15"))
    assert layout.is_ok
    assert layout.ranges == (
        SlotRange(0, 99, ("10.0.0.1", 6379)),
        SlotRange(100, 16383, ("seed", 6380)),
    )


@pytest.mark.parametrize(
    ("node", "sentence"),
    [
        (FakeNode("6.2.14"), "It needs Redis 7.0 or later"),
        (FakeNode("7.0.15", "standalone"), "leads to a single Redis. Use redis://."),
    ],
)
def test_an_unsuitable_cluster_is_refused_with_a_reason(node: FakeNode, sentence: str) -> None:
    with pytest.raises(UnsuitableQueue, match=sentence):
        ask(node)


@pytest.mark.parametrize(
    "command", [("EVALSHA", "sha", "2", "key", "other"), ("SPUBLISH", "key", b"\xff\r\n")]
)
def test_the_key_of_a_packed_command_is_found(command: Sequence[str | bytes]) -> None:
    assert key_of(Call(pack(*command), 0)) == "key"
