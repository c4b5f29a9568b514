"""When another Redis becomes the queue, it learns how each epoch ended, and counts over epochs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
import redis as redis_py

from tests.support.deliveries import IgnoringSink, connect_delivery
from tests.support.patience import eventually
from tests.support.processes import Redis
from tests.wire_fixture import samples
from webhook_logger.delivery import Position, QueueLimits, QueueUnavailable, RecoveryLimits
from webhook_logger.delivery.recovery import SLICE_REQUESTS
from webhook_logger.delivery.redis import counter_scripts, scripts
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.history import NAME_BYTES
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.viewers.join import Join

KEYS = Keys()
ACCEPTED, LOST, AFTER = 10, 3, 5
MANY = SLICE_REQUESTS + 10


@dataclass
class Losses(IgnoringSink):
    """A sink that records reports of lost requests."""

    reports: list[tuple[str, str, int, int]] = field(default_factory=list)

    def lost(self, *report: object) -> None:
        self.reports.append(report)  # type: ignore[arg-type]


@dataclass
class Stage:
    """Two workers, of which one watches the callback, and a Redis that can lose its last writes."""

    redis: Redis
    sink: Losses
    watching: RedisDelivery
    other: RedisDelivery
    uuid: str

    def publish(self, delivery: RedisDelivery, count: int) -> Position:
        """Publish requests, and return the last position."""
        for _ in range(count):
            receipt = delivery.publish(replace(samples()[0], uuid=self.uuid))
        return Position(receipt.epoch, receipt.seq)

    def lose(self, count: int) -> None:
        """Lose the last writes, and continue in another history, as a promoted replica."""
        self.redis.client.hincrby(KEYS.key(self.uuid), "seq", -count)
        self.redis.client.execute_command("DEBUG", "CHANGE-REPL-ID")
        for kind in ("normal", "pubsub"):
            self.redis.client.client_kill_filter(_type=kind, skipme=True)

    def restart_empty(self) -> None:
        self.redis.client.connection_pool.disconnect()
        self.redis.end()
        self.redis.start()

    def missed(self, since: Position) -> int | None:
        """Return how many requests a viewer has missed that comes from a position."""
        missed: list[int | None] = []

        def join() -> bool:
            try:
                with self.watching.barrier(self.uuid, since) as barrier:
                    if barrier.epoch == since.epoch:
                        return False
                    missed.append(Join(self.uuid, *since).missed(barrier))
            except QueueUnavailable:
                return False
            return True

        eventually(join)
        return missed[0]

    def report(self, reached: Position) -> int:
        """Report a position of an earlier epoch, as another worker does."""
        client: redis_py.Redis = self.redis.client
        epoch = client.hget(KEYS.key(self.uuid), "epoch") or ""
        fresh, channel = counter_scripts.fresh(), KEYS.channel(self.uuid)
        args = ("worker", fresh, channel, *reached, epoch[:NAME_BYTES])
        return int(
            client.eval(scripts.without_recovery(KEYS).reached, 1, KEYS.key(self.uuid), *args)
        )


@pytest.fixture
def redis() -> Iterator[Redis]:
    with Redis("--enable-debug-command", "yes") as redis:
        yield redis


@pytest.fixture
def stage(redis: Redis, uuid: str) -> Stage:
    sink = Losses()
    watching = connect_delivery(redis, QueueLimits(), sink=sink)
    watching.set_viewers(uuid, 1)
    return Stage(redis, sink, watching, connect_delivery(redis, QueueLimits()), uuid)


def test_missed_requests_are_counted_over_epochs_and_lost_writes(stage: Stage) -> None:
    begin = stage.publish(stage.other, 1)
    last = stage.publish(stage.other, ACCEPTED - 1)
    stage.lose(LOST)
    eventually(lambda: stage.missed(last) == 0)  # once the worker has reported the lost requests
    assert stage.missed(begin) == ACCEPTED - 1
    stage.publish(stage.other, AFTER)
    assert stage.missed(last) == AFTER
    stage.lose(0)
    stage.publish(stage.watching, AFTER)
    assert stage.missed(last) == 2 * AFTER
    assert stage.missed(Position(last.epoch, last.seq + 1)) is None, "never given"
    assert stage.missed(Position("another", 1)) is None


def test_requests_of_the_new_epoch_are_recovered(redis: Redis, uuid: str) -> None:
    limits = RecoveryLimits(seconds=60)
    watching, other = (connect_delivery(redis, QueueLimits(), recovery=limits) for _ in range(2))
    stage = Stage(redis, Losses(), watching, other, uuid)
    watching.set_viewers(uuid, 1)
    with watching.barrier(uuid):
        pass  # requests are kept from now on
    last = stage.publish(other, ACCEPTED)
    stage.lose(LOST)
    eventually(lambda: stage.missed(last) == 0)
    stage.publish(other, MANY)
    since, seqs = Position(last.epoch, last.seq - 1), []
    is_complete = False
    while not is_complete:
        with watching.barrier(uuid, since) as barrier:
            missed = Join(uuid, *since).missed(barrier)
            assert missed == (1 if since.epoch == last.epoch else 0)
            seqs += [kept.responded.seq for kept in barrier.recovered]
            since, is_complete = Position(barrier.epoch, seqs[-1]), barrier.is_complete
    assert seqs == list(range(1, MANY + 1))


def test_a_late_report_of_lost_writes_is_counted_by_every_viewer(stage: Stage) -> None:
    last = stage.publish(stage.watching, ACCEPTED)
    stage.lose(0)
    assert stage.missed(last) == 0
    now = stage.publish(stage.watching, AFTER)
    lost = Position(last.epoch, last.seq + LOST)
    assert [stage.report(lost), stage.report(lost), stage.report(last)] == [LOST, 0, 0]
    eventually(lambda: stage.sink.reports)
    assert stage.sink.reports == [(stage.uuid, now.epoch, now.seq + LOST, LOST)]
    assert stage.publish(stage.watching, 1).seq == now.seq + LOST + 1
    assert stage.missed(last) == LOST + AFTER + 1
    assert stage.missed(lost) == AFTER + 1


def test_a_redis_that_starts_empty_learns_how_the_last_epoch_ended(stage: Stage) -> None:
    begin = stage.publish(stage.watching, 1)
    stage.publish(stage.watching, ACCEPTED - 1)
    stage.restart_empty()
    eventually(lambda: stage.missed(begin) == ACCEPTED - 1)
    stage.publish(stage.watching, AFTER)
    assert stage.missed(begin) == ACCEPTED - 1 + AFTER


def test_a_report_about_the_current_history_changes_nothing(stage: Stage) -> None:
    last = stage.publish(stage.watching, ACCEPTED)
    stored = stage.redis.client.hgetall(KEYS.key(stage.uuid))
    assert stage.report(Position(last.epoch, last.seq + LOST)) == -1
    assert stage.redis.client.hgetall(KEYS.key(stage.uuid)) == stored


def test_only_the_last_epochs_are_kept(stage: Stage) -> None:
    begin = stage.publish(stage.watching, 1)
    for _ in range(counter_scripts.MAX_ENDED):
        stage.lose(0)
        eventually(lambda: stage.watching._queue.reason("") is None)
        stage.publish(stage.watching, 1)
    assert stage.missed(begin) == counter_scripts.MAX_ENDED
    stage.lose(0)
    assert stage.missed(begin) is None
