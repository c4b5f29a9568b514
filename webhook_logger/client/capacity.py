"""Estimate the machines that a load needs, from measured costs.

The costs were measured on one machine; docs/capacity.md says how and when. Everything beyond two
workers and one Redis is an extrapolation: the same costs, added up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

GIGABIT = 125_000_000
"""Bytes per second of a network interface with 1 Gbit/s."""
TARGET = 0.6
"""Planned share of a core, and of a network interface: bursts need the rest."""


@dataclass(frozen=True)
class Cost:
    """Seconds or bytes per event, and in addition per byte of the body."""

    each: float
    per_byte: float = 0.0

    def of(self, body_bytes: float) -> float:
        return self.each + self.per_byte * body_bytes


# CPU time of a worker, in seconds.
ACCEPT = Cost(115e-6, 4.7e-9)
"""A request that arrives on a connection that stays open, and is published through Redis."""
CONNECT = Cost(63e-6)
"""In addition, if the request opens a new connection."""
RECEIVE = Cost(30e-6, 1.7e-9)
"""A request that a worker with viewers of its callback reads from Redis."""
DELIVER = Cost(12e-6, 0.4e-9)
"""A request that is written to one viewer."""
WATCH = Cost(39e-6)
"""A viewer that is connected, per second: pings, heartbeats and presence."""
WORKER = Cost(2.6e-3)
"""A worker without load, per second."""
JOIN = Cost(1.9e-3)
"""A viewer that connects and joins."""

# CPU time of Redis, in seconds.
PUBLISH = Cost(26e-6, 2.9e-9)
FAN_OUT = Cost(7e-6, 0.7e-9)
"""For each worker that receives the request."""
PRESENCE = Cost(4e-6)
"""For each viewer, per second."""

# Bytes on the network.
FROM_SENDER = Cost(500, 1)
TO_REDIS = Cost(1010, 1)
FROM_REDIS = Cost(790, 1)
TO_VIEWER = Cost(870, 1)

# Memory, in bytes.
WORKER_MEMORY = 90e6
VIEWER_MEMORY = 12e3
REDIS_MEMORY = 50e6
CALLBACK_MEMORY = 400
"""In Redis: a callback's counter and its presence."""

DESCRIPTORS = 200
"""File descriptors of a worker in addition to those of viewers and senders."""


@dataclass(frozen=True)
class Demand:
    """The load that a deployment has to carry."""

    requests: float
    """Per second."""
    viewers: int
    """Connected at the same time."""
    body_bytes: int = 300
    viewers_per_callback: int = 2
    """Viewers of a callback that receives requests."""
    new_connections: bool = False
    """Each request opens a connection. False behind a load balancer that keeps them open."""

    def times(self, factor: float) -> Demand:
        """Return this load with more, or fewer, requests and viewers."""
        return replace(self, requests=self.requests * factor, viewers=ceil(self.viewers * factor))

    @property
    def copies(self) -> int:
        """Viewers that receive each request: not more than there are."""
        return min(self.viewers_per_callback, self.viewers)


@dataclass(frozen=True)
class Plan:
    """A load on a number of workers and Redis shards. Shares are of one core or interface each."""

    load: Demand
    workers: int
    shards: int

    @property
    def receivers(self) -> float:
        """Average number of workers that have viewers of one callback, if chance places them."""
        return self.workers * (1 - (1 - 1 / self.workers) ** self.load.copies)

    @property
    def deliveries(self) -> float:
        """Requests per second, counted once per viewer."""
        return self.load.requests * self.load.copies

    @property
    def worker_cpu(self) -> float:
        load, size = self.load, self.load.body_bytes
        accept = ACCEPT.of(size) + (CONNECT.each if load.new_connections else 0)
        seconds = (
            load.requests * (accept + self.receivers * RECEIVE.of(size))
            + self.deliveries * DELIVER.of(size)
            + load.viewers * WATCH.each
        )
        return seconds / self.workers + WORKER.each

    @property
    def redis_cpu(self) -> float:
        load, size = self.load, self.load.body_bytes
        publish = PUBLISH.of(size) + self.receivers * FAN_OUT.of(size)
        return (load.requests * publish + load.viewers * PRESENCE.each) / self.shards

    @property
    def redis_network(self) -> float:
        """Bytes per second in the direction that carries more."""
        load, size = self.load, self.load.body_bytes
        heavier = max(TO_REDIS.of(size), self.receivers * FROM_REDIS.of(size))
        return load.requests * heavier / self.shards

    @property
    def sender_network(self) -> float:
        return self.load.requests * FROM_SENDER.of(self.load.body_bytes)

    @property
    def viewer_network(self) -> float:
        return self.deliveries * TO_VIEWER.of(self.load.body_bytes)

    @property
    def descriptors(self) -> int:
        """File descriptors of a worker, with one second of requests in progress at a time."""
        return DESCRIPTORS + ceil((self.load.viewers + self.load.requests) / self.workers)

    @property
    def worker_memory(self) -> float:
        return WORKER_MEMORY + self.load.viewers / self.workers * VIEWER_MEMORY

    @property
    def redis_memory(self) -> float:
        callbacks = self.load.viewers + self.load.requests
        return REDIS_MEMORY + callbacks * CALLBACK_MEMORY / self.shards

    @property
    def join_seconds(self) -> float:
        """Seconds of full CPU until all viewers have joined again, if all lose their connection."""
        return self.load.viewers * JOIN.each / self.workers

    def shares(self) -> dict[str, float]:
        """Return the used share of each resource that bounds the load."""
        return {
            "CPU of the workers": self.worker_cpu,
            "CPU of Redis": self.redis_cpu,
            "network of Redis at 1 Gbit/s": self.redis_network / GIGABIT,
        }

    @property
    def first(self) -> str:
        """The resource that breaks first when the load grows."""
        shares = self.shares()
        return max(shares, key=lambda name: shares[name])

    @property
    def fits(self) -> bool:
        return max(self.shares().values()) <= TARGET


def plan(load: Demand, shards: int | None = None) -> Plan:
    """Return the smallest plan for a load, with this number of Redis shards if it is given.

    The plan does not fit if the given shards are too few for any number of workers.
    """
    found = Plan(load, 1, shards or 1)
    while found.worker_cpu > TARGET:
        needed = ceil(found.workers * (found.worker_cpu - WORKER.each) / (TARGET - WORKER.each))
        found = replace(found, workers=max(needed, found.workers + 1))
    if shards is None:
        busiest = max(found.redis_cpu, found.redis_network / GIGABIT)
        found = replace(found, shards=max(1, ceil(busiest / TARGET)))
    return found


def largest(mix: Demand, workers: int, shards: int) -> Plan:
    """Return the plan with the most requests and viewers, in the proportion of `mix`, that fits."""
    low, high = 0.0, 1e7
    for _ in range(60):
        middle = (low + high) / 2
        if Plan(mix.times(middle), workers, shards).fits:
            low = middle
        else:
            high = middle
    return Plan(mix.times(low), workers, shards)


def table(mix: Demand, workers: tuple[int, ...], shards: tuple[int, ...]) -> Iterator[Plan]:
    """Yield the largest plan for each number of workers and shards."""
    for number in workers:
        for each in shards:
            yield largest(mix, number, each)
