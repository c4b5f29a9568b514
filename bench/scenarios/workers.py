"""Scenario h: several workers, which share one core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from statistics import median
from types import TracebackType
from uuid import uuid4

from bench.load import CONNECTIONS, SteadyLoad, Wrk
from bench.processes import Process, Redis
from bench.scenarios.base import (
    DRAIN_SECONDS,
    SETTLE_SECONDS,
    WARM_UP_SECONDS,
    Figures,
    InvalidResult,
    Run,
    settle,
    without_errors,
)
from bench.systems import System
from bench.viewers import Crowd

LARGEST = 8


class Workers:
    """A worker for each of these queues, with one viewer per queue on its first worker."""

    def __init__(self, system: System, queues: Sequence[Redis]) -> None:
        self._system, self._queues = system, queues
        self._uuids = {queue.url: str(uuid4()) for queue in queues}
        self._processes: list[Process] = []
        self._watching = Crowd()
        self._events = 0
        self._stack = ExitStack()

    def __enter__(self) -> Workers:
        self._stack.callback(self._watching.drop)
        for queue in self._queues:
            process = self._stack.enter_context(Process(self._system, queue.url))
            if queue not in self._queues[: len(self._processes)]:
                self._watching.connect(process, [self._uuids[queue.url]], self._seen)
            self._processes.append(process)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _seen(self, *_: object) -> None:
        self._events += 1

    def steady(self, run: Run) -> float:
        """Return the CPU µs per delivered request at a steady rate, for all workers together."""
        path = self._system.callback.format(uuid=self._uuids[self._queues[0].url])
        load = SteadyLoad([process.port for process in self._processes], [path], run.rate)

        def send(seconds: float) -> int:
            before = len(load.sent_at)
            load.run(seconds, self._watching.read)
            return len(load.sent_at) - before

        try:
            cost = self._cost(send, run.seconds)
        finally:
            load.close()
        if load.errors:
            raise InvalidResult(f"{load.errors} requests failed")
        return cost

    def saturated(self, run: Run) -> float:
        """Return the CPU µs per delivered request, with 32 connections to each worker."""
        return self._cost(self._load_all, run.seconds)

    def _cost(self, send: Callable[[float], int], seconds: float) -> float:
        used, sent = 0.0, 0
        for length in (WARM_UP_SECONDS, seconds):
            self._events, used = 0, self._cpu()
            sent = send(length)
            self._watching.read_until(lambda due=sent: self._events >= due, DRAIN_SECONDS)
            settle(self._watching, SETTLE_SECONDS)
            used = self._cpu() - used
        if self._events > sent + CONNECTIONS * len(self._processes):
            raise InvalidResult(f"{sent} accepted, {self._events} delivered")
        return used / self._events * 1e6

    def _cpu(self) -> float:
        return sum(process.cpu_seconds() for process in self._processes)

    def _load_all(self, seconds: float) -> int:
        """Load all workers at the same time, and return the number of accepted requests."""
        senders = [
            Wrk(process.port, [process.callback_path(self._uuids[queue.url])], seconds)
            for process, queue in zip(self._processes, self._queues, strict=True)
        ]
        while not all(sender.has_ended() for sender in senders):
            self._watching.read(0.1)
        return sum(without_errors(sender.result()).requests for sender in senders)


def workers(system: System, run: Run) -> Figures:
    """(h) 1 and 8 workers on one queue, and 8 on 8 queues: CPU per delivered request.

    The first load is steady, for all workers together. The second is as fast as possible, with 32
    connections to each worker. All workers share one core: the 8 workers with separate queues and
    viewers show the cost of that alone. One and eight workers are measured in turn, because the
    speed of a shared machine varies by more than the difference.
    """
    figures: Figures = {}
    with (
        Workers(system, [run.redis]) as one,
        Workers(system, [run.redis] * LARGEST) as many,
    ):
        for name, cost in (("steady", Workers.steady), ("saturated", Workers.saturated)):
            pairs = [(cost(one, run), cost(many, run)) for _ in range(run.pairs)]
            for count, costs in zip((1, LARGEST), zip(*pairs, strict=True), strict=True):
                figures[f"CPU µs/delivered, {count} workers, {name}"] = median(costs)
            ratio = median(eight / single for single, eight in pairs)
            figures[f"CPU, {LARGEST} workers ÷ 1, {name}"] = ratio
    if not run.targets_only:
        name = f"CPU µs/delivered, {LARGEST} × 1 worker, saturated"
        figures[name] = _separate(system, run)
    return figures


def _separate(system: System, run: Run) -> float:
    with ExitStack() as stack:
        queues = [stack.enter_context(Redis()) for _ in range(LARGEST)]
        return stack.enter_context(Workers(system, queues)).saturated(run)
