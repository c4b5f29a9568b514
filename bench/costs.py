"""Measure the costs of webhook_logger/client/capacity.py, in its units: seconds and bytes.

`make bench ARGS=--costs` prints them by the names of the constants there. Two workers run where a
request crosses from one to another. All workers share one core, Redis and the load the other one.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from uuid import uuid4

from bench.load import LoadResult, SteadyLoad, Wrk
from bench.processes import Process, Redis
from bench.scenarios.base import DRAIN_SECONDS, crowd, settle, without_errors
from bench.systems import System
from bench.viewers import Crowd

SMALL, LARGE = 300, 10_000
"""Sizes of a body, in bytes: the difference gives the cost per byte."""
IDLE_VIEWERS, VIEWERS_OF_ONE = 2_000, 500
EVENTS = 50


@dataclass
class Bench:
    """The system that is measured, and the length of a measurement in seconds."""

    system: System
    seconds: float

    def accept(self, size: int, *, close: bool = False) -> tuple[float, float]:
        """Return the CPU seconds of the worker and of Redis for a request without viewers."""
        with Redis() as redis, Process(self.system, redis.url) as worker:
            path = worker.callback_path(str(uuid4()))
            without_errors(Wrk(worker.port, [path], 1, size, close).result())
            with _cpu(worker, redis) as used:
                sent = without_errors(Wrk(worker.port, [path], self.seconds, size, close).result())
            return used[0] / sent.requests, used[1] / sent.requests

    def deliver(self, size: int) -> float:
        """Return the CPU seconds of a worker for each of many viewers of one callback."""
        uuid, seen = str(uuid4()), _Count()
        with Redis() as redis, Process(self.system, redis.url) as worker, crowd() as watching:
            watching.connect(worker, [uuid] * VIEWERS_OF_ONE, seen)
            settle(watching)
            sender = SteadyLoad(
                [worker.port], [worker.callback_path(uuid)], 1e9, size, connections=1
            )
            with _cpu(worker, redis) as used:
                for number in range(EVENTS):
                    sender.send_one(watching.read)
                    due = (number + 1) * VIEWERS_OF_ONE
                    watching.read_until(lambda due=due: seen.events >= due, DRAIN_SECONDS)
            sender.close()
            return used[0] / EVENTS / VIEWERS_OF_ONE

    def receive(self, size: int) -> tuple[float, float]:
        """Return the CPU seconds, for a request from another worker, of the worker of its viewer
        and of Redis. The latter includes the cost to publish it."""
        uuid, seen = str(uuid4()), _Count()
        with (
            Redis() as redis,
            Process(self.system, redis.url) as first,
            Process(self.system, redis.url) as second,
            crowd() as watching,
        ):
            watching.connect(second, [uuid], seen)
            path = first.callback_path(uuid)
            _load(Wrk(first.port, [path], 1, size), watching)
            seen.events = 0
            with _cpu(second, redis) as used:
                sent = _load(Wrk(first.port, [path], self.seconds, size), watching)
                watching.read_until(lambda: seen.events >= sent.requests, DRAIN_SECONDS)
            return used[0] / sent.requests, used[1] / sent.requests

    def idle(self) -> dict[str, float]:
        """Return the costs of a worker without load, of joins, and of viewers that wait."""
        with Redis() as redis, Process(self.system, redis.url) as worker, crowd() as watching:
            path = worker.callback_path(str(uuid4()))
            without_errors(Wrk(worker.port, [path], 1).result())
            time.sleep(2)
            memory = worker.memory()
            alone, redis_alone = self._idle(worker, redis, watching)
            with _cpu(worker, redis) as used:
                uuids = [str(uuid4()) for _ in range(IDLE_VIEWERS)]
                watching.connect(worker, uuids, lambda *_: None)
                settle(watching)
            settle(watching, 12)  # long enough for a ping
            each = (worker.memory() - memory) / IDLE_VIEWERS
            watched, redis_watched = self._idle(worker, redis, watching)
        return {
            "WORKER": alone,
            "JOIN": used[0] / IDLE_VIEWERS,
            "WATCH": (watched - alone) / IDLE_VIEWERS,
            "PRESENCE": (redis_watched - redis_alone) / IDLE_VIEWERS,
            "WORKER_MEMORY": memory,
            "VIEWER_MEMORY": each,
        }

    def _idle(self, worker: Process, redis: Redis, watching: Crowd) -> tuple[float, float]:
        """Return the CPU seconds per second of both while nothing is sent."""
        seconds = 5 * self.seconds
        with _cpu(worker, redis) as used:
            settle(watching, seconds)
        return used[0] / seconds, used[1] / seconds


class _Count:
    events = 0

    def __call__(self, *_: object) -> None:
        self.events += 1


@contextmanager
def _cpu(worker: Process, redis: Redis) -> Iterator[list[float]]:
    """Yield a list that receives the CPU seconds that both use in the block."""
    used: list[float] = []
    before = (worker.cpu_seconds(), _redis_cpu(redis))
    yield used
    used += (worker.cpu_seconds() - before[0], _redis_cpu(redis) - before[1])


def _redis_cpu(redis: Redis) -> float:
    """Return the CPU time of Redis in seconds, as `INFO` reports it."""
    with socket.create_connection(("127.0.0.1", redis.port), 5) as connection:
        connection.sendall(b"INFO cpu\r\nQUIT\r\n")
        with connection.makefile() as lines:
            fields = dict(line.strip().split(":", 1) for line in lines if ":" in line)
    return float(fields["used_cpu_user"]) + float(fields["used_cpu_sys"])


def _load(sender: Wrk, watching: Crowd) -> LoadResult:
    """Read for the viewers until the sender has ended, and return its result."""
    while not sender.has_ended():
        watching.read(0.05)
    return without_errors(sender.result())


def measure(bench: Bench) -> dict[str, float]:
    """Return each cost once, by the name of its constant, with `/byte` for that of a byte."""
    small, large = bench.accept(SMALL), bench.accept(LARGE)
    crossed = bench.receive(SMALL), bench.receive(LARGE)
    # Each of these contains its share of one request, which is less than the noise.
    written = bench.deliver(SMALL), bench.deliver(LARGE)
    return {
        **_line("ACCEPT", small[0], large[0]),
        "CONNECT": bench.accept(SMALL, close=True)[0] - small[0],
        **_line("RECEIVE", crossed[0][0] - written[0], crossed[1][0] - written[1]),
        **_line("DELIVER", *written),
        **_line("PUBLISH", small[1], large[1]),
        **_line("FAN_OUT", crossed[0][1] - small[1], crossed[1][1] - large[1]),
        **bench.idle(),
    }


def _line(name: str, small: float, large: float) -> dict[str, float]:
    """Return the cost of an empty body, and of each byte."""
    per_byte = (large - small) / (LARGE - SMALL)
    return {name: small - SMALL * per_byte, f"{name}/byte": per_byte}


def report(system: System, rounds: int, seconds: float) -> None:
    """Print the median of each cost, with the lowest and the highest one of the rounds."""
    found = [measure(Bench(system, seconds)) for _ in range(rounds)]
    for name in found[0]:
        values = [costs[name] for costs in found]
        low, middle, high = (f"{value:.3g}" for value in (min(values), median(values), max(values)))
        print(f"{name:16} {middle:>9}   ({low} to {high})")
