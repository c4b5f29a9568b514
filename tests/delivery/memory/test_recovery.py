"""Kept requests in memory: their limits and their expiry."""

from __future__ import annotations

import tracemalloc
from uuid import uuid4

import pytest

from webhook_logger.delivery import KeptRequest, Position, RecoveryLimits, ResponseReport
from webhook_logger.delivery.memory import recovery as module
from webhook_logger.delivery.memory.recovery import KeptRequests

LIMITS = RecoveryLimits(seconds=60, bytes=2**16, total_bytes=2**20)


class Clock:
    """A clock that only tests advance."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recovery(clock: Clock) -> KeptRequests:
    return KeptRequests(LIMITS, clock)


def keep(recovery: KeptRequests, uuid: str, *seqs: int, members: bytes = b"") -> None:
    for seq in seqs:
        recovery.keep(KeptRequest(ResponseReport(uuid, "epoch", seq, 200, "default"), members))


def kept(recovery: KeptRequests, uuid: str) -> list[int]:
    return [request.responded.seq for request in recovery.slice(uuid, Position("epoch", 0))[0]]


def test_a_request_expires_by_its_own_age(recovery: KeptRequests, clock: Clock, uuid: str) -> None:
    keep(recovery, uuid, 1)
    clock.now += LIMITS.seconds / 2
    keep(recovery, uuid, 2)
    assert kept(recovery, uuid) == [1, 2]
    clock.now += LIMITS.seconds / 2
    assert kept(recovery, uuid) == [2]
    clock.now += LIMITS.seconds / 2
    assert kept(recovery, uuid) == []
    assert recovery.bytes == 0


def test_requests_are_kept_for_a_while_after_the_last_viewer_left(
    recovery: KeptRequests, clock: Clock, uuid: str
) -> None:
    assert not recovery.was_watched(uuid)
    recovery.watch(uuid, 1)
    recovery.watch(uuid, 0)
    clock.now += LIMITS.seconds - 1
    assert recovery.was_watched(uuid)
    clock.now += 1
    assert not recovery.was_watched(uuid)


def test_the_oldest_requests_of_all_callbacks_are_dropped_over_the_total(
    recovery: KeptRequests,
) -> None:
    uuids = [str(uuid4()) for _ in range(40)]
    for seq in (1, 2, 3):
        for uuid in uuids:
            keep(recovery, uuid, seq, members=b"x" * 16_000)
            assert recovery.bytes <= LIMITS.total_bytes
    recent = [(seq, uuid) for seq in (1, 2, 3) for uuid in uuids]
    still_kept = [(seq, uuid) for seq, uuid in recent if seq in kept(recovery, uuid)]
    assert 40 < len(still_kept) < 80
    assert still_kept == recent[-len(still_kept) :]
    for uuid in uuids:
        recovery.drop(uuid)
    assert recovery.bytes == 0


def test_memory_stays_below_the_total_for_many_small_callbacks(recovery: KeptRequests) -> None:
    uuids = [str(uuid4()) for _ in range(3000)]
    tracemalloc.start()
    for uuid in uuids:
        keep(recovery, uuid, 1, members=uuid.encode())
    # Only what these modules and their dataclasses allocate: threads of other tests may still run.
    here = [tracemalloc.Filter(True, name) for name in ("*recovery.py", "<string>")]
    snapshot = tracemalloc.take_snapshot().filter_traces(here)
    tracemalloc.stop()
    memory = sum(each.size for each in snapshot.statistics("filename"))
    assert memory > 0.25 * LIMITS.total_bytes, "nothing was measured"
    assert memory < 1.25 * LIMITS.total_bytes


def test_the_number_of_callbacks_without_viewers_is_limited(
    recovery: KeptRequests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_LEFT", 2)
    first, second, third = (str(uuid4()) for _ in range(3))
    for uuid in (first, second, third):
        keep(recovery, uuid, 1)
        recovery.watch(uuid, 0)
    assert [recovery.was_watched(uuid) for uuid in (first, second, third)] == [False, True, True]
    assert [kept(recovery, uuid) for uuid in (first, second, third)] == [[], [1], [1]]
