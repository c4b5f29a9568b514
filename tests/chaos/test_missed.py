"""Count the requests that viewers miss in failures, with and without recovery.

Our own clients miss no request in a rolling restart, because they move to another worker first.
With recovery, no viewer misses a request, except when the queue loses all data.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from tests.chaos.cluster import VIEWERS, Cluster
from tests.chaos.conftest import ROWS
from tests.chaos.load import RespondedLoad
from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.proxy import LosingProxy

RECOVERY_SECONDS = 60
OURS = ("Inbox", "stream.js", "page", "responder")
"""The kinds of viewers that move to another worker before theirs stops."""
KINDS = ("python-socketio", "socket.io-client", "Inbox", "stream.js")
FEW = {**dict.fromkeys(KINDS, 2), "page": 1}
MANY = dict.fromkeys(KINDS, 6)
AWAY_SECONDS = 20
BURST_POSTS = 50_000
CUT_OFF = ("slow", "ping_timeout")

long = pytest.mark.long
SETTINGS = pytest.mark.parametrize("seconds", [0, RECOVERY_SECONDS])


# `make test` has the failures of the long tests in tests/client, tests/browser and
# tests/integration.
@pytest.fixture(
    scope="module",
    params=[pytest.param(0, marks=long), RECOVERY_SECONDS],
    ids="recovery {}".format,
)
def _cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    with Cluster(ROWS, RECOVERY_SECONDS=request.param) as cluster:
        yield cluster


def check_missed(cluster: Cluster, *without_gap: str) -> None:
    """Check that these kinds of viewers missed no request, or with recovery, all kinds.

    Our clients hide a request that a balancer sent twice, because a killed worker had published it.
    Its second `seq` then looks like a missed request.
    """
    duplicates = max(watcher.duplicates for watcher in cluster.watchers)
    for watcher in cluster.watchers:
        if cluster.recovery or watcher.kind in without_gap:
            hidden = duplicates if watcher.kind in OURS else 0
            assert watcher.missed <= hidden, repr(watcher)


def until_delivered(cluster: Cluster, count: int) -> None:
    """Wait until the first viewer has received this number of further requests."""
    first = cluster.watchers[0]
    seen = first.delivered
    first.until(lambda w: w.delivered >= seen + count, f"{count} further requests")


def times(number: int) -> str:
    """Return `once` or `20 times`."""
    return "once" if number == 1 else f"{number} times"


@pytest.mark.parametrize(
    ("rounds", "per_second", "raw", "others", "without_gap"),
    [
        # A busy machine may delay the move of a viewer by seconds.
        pytest.param(1, 50, 2, FEW, (), marks=[long]),
        # A page in Chromium without a GPU needs most of a core at 100 requests a second. If it
        # gets less, the page is seconds behind, and moves too late.
        pytest.param(20, 50, 2, FEW, OURS, marks=[long]),
        pytest.param(20, 200, 6, MANY, OURS, marks=[long]),
    ],
)
@pytest.mark.timeout(3600)
def test_a_rolling_restart_under_load(
    cluster: Cluster,
    rounds: int,
    per_second: int,
    raw: int,
    others: dict[str, int],
    without_gap: tuple[str, ...],
) -> None:
    cluster.watch(raw)
    cluster.watch_with(others)
    with cluster.load.running(senders=8, per_second=per_second):
        until_delivered(cluster, 50)
        for _ in range(rounds):
            for worker in cluster.workers:
                cluster.restart(worker)
        until_delivered(cluster, 50)
    assert set(cluster.load.outcomes) == {"accepted"}
    cluster.audit(f"rolling restart, {times(rounds)}")
    check_missed(cluster, *without_gap)


@long
@pytest.mark.parametrize("rounds", [1, 20])
@pytest.mark.timeout(3600)
def test_a_rolling_restart_with_a_responder(cluster: Cluster, rounds: int) -> None:
    cluster.load = RespondedLoad(cluster.nginx.address, cluster.uuid)
    cluster.watch(2)
    cluster.watch_with({"responder": 1, "Inbox": 1})
    with cluster.load.running(senders=8, per_second=50):
        until_delivered(cluster, 20)
        for _ in range(rounds):
            for worker in cluster.workers:
                cluster.restart(worker)
        until_delivered(cluster, 20)
    assert set(cluster.load.outcomes) == {"accepted"}, "a sender got another response"
    cluster.audit(f"rolling restart with a responder, {times(rounds)}")
    check_missed(cluster, *OURS)


def test_a_worker_is_killed_under_load(cluster: Cluster) -> None:
    cluster.watch(3)
    cluster.watch_with(FEW)
    while cluster.viewer_counts()[1] == 0:
        cluster.watch(1)
    with cluster.load.running(senders=8, per_second=200):
        until_delivered(cluster, 100)
        viewers = cluster.viewer_counts()[1]
        cluster.workers[1].end(kill=True)
        eventually(lambda: sum(w.joins > 1 for w in cluster.watchers) >= viewers)
        cluster.until_live()
        until_delivered(cluster, 100)
    assert set(cluster.load.outcomes) == {"accepted"}
    cluster.audit("a worker is killed (`SIGKILL`)", f"it had {viewers} viewers")
    check_missed(cluster)


@long
@SETTINGS
def test_a_worker_loses_its_subscription_under_load(
    cluster_with: Callable[..., Cluster], seconds: int
) -> None:
    with cluster_with(can_deafen=True, RECOVERY_SECONDS=seconds) as cluster:
        [deaf] = cluster.watch(1, url=cluster.workers[0].url)
        cluster.watch(2)
        cluster.watch_with(FEW)
        with cluster.load.running(senders=8, per_second=100):
            until_delivered(cluster, 50)
            assert cluster.proxy
            cluster.proxy.deafen()
            viewers = cluster.viewer_counts()[0]
            deaf.until(lambda w: w.joins == 2, "live again")
            until_delivered(cluster, 50)
        cluster.audit("a worker's subscription no longer receives", f"it had {viewers} viewers")
        check_missed(cluster)


@long
def test_viewers_lose_the_network(cluster: Cluster) -> None:
    cluster.watch(1)
    with LosingProxy(cluster.nginx.address) as proxy:
        cluster.watch_with(FEW, proxy.url)
        away = cluster.watchers[1:]
        with cluster.load.running(senders=8, per_second=50):
            until_delivered(cluster, 50)
            proxy.lose()
            threading.Event().wait(AWAY_SECONDS)
            eventually(lambda: not any(watcher.is_live for watcher in away))
            eventually(lambda: sum(cluster.viewer_counts()) == 1)
            proxy.restore()
            cluster.until_live()
            until_delivered(cluster, 50)
        cluster.audit(f"viewers lose the network for {AWAY_SECONDS} s")
        check_missed(cluster)
        assert all(watcher.recovered or watcher.missed for watcher in away)


@long
def test_viewers_sleep(cluster: Cluster) -> None:
    cluster.watch(1)
    sleepers = cluster.watch_with(FEW)
    away = cluster.watchers[1:]
    with cluster.load.running(senders=8, per_second=50):
        until_delivered(cluster, 50)
        for clients in sleepers:
            clients.freeze()
        threading.Event().wait(AWAY_SECONDS)
        eventually(lambda: sum(cluster.viewer_counts()) == 1)
        for clients in sleepers:
            clients.thaw()
        eventually(lambda: all(watcher.joins > 1 for watcher in away))
        cluster.until_live()
        until_delivered(cluster, 50)
    cluster.audit(f"viewers sleep for {AWAY_SECONDS} s (`SIGSTOP`)")
    check_missed(cluster)
    assert all(watcher.recovered or watcher.missed for watcher in away)


def test_redis_restarted_empty_begins_a_new_epoch_for_every_viewer(cluster: Cluster) -> None:
    cluster.watch(VIEWERS)
    cluster.watch_with(FEW)
    cluster.load.send(posts=100, senders=4)
    for watcher in cluster.watchers:
        watcher.until(lambda w: w.seq == cluster.load.accepted, "at the last request")
    epochs = {watcher.epoch for watcher in cluster.watchers}
    cluster.redis.end()
    cluster.redis.start()
    for watcher in cluster.watchers[:VIEWERS]:
        watcher.until(lambda w: w.is_live and w.joins >= 2, "live again")
    cluster.load.send(posts=200, senders=4)
    cluster.audit("Redis is restarted empty", one_epoch=False)
    assert not epochs & {watcher.epoch for watcher in cluster.watchers}
    assert {watcher.new_epochs for watcher in cluster.watchers} == {1}
    assert {watcher.missed for watcher in cluster.watchers} == {0}, "unknown"


def cut_off(worker: Server) -> float:
    """Return the number of viewers that the worker disconnected because they did not read."""
    metrics = worker.metrics()
    return sum(metrics[f'viewers_cut_off_total{{reason="{why}"}}'] for why in CUT_OFF)


@long
@SETTINGS
@pytest.mark.timeout(900)
def test_a_viewer_is_starved_in_a_burst(cluster_with: Callable[..., Cluster], seconds: int) -> None:
    settings = {
        "RECOVERY_SECONDS": seconds and 600,
        "RECOVERY_BYTES": 128 * 2**20,
        "MAX_VIEWER_QUEUE_BYTES": 2**20,
    }
    with cluster_with(**settings) as cluster:
        cluster.watch_with(FEW)
        [starved] = cluster.watch(1, url=cluster.workers[0].url)
        starved.starve()
        cluster.load.send(posts=BURST_POSTS, senders=32)
        assert cluster.load.outcomes == {"accepted": BURST_POSTS}
        eventually(lambda: cut_off(cluster.workers[0]) >= 1)
        # Others that were disconnected have come back, but not the one that does not read.
        eventually(lambda: sum(cluster.viewer_counts()) == len(cluster.watchers) - 1)
        starved.feed()
        cluster.audit(f"a burst of {BURST_POSTS:,} posts with a viewer that does not read")
        check_missed(cluster)
        assert starved.recovered if seconds else starved.missed
