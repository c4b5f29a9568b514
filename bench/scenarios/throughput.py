"""Scenarios a to d: the highest rate that a system can handle."""

from __future__ import annotations

import time
from uuid import uuid4

from bench.load import Wrk
from bench.processes import Process
from bench.scenarios.base import (
    DRAIN_SECONDS,
    SETTLE_SECONDS,
    WARM_UP_SECONDS,
    Figures,
    Run,
    Tally,
    crowd,
    without_errors,
)
from bench.systems import System


def throughput(system: System, run: Run, callbacks: int, viewers: int, size: int = 300) -> Figures:
    """Send with wrk, and return the rates of requests and deliveries, and the CPU time for each."""
    uuids = [str(uuid4()) for _ in range(callbacks)]
    with Process(system, run.redis.url) as process, crowd() as watching:
        paths = [process.callback_path(uuid) for uuid in uuids]
        wrk = Wrk(process.port, paths, WARM_UP_SECONDS, size)
        without_errors(wrk.result())
        time.sleep(SETTLE_SECONDS)
        tally = Tally()
        watching.connect(process, uuids[:viewers], tally.seen)
        cpu, begin = process.cpu_seconds(), time.perf_counter()
        wrk = Wrk(process.port, paths, run.seconds, size)
        while not wrk.has_ended():
            watching.read(0.1) if viewers else time.sleep(0.1)
        sent = without_errors(wrk.result())
        if not viewers:
            cpu = process.cpu_seconds() - cpu
            return {"requests/s": sent.rate, "CPU µs/request": cpu / sent.requests * 1e6}
        watching.read_until(lambda: tally.events >= sent.requests, DRAIN_SECONDS)
        watching.read(0.2)
        took = max(sent.seconds, tally.latest - begin)
        tally.check(sent)
        cpu = process.cpu_seconds() - cpu
        return {
            "requests/s": sent.rate,
            "delivered/s": tally.events / took,
            "CPU µs/delivered": cpu / tally.events * 1e6,
        }


def one_callback_no_viewer(system: System, run: Run) -> Figures:
    """(a) 1 callback, 0 viewers."""
    return throughput(system, run, 1, 0)


def one_callback_one_viewer(system: System, run: Run) -> Figures:
    """(b) 1 callback, 1 viewer."""
    return throughput(system, run, 1, 1)


def many_callbacks(system: System, run: Run) -> Figures:
    """(c) 100 callbacks, 1 viewer each."""
    return throughput(system, run, 100, 100)


def body_sizes(system: System, run: Run) -> Figures:
    """(d) bodies of 300 B, 10 KB, 200 KB, with 1 viewer."""
    figures = {}
    for name, size in (("300 B", 300), ("10 KB", 10_000), ("200 KB", 200_000)):
        figures[f"delivered/s, {name}"] = throughput(system, run, 1, 1, size)["delivered/s"]
    return figures
