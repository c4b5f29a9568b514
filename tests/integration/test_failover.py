"""After a failover to a replica that lacks the last writes, no epoch and seq occur twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from tests.support.deliveries import connect_delivery
from tests.support.patience import eventually
from tests.support.processes import Redis, Server
from tests.support.proxy import SwitchingProxy
from tests.support.sender import post
from tests.support.viewers import PacketViewer, Wire
from tests.wire_fixture import samples
from webhook_logger.delivery import QueueLimits

BEFORE, LOST, AFTER = 10, 13, 20


@dataclass
class Pair:
    """A master, its replica, and a proxy in front of the current master."""

    master: Redis
    replica: Redis
    proxy: SwitchingProxy

    def follow(self) -> None:
        """Replicate the master and wait until the replica has all writes."""
        self.replica.client.replicaof("127.0.0.1", self.master.port)
        eventually(lambda: self.replica.client.info("replication")["master_link_status"] == "up")
        self.catch_up()

    def catch_up(self) -> None:
        # WAIT covers only the writes of one connection.
        eventually(lambda: _offset(self.replica, "slave") >= _offset(self.master, "master"))

    def lag(self) -> None:
        """Stop the replication."""
        # REPLICAOF NO ONE would promote the replica.
        self.replica.client.replicaof("127.0.0.1", 1)

    def fail_over(self, close: bool = True) -> None:
        """Promote the replica and make the old master its replica, as Sentinel does."""
        self.replica.client.replicaof("NO", "ONE")
        self.master, self.replica = self.replica, self.master
        self.replica.client.replicaof("127.0.0.1", self.master.port)
        self.proxy.point_to(self.master.port, close)


def _offset(redis: Redis, role: str) -> int:
    """Return the replication offset."""
    return int(redis.client.info("replication")[f"{role}_repl_offset"])


@pytest.fixture
def pair() -> Iterator[Pair]:
    with ExitStack() as stack:
        options = ("--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1")
        master, replica = (stack.enter_context(Redis(*options)) for _ in range(2))
        pair = Pair(master, replica, stack.enter_context(SwitchingProxy(master.port)))
        pair.follow()
        yield pair


def pairs(requests: list[Wire]) -> list[tuple[str, int]]:
    return [(request["epoch"], request["seq"]) for request in requests]


@pytest.mark.parametrize(
    "close", [True, False], ids=["connections are closed", "connections stay open"]
)
def test_a_failover_with_lost_writes_begins_a_new_epoch(pair: Pair, uuid: str, close: bool) -> None:
    with ExitStack() as stack:
        a, b = (stack.enter_context(Server(REDIS_URL=pair.proxy.url)) for _ in range(2))
        viewer = PacketViewer(a.until_ready().url, {"uuid": uuid})
        stack.enter_context(viewer)
        viewer.event("joined")
        b.until_ready()

        def send(count: int) -> None:
            for number in range(count):
                sender = (a, b)[number % 2]
                eventually(lambda: post(sender.address, f"/{uuid}").status == 200)  # noqa: B023

        send(BEFORE)
        pair.catch_up()
        pair.lag()
        send(LOST)
        seen = pairs(viewer.requests(BEFORE + LOST))
        pair.fail_over(close)
        send(AFTER)
        with PacketViewer(b.url, {"uuid": uuid}) as last:
            end = last.event("joined")
        position = seen[-1]
        while position != (end["epoch"], end["seq"]):
            # A worker that subscribes late counts what it missed in another `joined`.
            [(name, payload)] = viewer.events(1)
            position = (payload["epoch"], payload["seq"])
            seen += [position] if name == "request" else []
        a.until_ready()
        b.until_ready()
        send(1)
        seen += pairs(viewer.requests(1))
        assert seen[-1] == (end["epoch"], end["seq"] + 1)
        assert len(set(seen)) == len(seen)
        assert end["epoch"] != seen[0][0]


def test_a_command_pending_during_a_failover_counts_in_the_new_epoch(
    pair: Pair,
) -> None:
    request = replace(samples()[0], uuid=str(uuid4()))
    delivery = connect_delivery(pair.master, QueueLimits(seconds=10), address=pair.proxy.url)
    given = [delivery.publish(request)[:2]]
    pair.catch_up()
    pair.lag()
    given += [delivery.publish(request)[:2] for _ in range(LOST)]
    pair.master.freeze()  # commands submitted now have the old epoch
    pair.proxy.point_to(pair.replica.port)
    pair.replica.client.replicaof("NO", "ONE")
    given += [delivery.publish(request)[:2] for _ in range(AFTER)]
    pair.master.thaw()
    assert len(set(given)) == len(given)
    assert len({epoch for epoch, _ in given}) == 2
