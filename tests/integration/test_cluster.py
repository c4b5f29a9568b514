"""A Redis Cluster as the queue: each callback uses one node, and follows its slot to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from tests.chaos.load import Load
from tests.chaos.watcher import Watcher
from tests.support.cluster import ClusterNode, RedisCluster, slot_of
from tests.support.deliveries import connect_delivery
from tests.support.patience import eventually
from tests.support.processes import Server, status_of
from tests.support.responders import Responder, decline, give
from tests.support.sender import Response, post
from tests.support.viewers import PacketViewer
from tests.wire_fixture import samples
from webhook_logger.delivery import (
    Position,
    QueueLimits,
    QueueUnavailable,
    RecoveryLimits,
    RoomManager,
)
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.keys import Keys

Workers = tuple[Server, Server]
LARGE = b"x" * 100_000


@pytest.fixture(scope="module")
def cluster() -> Iterator[RedisCluster]:
    """Three masters; the first one has a replica."""
    with RedisCluster(masters=3, replicas=1) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def workers(cluster: RedisCluster) -> Iterator[Workers]:
    settings = {"REDIS_URL": cluster.url, "RESPONSE_TIMEOUT": 30}
    with Server(**settings) as a, Server(**settings) as b:
        yield a.until_ready(), b.until_ready()


class Watched:
    """A callback with a viewer on each worker, and a load of requests."""

    def __init__(self, workers: Workers, uuid: str) -> None:
        self._workers = workers
        self.uuid = uuid
        self.load = Load(workers[0].address, uuid)
        self.watchers = [
            Watcher(worker.url, uuid, f"127.0.0.{n}", PacketViewer)
            for n, worker in enumerate(workers, 2)
        ]
        for watcher in self.watchers:
            watcher.start()
        self.until(lambda w: w.is_live, "live")

    def until(self, condition: Callable[[Watcher], object], name: str) -> None:
        for watcher in self.watchers:
            watcher.until(condition, name)

    def until_more(self, count: int) -> None:
        """Wait until each viewer has received this number of further requests."""
        for watcher in self.watchers:
            target = watcher.delivered + count
            watcher.until(lambda w: w.delivered >= target, f"at {target}")  # noqa: B023

    def audit(self) -> None:
        """Check that each viewer has received or counted each accepted request, in order."""
        with PacketViewer(self._workers[1].url, {"uuid": self.uuid}) as viewer:
            end = viewer.event("joined")
        self.until(lambda w: (w.epoch, w.seq) == (end["epoch"], end["seq"]), f"at {end}")
        names: dict[tuple[str, int], str] = {}
        for watcher in self.watchers:
            assert watcher.faults == []
            for name, place in watcher.places.items():
                assert names.setdefault(place, name) == name, place
            known = watcher.delivered + watcher.missed
            assert self.load.accepted <= known <= self.load.accepted + self.load.unknown

    def stop(self) -> None:
        for watcher in self.watchers:
            watcher.stop()


@contextmanager
def watched(workers: Workers, *uuids: str) -> Iterator[list[Watched]]:
    with ExitStack() as stack:
        callbacks = [Watched(workers, uuid) for uuid in uuids]
        for each in callbacks:
            stack.callback(each.stop)
        yield callbacks


def test_a_callback_is_published_and_received_on_one_node_only(
    cluster: RedisCluster, workers: Workers
) -> None:
    uuids = [cluster.callback_of(node) for node in cluster.masters]
    with watched(workers, *uuids) as callbacks:
        for node, each in zip(cluster.masters, callbacks, strict=True):
            channel = f"webhook-logger:{{{each.uuid}}}:requests"
            assert [channel in shard_channels(other) for other in cluster.masters] == [
                other is node for other in cluster.masters
            ]
            before = [traffic(other) for other in cluster.masters]
            for _ in range(10):
                assert post(workers[0].address, f"/{each.uuid}", LARGE).status == 200
            each.until(lambda w: w.delivered == 10, "complete")
            for other, (received, sent) in zip(cluster.masters, before, strict=True):
                more = traffic(other)
                if other is node:
                    assert more[0] - received > 10 * len(LARGE)
                    assert more[1] - sent > 20 * len(LARGE)  # to two workers
                else:
                    assert max(more[0] - received, more[1] - sent) < len(LARGE)


def shard_channels(node: ClusterNode) -> list[str]:
    channels: list[str] = node.client.execute_command("PUBSUB", "SHARDCHANNELS")
    return channels


def traffic(node: ClusterNode) -> tuple[int, int]:
    """Return the bytes that a node has received from clients, and sent to them."""
    stats = node.client.info("stats")
    return stats["total_net_input_bytes"], stats["total_net_output_bytes"]


def test_messages_between_workers_cross_slots(cluster: RedisCluster, workers: Workers) -> None:
    here, there = workers
    uuid = cluster.callback_of(cluster.masters[1])
    with ThreadPoolExecutor(1) as pool, Responder(here, uuid) as responder:

        def sent() -> Future[Response]:
            return pool.submit(post, there.address, f"/{uuid}")

        response, request = sent(), responder.request()
        assert give(here, request, b"live", status=202).status == 204
        assert (response.result().status, response.result().body) == (202, b"live")
        response, request = sent(), responder.request()
        assert decline(here, request).status == 204
        assert response.result().status == 200
        response = sent()
        responder.request()
        RoomManager(cluster.url, write_only=True).emit("note", {"n": 1}, room=uuid)
        assert responder.event("note") == {"n": 1}
        responder.end()
        assert response.result().status == 200


def test_kept_requests_are_recovered_from_the_node_of_their_callback(
    cluster: RedisCluster,
) -> None:
    delivery = connect_delivery(
        cluster.masters[0], QueueLimits(), cluster.url, recovery=RecoveryLimits(seconds=60)
    )
    for node in cluster.masters:
        request = replace(samples()[0], uuid=cluster.callback_of(node))
        eventually(lambda: has_barrier(delivery, request.uuid))  # noqa: B023
        with delivery.barrier(request.uuid) as barrier:
            since = Position(barrier.epoch, barrier.seq)
        for _ in range(3):
            delivery.publish(request)
        with delivery.barrier(request.uuid, since) as barrier:
            assert len(barrier.recovered) == 3
    ledger = Keys().ledger[1]
    eventually(lambda: cluster.node_of(ledger).client.zcard(ledger) == len(cluster.masters))


def has_barrier(delivery: RedisDelivery, uuid: str) -> bool:
    try:
        with delivery.barrier(uuid):
            return True
    except QueueUnavailable:
        return False


def test_a_slot_moves_under_load_and_other_callbacks_notice_nothing(
    cluster: RedisCluster, workers: Workers
) -> None:
    source, target, _ = cluster.masters
    moving, staying = cluster.callback_of(source), cluster.callback_of(target)
    slot = slot_of(moving)
    with watched(workers, moving, staying, cluster.callback_of(source)) as callbacks:
        first, *others = callbacks
        with first.load.running(4, 100), others[0].load.running(2, 50):
            first.until_more(10)
            cluster.begin_to_move(slot, source, target)
            others[0].until_more(10)
            cluster.move_keys(slot, source, target)
            others[0].until_more(5)
            cluster.end_moving(slot, target)
            first.until(lambda w: w.joins == 2, "subscribed again")
            first.until_more(20)
        assert set(first.load.outcomes) == set(others[0].load.outcomes) == {"accepted"}
        for each in callbacks:
            each.audit()
        for each in others:
            assert {(w.joins, w.missed) for w in each.watchers} == {(1, 0)}


def test_a_planned_failover_and_a_killed_master_lose_nothing_silently(
    cluster: RedisCluster, workers: Workers
) -> None:
    old, other, _ = cluster.masters
    [new] = cluster.replicas
    with watched(workers, cluster.callback_of(old), cluster.callback_of(other)) as callbacks:
        first, second = callbacks
        with first.load.running(4, 100):
            first.until_more(10)
            new.ask("CLUSTER", "FAILOVER")
            first.until(lambda w: w.joins >= 2, "subscribed to the new master")
            first.until_more(20)
            eventually(lambda: old.client.info("replication").get("master_link_status") == "up")
            joins = max(w.joins for w in first.watchers)
            new.kill()
            first.until(lambda w: w.joins > joins, "subscribed to the old master again")
            first.until_more(20)
        for each in callbacks:
            each.audit()
        assert {(w.joins, w.missed) for w in second.watchers} == {(1, 0)}


def test_only_the_callbacks_of_a_node_without_replica_are_unavailable_while_it_is_down(
    cluster: RedisCluster, workers: Workers
) -> None:
    *_, other, down = cluster.masters
    with watched(workers, cluster.callback_of(down), cluster.callback_of(other)) as callbacks:
        lost, kept = callbacks
        down.kill()
        refused = post(workers[0].address, f"/{lost.uuid}")
        assert (refused.status, b"queue_unavailable" in refused.body) == (503, True)
        lost.until(lambda w: not w.is_live, "informed")
        assert kept.load.try_one(workers[0].address)
        assert [status_of(worker.url + "/readyz") for worker in workers] == [200, 200]
        assert {(w.joins, w.missed) for w in kept.watchers} == {(1, 0)}
        down.start()
        eventually(lambda: lost.load.try_one(workers[0].address))
        lost.until(lambda w: w.joins == 2, "live again")
        lost.load.send(5, 1)
        for each in (lost, kept):
            each.audit()
