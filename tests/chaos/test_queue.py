"""The queue is stopped, frozen or emptied, or closes connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tests.chaos.cluster import Cluster
from tests.support.patience import eventually
from tests.support.sender import post

MEBIBYTE = 2**20


def wait_and_recover(cluster: Cluster, seconds: float, restore: Callable[[], object]) -> str:
    """Wait without a queue, restore it, and wait until the cluster has recovered.

    Return a note for the table with the time to recover and the growth of memory.
    """
    before = [worker.memory() for worker in cluster.workers]
    threading.Event().wait(seconds)
    grown = max(worker.memory() - at for worker, at in zip(cluster.workers, before, strict=True))
    assert grown < 100 * MEBIBYTE
    restore()
    begin = time.monotonic()
    for worker in cluster.workers:
        eventually(lambda at=worker.address: cluster.load.try_one(at))
    cluster.until_live(joins=2)
    recovery = time.monotonic() - begin
    return f"recovered after {recovery:.1f} s; memory grew by at most {grown / MEBIBYTE:.0f} MiB"


@pytest.mark.long
def test_redis_is_stopped_for_ten_seconds_under_load(cluster: Cluster) -> None:
    cluster.watch()
    with cluster.load.running(senders=64, per_second=400):
        cluster.watchers[0].until(lambda w: w.delivered > 100, "under load")
        epoch = cluster.watchers[0].epoch
        cluster.redis.end()
        note = wait_and_recover(cluster, 10, cluster.redis.start)
    assert set(cluster.load.outcomes) <= {"accepted", "refused", "unknown"}
    assert {watcher.new_epochs for watcher in cluster.watchers} == {1}, "counting starts again"
    assert cluster.watchers[0].epoch != epoch
    cluster.audit("Redis is stopped for 10 s, and starts empty", note, one_epoch=False)


@pytest.mark.long
def test_redis_is_frozen_for_ten_seconds_under_load(cluster: Cluster) -> None:
    cluster.watch()
    with cluster.load.running(senders=64, per_second=400):
        cluster.watchers[0].until(lambda w: w.delivered > 100, "under load")
        cluster.redis.freeze()
        note = wait_and_recover(cluster, 10, cluster.redis.thaw)
    assert set(cluster.load.outcomes) <= {"accepted", "refused", "unknown"}
    cluster.audit("Redis is frozen for 10 s", note)


@pytest.mark.parametrize(("kind", "owners"), [("pubsub", "subscribers"), ("normal", "publishers")])
def test_redis_closes_connections_under_load(cluster: Cluster, kind: str, owners: str) -> None:
    cluster.watch()
    with cluster.load.running(senders=16, per_second=400):
        for _ in range(3):
            seen = cluster.watchers[0].seq
            cluster.redis.client.client_kill_filter(_type=kind, skipme=True)
            cluster.watchers[0].until(lambda w, seen=seen: w.seq > seen + 200, "live again")
    assert set(cluster.load.outcomes) <= {"accepted", "unknown"}
    cluster.audit(f"CLIENT KILL of {owners}, three times")


def _subscribers(cluster: Cluster) -> int:
    return len(cluster.redis.client.client_list(_type="pubsub"))


def test_redis_disconnects_a_slow_subscriber_and_its_viewers_count_the_gap(
    cluster: Cluster,
) -> None:
    cluster.watch_all_workers()
    [before] = cluster.redis.client.config_get("client-output-buffer-limit").values()
    cluster.redis.client.config_set("client-output-buffer-limit", "pubsub 100kb 0 0")
    slow = cluster.workers[2]
    others = cluster.workers[:2]
    slow.freeze()
    try:
        # Until Redis closes the connection: the kernel can buffer 12 MB before Redis does.
        big, subscribers = b"x" * 30_000, _subscribers(cluster)
        for n in range(2000):
            if n % 50 == 0 and _subscribers(cluster) < subscribers:
                break
            assert post(others[n % 2].address, f"/{cluster.uuid}", big).status == 200
            cluster.load.outcomes["accepted"] += 1
    finally:
        slow.thaw()
        cluster.redis.client.config_set("client-output-buffer-limit", before)
    cluster.load.send(posts=100, senders=4)
    cluster.audit("Redis disconnects a slow subscriber")
    assert max(watcher.missed for watcher in cluster.watchers) > 0


@pytest.mark.long
def test_the_rate_limit_holds_over_all_workers(cluster_with: Callable[..., Cluster]) -> None:
    with cluster_with(MAX_REQUESTS_PER_SECOND=50) as cluster:
        cluster.watch(3)
        begin = time.time()
        cluster.load.send(posts=1000, senders=8)
        windows = int(time.time()) - int(begin) + 1
        assert set(cluster.load.outcomes) == {"accepted", "status 429"}
        assert cluster.load.accepted <= 50 * windows
        cluster.audit("1,000 posts with a limit of 50 a second")
        assert {watcher.delivered for watcher in cluster.watchers} == {cluster.load.accepted}
