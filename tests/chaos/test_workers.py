"""Bursts of requests, and workers that are killed or restarted."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.chaos.cluster import Cluster
from tests.support.patience import eventually
from tests.support.sender import post
from tests.support.viewers import PacketViewer


@pytest.mark.parametrize("posts", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_burst_over_three_workers_loses_no_request(cluster: Cluster, posts: int) -> None:
    cluster.watch_all_workers()
    assert sum(cluster.viewer_counts()) == len(cluster.watchers)
    cluster.load.send(posts=posts, senders=32)
    assert cluster.load.outcomes == {"accepted": posts}
    cluster.audit(f"a burst of {posts:,} posts")
    assert {watcher.delivered for watcher in cluster.watchers} == {posts}


def test_a_killed_worker_causes_no_errors_and_its_viewers_reconnect(cluster: Cluster) -> None:
    cluster.watch_all_workers()
    with cluster.load.running(senders=16, per_second=400):
        cluster.watchers[0].until(lambda w: w.delivered > 200, "under load")
        viewers = cluster.viewer_counts()[1]
        cluster.workers[1].end(kill=True)
        eventually(lambda: sum(w.joins > 1 for w in cluster.watchers) >= viewers)
        cluster.until_live()
        seen = cluster.watchers[0].delivered
        cluster.watchers[0].until(lambda w: w.delivered > seen + 200, "live again")
    assert set(cluster.load.outcomes) == {"accepted"}
    cluster.audit("a worker is killed (-9)", f"it had {viewers} viewers")


@pytest.mark.long
def test_a_rolling_restart_causes_no_errors(cluster: Cluster) -> None:
    cluster.watch()
    with cluster.load.running(senders=16, per_second=400):
        for worker in cluster.workers:
            worker.terminate()
            assert worker.wait() == 0
            worker.start()
            worker.until_ready()
            cluster.until_live()
    assert set(cluster.load.outcomes) == {"accepted"}
    cluster.audit("all workers are restarted, one after the other")


@pytest.mark.long
def test_viewers_of_a_killed_worker_no_longer_count(cluster: Cluster) -> None:
    here, there = cluster.workers[:2]

    def count() -> int:
        return int(post(here.address, f"/{cluster.uuid}").headers["webhook-viewers"])

    with ExitStack() as stack:
        for _ in range(3):
            viewer = PacketViewer(there.url, {"uuid": cluster.uuid})
            stack.enter_context(viewer).event("joined")
        eventually(lambda: count() == 3)
        there.end(kill=True)
        eventually(lambda: count() == 0)
