"""A replica that lacks the last writes takes over: no pair of epoch and seq is given twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from tests.support.deliveries import connect_delivery
from tests.support.patience import LOOK_SECONDS, eventually
from tests.support.processes import Redis, Server
from tests.support.proxy import SwitchingProxy
from tests.support.sender import post
from tests.support.sentinel import start_watched
from tests.support.viewers import PacketViewer, Wire
from tests.wire_fixture import samples
from webhook_logger.delivery import QueueLimits

BEFORE, LOST, AFTER = 10, 13, 20


@dataclass
class Pair:
    """A master and its replica, and what stands before whichever is the master."""

    master: Redis
    replica: Redis
    proxy: SwitchingProxy

    def follow(self) -> None:
        """Let the replica copy the master until it has all."""
        self.replica.client.replicaof("127.0.0.1", self.master.port)
        eventually(lambda: self.replica.client.info("replication")["master_link_status"] == "up")
        self.catch_up()

    def catch_up(self) -> None:
        # Not WAIT, which waits for the writes of its own connection.
        eventually(lambda: _offset(self.replica, "slave") >= _offset(self.master, "master"))

    def lag(self) -> None:
        """From now on the replica gets nothing."""
        # Not REPLICAOF NO ONE: that would promote it already.
        self.replica.client.replicaof("127.0.0.1", 1)

    def fail_over(self, cut: bool = True) -> None:
        """Promote the replica; the old master follows it, as Sentinel sees to."""
        self.replica.client.replicaof("NO", "ONE")
        self.master, self.replica = self.replica, self.master
        self.replica.client.replicaof("127.0.0.1", self.master.port)
        self.proxy.point_to(self.master.port, cut)


def _offset(redis: Redis, role: str) -> int:
    """How much of the history it has."""
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


@pytest.mark.parametrize("cut", [True, False], ids=["connections end", "connections stay"])
def test_no_position_is_given_twice_though_the_new_master_lacks_the_last_writes(
    pair: Pair, uuid: str, cut: bool
) -> None:
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
        pair.fail_over(cut)
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


def test_a_command_that_waits_while_another_redis_takes_over_counts_in_its_epoch(
    pair: Pair,
) -> None:
    request = replace(samples()[0], uuid=str(uuid4()))
    delivery = connect_delivery(pair.master, QueueLimits(seconds=10), url=pair.proxy.url)
    given = [delivery.publish(request)[:2]]
    pair.catch_up()
    pair.lag()
    given += [delivery.publish(request)[:2] for _ in range(LOST)]
    pair.master.freeze()  # what is submitted now is packed for the old history
    pair.proxy.point_to(pair.replica.port)
    pair.replica.client.replicaof("NO", "ONE")
    given += [delivery.publish(request)[:2] for _ in range(AFTER)]
    pair.master.thaw()
    assert len(set(given)) == len(given)
    assert len({epoch for epoch, _ in given}) == 2


class Follower:
    """A viewer, and all that it has seen."""

    def __init__(self, viewer: PacketViewer) -> None:
        self._viewer = viewer
        self.seen: list[tuple[str, int]] = []
        self.epoch = ""
        self._seq = 0
        self.follow(lambda: bool(self.epoch))

    def follow(self, is_there: Callable[[], bool]) -> None:
        """Read until that is so. Between one `joined` and the next there must be no hole."""
        while not is_there():
            [(name, payload)] = self._viewer.events(1)
            epoch, seq = payload["epoch"], payload["seq"]
            if name == "request":
                assert (epoch, seq) == (self.epoch, self._seq + 1)
                self.seen.append((epoch, seq))
            elif self.epoch:
                missed = seq - self._seq if epoch == self.epoch else None
                assert payload["missed"] == missed
            self.epoch, self._seq = epoch, seq

    def follow_to(self, epoch: str, seq: int) -> None:
        """Read up to this position."""
        self.follow(lambda: (self.epoch, self._seq) == (epoch, seq))


@contextmanager
def load(servers: tuple[Server, ...], uuid: str) -> Iterator[None]:
    """Each server gets one request after the other."""
    is_over = threading.Event()

    def send(server: Server) -> None:
        while not is_over.wait(LOOK_SECONDS):
            post(server.address, f"/{uuid}")

    with ThreadPoolExecutor(len(servers)) as senders:
        sending = [senders.submit(send, server) for server in servers]
        try:
            yield
        finally:
            is_over.set()
    for each in sending:
        each.result()


def test_a_planned_failover_of_sentinel_gives_no_position_twice_and_hides_no_hole(
    uuid: str,
) -> None:
    with ExitStack() as stack:
        [master, *_], [sentinel, *_] = start_watched(stack, replicas=2, sentinels=3)
        proxy = stack.enter_context(SwitchingProxy(master.port))
        servers = a, b = tuple(stack.enter_context(Server(REDIS_URL=proxy.url)) for _ in range(2))
        followers = [
            Follower(stack.enter_context(PacketViewer(each.until_ready().url, {"uuid": uuid})))
            for each in servers
        ]
        before = followers[0].epoch
        with load(servers, uuid):
            sentinel.fail_over()
            proxy.point_to(sentinel.master_port)
            for follower in followers:
                follower.follow(lambda: follower.epoch != before)  # noqa: B023
        with PacketViewer(b.url, {"uuid": uuid}) as last:
            end = last.event("joined")
        for follower in followers:
            follower.follow_to(end["epoch"], end["seq"])
            assert len(set(follower.seen)) == len(follower.seen)
        assert post(a.until_ready().address, f"/{uuid}").status == 200
        for follower in followers:
            follower.follow_to(end["epoch"], end["seq"] + 1)
