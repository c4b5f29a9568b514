"""The balancer is reloaded and restarted, and viewers connect through it on each transport."""

from __future__ import annotations

import pytest

from tests.chaos.cluster import Cluster
from tests.support.polling import PollingViewer, UpgradingViewer


@pytest.mark.long
def test_nginx_is_reloaded_under_load(cluster: Cluster) -> None:
    cluster.watch()
    with cluster.load.running(senders=8, per_second=200):
        for _ in range(3):
            seen = cluster.watchers[0].delivered
            cluster.nginx.reload()
            cluster.watchers[0].until(
                lambda w, seen=seen: w.delivered > seen + 200, "live after the reload"
            )
    assert set(cluster.load.outcomes) == {"accepted"}
    cluster.audit("nginx is reloaded three times")


def test_nginx_is_restarted_under_load(cluster: Cluster) -> None:
    cluster.watch()
    with cluster.load.running(senders=8, per_second=200):
        cluster.watchers[0].until(lambda w: w.delivered > 100, "under load")
        cluster.nginx.end()
        cluster.nginx.start()
        cluster.until_live(joins=2)
    assert set(cluster.load.outcomes) <= {"accepted", "disconnected", "not connected"}
    cluster.audit("nginx is restarted")


def test_viewers_on_long_polling_and_those_that_upgrade_miss_no_request(cluster: Cluster) -> None:
    cluster.watch(5, PollingViewer)
    cluster.watch(5, UpgradingViewer)
    cluster.load.send(posts=500, senders=4)
    cluster.audit("5 viewers on long-polling, 5 that upgrade to WebSocket")
    assert {watcher.delivered for watcher in cluster.watchers} == {500}
    assert {watcher.joins for watcher in cluster.watchers} == {1}
