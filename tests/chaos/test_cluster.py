"""A Redis Cluster changes under load: a slot moves, a replica is promoted, a master is killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.chaos.cluster import Cluster
from tests.chaos.conftest import ROWS
from tests.chaos.test_failover import endure
from tests.support.cluster import ClusterNode, RedisCluster, slot_of
from tests.support.patience import eventually

RESHARDINGS = 5
KINDS = {"python-socketio": 2, "socket.io-client": 2, "Inbox": 2, "stream.js": 2}

pytestmark = pytest.mark.long


@pytest.fixture
def nodes() -> Iterator[RedisCluster]:
    with RedisCluster(masters=3, replicas=3) as nodes:
        yield nodes


@pytest.fixture(params=[0, 60], ids="recovery {}".format)
def cluster(request: pytest.FixtureRequest, nodes: RedisCluster) -> Iterator[Cluster]:
    """Three workers, with a callback on the first master."""
    settings = {"REDIS_URL": nodes.url, "RECOVERY_SECONDS": request.param}
    with Cluster(ROWS, queue=nodes.masters[0], **settings) as cluster:
        cluster.begin(nodes.callback_of(nodes.masters[0]))
        cluster.watch(4)
        cluster.watch_with(KINDS)
        yield cluster


def test_slots_move_while_requests_are_sent(cluster: Cluster, nodes: RedisCluster) -> None:
    slot, masters = slot_of(cluster.uuid), nodes.masters

    def move(number: int) -> None:
        source, target = masters[number % 3], masters[(number + 1) % 3]
        nodes.begin_to_move(slot, source, target)
        threading.Event().wait(0.5)
        nodes.move_keys(slot, source, target)
        nodes.end_moving(slot, target)

    moves = [lambda number=number: move(number) for number in range(RESHARDINGS)]
    endure(cluster, f"Redis Cluster: a slot moves, {RESHARDINGS} times", *moves)


def test_replicas_are_promoted_and_a_master_is_killed(
    cluster: Cluster, nodes: RedisCluster
) -> None:
    pair = nodes.masters[0], nodes.replicas[0]

    def replica() -> ClusterNode:
        [found] = [node for node in pair if is_synchronous(node)]
        return found

    def promote() -> None:
        eventually(lambda: any(map(is_synchronous, pair)))
        replica().ask("CLUSTER", "FAILOVER")

    def kill() -> None:
        eventually(lambda: any(map(is_synchronous, pair)))
        [master] = [node for node in pair if node is not replica()]
        master.kill()

    event = "Redis Cluster: two planned failovers (`CLUSTER FAILOVER`), then a master is killed"
    endure(cluster, event, promote, promote, kill)


def is_synchronous(node: ClusterNode) -> bool:
    """Return whether the node is a replica that is connected to its master."""
    return node.client.info("replication").get("master_link_status") == "up"
