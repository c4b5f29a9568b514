"""Another Redis becomes the master under load: in a planned failover, or because it was killed.

Viewers receive or count every accepted request, and no position is given twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.chaos.cluster import Cluster
from tests.chaos.conftest import ROWS
from tests.support.patience import eventually
from tests.support.processes import Redis
from tests.support.sentinel import NAME, Sentinel, start_watched

NOTICED_MS = 1000
KINDS = {"python-socketio": 2, "socket.io-client": 2, "Inbox": 2, "stream.js": 2}


class WatchedQueue:
    """A master with two replicas and three Sentinels, whose addresses the workers know."""

    def __init__(self, stack: ExitStack) -> None:
        self.all, sentinels = start_watched(stack, replicas=2, sentinels=3)
        for each in sentinels:
            each.notice_failures(NOTICED_MS)
        self.sentinel: Sentinel = sentinels[0]
        hosts = ",".join(f"127.0.0.1:{each.port}" for each in sentinels)
        self.url = f"redis+sentinel://{hosts}/{NAME}"

    @property
    def master(self) -> Redis:
        [master] = [each for each in self.all if each.port == self.sentinel.master_port]
        return master

    def fail_over(self) -> None:
        """Promote a replica, as before maintenance of the master."""
        self.sentinel.fail_over()

    def kill_master(self) -> None:
        """Kill the master, and wait until the Sentinels name another one."""
        killed = self.master
        killed.kill()
        eventually(lambda: self.sentinel.master_port != killed.port)


@pytest.fixture
def queue() -> Iterator[WatchedQueue]:
    with ExitStack() as stack:
        yield WatchedQueue(stack)


def endure(cluster: Cluster, event: str, *faults: Callable[[], None]) -> None:
    """Cause these failures under load, and check what each viewer received."""
    with cluster.load.running(senders=4, per_second=100):
        for number, fault in enumerate(faults, 1):
            until_delivered(cluster, 50)
            fault()
            for watcher in cluster.watchers:
                watcher.until(lambda w, n=number: w.new_epochs >= n, "in a new epoch")
        until_delivered(cluster, 50)
    eventually(lambda: cluster.load.try_one(cluster.workers[0].address))
    silence = max(watcher.longest_silence for watcher in cluster.watchers)
    cluster.audit(event, f"no request for at most {silence:.1f} s", one_epoch=False)


def until_delivered(cluster: Cluster, count: int) -> None:
    """Wait until each viewer has received this number of further requests."""
    before = [watcher.delivered for watcher in cluster.watchers]
    for watcher, seen in zip(cluster.watchers, before, strict=True):
        watcher.until(lambda w, seen=seen: w.delivered >= seen + count, "live")


def test_a_planned_failover_and_a_killed_master(queue: WatchedQueue) -> None:
    with Cluster(ROWS, queue=queue.master, workers=2, REDIS_URL=queue.url) as cluster:
        cluster.watch(4)
        event = "a planned failover (`SENTINEL FAILOVER`), then the master is killed"
        endure(cluster, event, queue.fail_over, queue.kill_master)


@pytest.mark.long
@pytest.mark.parametrize("recovery", [0, 60])
@pytest.mark.parametrize("times", [1, 5])
@pytest.mark.timeout(600)
def test_planned_failovers(queue: WatchedQueue, times: int, recovery: int) -> None:
    settings = {"REDIS_URL": queue.url, "RECOVERY_SECONDS": recovery}
    with Cluster(ROWS, queue=queue.master, **settings) as cluster:  # type: ignore[arg-type]
        cluster.watch(4)
        cluster.watch_with(KINDS)
        event = f"planned failovers (`SENTINEL FAILOVER`): {times}"
        endure(cluster, event, *[queue.fail_over] * times)


@pytest.mark.long
@pytest.mark.parametrize("recovery", [0, 60])
@pytest.mark.timeout(600)
def test_the_master_is_killed(queue: WatchedQueue, recovery: int) -> None:
    settings = {"REDIS_URL": queue.url, "RECOVERY_SECONDS": recovery}
    with Cluster(ROWS, queue=queue.master, **settings) as cluster:  # type: ignore[arg-type]
        cluster.watch(4)
        cluster.watch_with(KINDS)
        event = f"the master is killed; Sentinels notice it after {NOTICED_MS / 1000:g} s"
        endure(cluster, event, queue.kill_master)
