"""Recovery in delivery, without a server: which requests are kept, and which a barrier returns."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import chain

import pytest

from tests.support.deliveries import IgnoringSink, connect_delivery
from tests.support.patience import PATIENCE_SECONDS
from tests.wire_fixture import samples
from webhook_logger.captured import Body
from webhook_logger.delivery import (
    Barrier,
    Delivery,
    Position,
    QueueLimits,
    Receipt,
    RecoveryLimits,
    StoredReply,
)
from webhook_logger.delivery.memory.delivery import MemoryDelivery
from webhook_logger.delivery.recovery import SLICE_BYTES, SLICE_REQUESTS

HOUR = RecoveryLimits(seconds=3600)
SMALL = RecoveryLimits(seconds=3600, bytes=2**16)

Connect = Callable[[RecoveryLimits], Delivery]


@pytest.fixture(params=["memory", "redis"])
def connect(request: pytest.FixtureRequest) -> Connect:
    """Return a function that starts a delivery with these limits."""

    def connect(limits: RecoveryLimits) -> Delivery:
        if request.param == "redis":
            redis = request.getfixturevalue("redis")
            return connect_delivery(redis, QueueLimits(PATIENCE_SECONDS), recovery=limits)
        delivery = MemoryDelivery(recovery=limits)
        delivery.start(IgnoringSink())
        return delivery

    return connect


def publish(delivery: Delivery, uuid: str, content: bytes = b"") -> Receipt:
    request = replace(samples()[0], uuid=uuid, body=Body(content, len(content)))
    return delivery.publish(request)


def watch(delivery: Delivery, uuid: str) -> Position:
    """Let a viewer join and leave. Return its position."""
    with delivery.barrier(uuid) as barrier:
        delivery.set_viewers(uuid, 1)
    delivery.set_viewers(uuid, 0)
    return Position(barrier.epoch, barrier.seq)


def recover(delivery: Delivery, uuid: str, since: Position | None) -> Barrier:
    with delivery.barrier(uuid, since) as barrier:
        return barrier


def seqs(barrier: Barrier) -> list[int]:
    return [responded.seq for responded, _ in barrier.recovered]


def test_a_viewer_that_returns_recovers_what_it_missed(connect: Connect, uuid: str) -> None:
    delivery = connect(HOUR)
    since = watch(delivery, uuid)
    contents = [b"one", "zwölf \N{PARTY POPPER}\n".encode(), bytes(range(256)), b""]
    for content in contents:
        publish(delivery, uuid, content)
    barrier = recover(delivery, uuid, since)
    assert (barrier.epoch, barrier.seq, barrier.is_complete) == (since.epoch, 4, True)
    assert seqs(barrier) == [1, 2, 3, 4]
    for (responded, members), content in zip(barrier.recovered, contents, strict=True):
        assert responded[:2] == (uuid, since.epoch)
        assert responded[3:] == (200, "default", b"")
        assert Body.from_wire(json.loads(b"{%b}" % members)["body"]).content == content
    assert seqs(recover(delivery, uuid, since._replace(seq=3))) == [4]
    assert seqs(recover(delivery, uuid, since._replace(seq=4))) == []
    assert seqs(recover(delivery, uuid, since._replace(seq=9))) == []


def test_a_viewer_without_a_position_or_of_another_epoch_recovers_nothing(
    connect: Connect, uuid: str
) -> None:
    delivery = connect(HOUR)
    watch(delivery, uuid)
    publish(delivery, uuid)
    for since in (None, Position("another", 0)):
        barrier = recover(delivery, uuid, since)
        assert (seqs(barrier), barrier.seq, barrier.is_complete) == ([], 1, True)


def test_a_request_with_a_reply_is_kept_without_its_response(connect: Connect, uuid: str) -> None:
    delivery = connect(HOUR)
    since = watch(delivery, uuid)
    delivery.set_reply(uuid, StoredReply('{"status": 503}', None))
    publish(delivery, uuid)
    assert [kept.responded.status for kept in recover(delivery, uuid, since).recovered] == [0]


def test_a_callback_without_viewers_keeps_nothing(connect: Connect, uuid: str) -> None:
    delivery = connect(HOUR)
    since = Position(publish(delivery, uuid).epoch, 0)
    publish(delivery, uuid)
    assert seqs(recover(delivery, uuid, since)) == []
    publish(delivery, uuid)
    assert seqs(recover(delivery, uuid, since)) == [3], "a viewer that recovers is a viewer"


def test_recovery_that_is_off_keeps_nothing(connect: Connect, uuid: str) -> None:
    delivery = connect(RecoveryLimits())
    since = watch(delivery, uuid)
    delivery.set_viewers(uuid, 1)
    publish(delivery, uuid)
    barrier = recover(delivery, uuid, since)
    assert (seqs(barrier), barrier.seq, barrier.is_complete) == ([], 1, True)


def test_the_oldest_requests_of_a_callback_make_room_for_new_ones(
    connect: Connect, uuid: str
) -> None:
    delivery = connect(SMALL)
    since = watch(delivery, uuid)
    for seq in range(1, 51):
        publish(delivery, uuid, b"x" * 10_000)
        found = seqs(recover(delivery, uuid, since))
        assert found == list(range(seq - len(found) + 1, seq + 1))
        assert min(seq, 3) <= len(found) <= SMALL.bytes // 10_000


def test_a_request_over_the_limit_drops_older_ones_so_that_no_hole_appears(
    connect: Connect, uuid: str
) -> None:
    delivery = connect(SMALL)
    since = watch(delivery, uuid)
    publish(delivery, uuid)
    publish(delivery, uuid, b"x" * SMALL.bytes)
    assert seqs(recover(delivery, uuid, since)) == []
    publish(delivery, uuid)
    publish(delivery, uuid)
    assert seqs(recover(delivery, uuid, since)) == [3, 4]


def recover_all(delivery: Delivery, uuid: str, since: Position) -> list[list[int]]:
    """Return the slices until a barrier is complete."""
    slices = []
    while True:
        barrier = recover(delivery, uuid, since)
        slices.append(seqs(barrier))
        if barrier.is_complete:
            assert slices[-1][-1] == barrier.seq
            return slices
        since = since._replace(seq=slices[-1][-1])


def test_many_requests_are_recovered_in_slices(connect: Connect, uuid: str) -> None:
    delivery = connect(HOUR)
    since = watch(delivery, uuid)
    for _ in range(2 * SLICE_REQUESTS + 5):
        publish(delivery, uuid)
    slices = recover_all(delivery, uuid, since)
    assert list(chain(*slices)) == list(range(1, 2 * SLICE_REQUESTS + 6))
    assert max(map(len, slices)) <= SLICE_REQUESTS


def test_large_requests_are_recovered_in_slices(connect: Connect, uuid: str) -> None:
    delivery = connect(HOUR)
    since = watch(delivery, uuid)
    for size in (100, 2 * SLICE_BYTES, 100, SLICE_BYTES // 2, SLICE_BYTES // 3, SLICE_BYTES // 2):
        publish(delivery, uuid, b"x" * size)
    assert recover_all(delivery, uuid, since) == [[1], [2], [3, 4, 5], [6]]
