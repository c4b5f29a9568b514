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
