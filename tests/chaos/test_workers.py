"""Bursts, and workers that come and go."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.chaos.cluster import Cluster
from tests.support.patience import eventually
from tests.support.sender import post
from tests.support.viewers import PacketViewer


@pytest.mark.parametrize("posts", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_burst_of_posts_over_three_workers_loses_nothing(cluster: Cluster, posts: int) -> None:
    cluster.watch_everywhere()
    assert sum(cluster.seats()) == len(cluster.watchers)
    cluster.load.send(posts=posts, senders=32)
    assert cluster.load.outcomes == {"accepted": posts}
    cluster.audit(f"a burst of {posts:,} posts")
    assert {watcher.delivered for watcher in cluster.watchers} == {posts}


def test_a_killed_worker_costs_senders_nothing_and_its_viewers_come_back(cluster: Cluster) -> None:
    cluster.watch_everywhere()
    with cluster.load.going_on(senders=16, a_second=400):
        cluster.watchers[0].until(lambda w: w.delivered > 200, "under load")
        on_it = cluster.seats()[1]
        cluster.workers[1].end(kill=True)
        eventually(lambda: sum(w.joins > 1 for w in cluster.watchers) >= on_it)
        cluster.until_live()
        seen = cluster.watchers[0].delivered
        cluster.watchers[0].until(lambda w: w.delivered > seen + 200, "on again")
    assert set(cluster.load.outcomes) == {"accepted"}
    cluster.audit("a worker is killed (-9)", f"it had {on_it} viewers")


@pytest.mark.long
def test_a_rolling_restart_costs_senders_nothing(cluster: Cluster) -> None:
    cluster.watch()
    with cluster.load.going_on(senders=16, a_second=400):
        for worker in cluster.workers:
            worker.terminate()
            assert worker.wait() == 0
            worker.start()
            worker.until_ready()
            cluster.until_live()
    assert set(cluster.load.outcomes) == {"accepted"}
    cluster.audit("all workers are restarted, one after the other")


@pytest.mark.long
def test_viewers_of_a_killed_worker_are_forgotten(
    cluster: Cluster,
) -> None:
    here, there = cluster.workers[:2]

    def count() -> int:
        return int(post(here.address, f"/{cluster.uuid}").headers["webhook-viewers"])

    with ExitStack() as viewers:
        for _ in range(3):
            viewer = PacketViewer(there.url, {"uuid": cluster.uuid})
            viewers.enter_context(viewer).event("joined")
        eventually(lambda: count() == 3)
        there.end(kill=True)
        eventually(lambda: count() == 0)
