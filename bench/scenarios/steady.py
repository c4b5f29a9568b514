"""Scenarios e, j and k: requests at a steady rate."""

from __future__ import annotations

import time
from uuid import uuid4

from bench.load import SteadyLoad, percentile
from bench.processes import Process
from bench.scenarios.base import (
    DRAIN_SECONDS,
    WARM_UP_SECONDS,
    Figures,
    InvalidResult,
    Run,
    Tally,
    crowd,
)
from bench.systems import System
from bench.viewers import MARK, Viewer

CALLBACKS = 100


def latency(system: System, run: Run) -> Figures:
    """(e) time from sender to viewer, at a steady rate."""
    uuid = str(uuid4())
    seen_at: dict[int, float] = {}

    def seen(_: Viewer, event: bytes) -> None:
        found = MARK.search(event)
        if found:
            seen_at.setdefault(int(found[1]), time.perf_counter())

    with Process(system, run.redis.url) as process, crowd() as watching:
        watching.connect(process, [uuid], seen)
        load = SteadyLoad([process.port], [process.callback_path(uuid)], run.rate)
        load.run(run.seconds, watching.read)
        watching.read_until(lambda: len(seen_at) == len(load.sent_at), DRAIN_SECONDS)
        load.close()
        if load.errors:
            raise InvalidResult(f"{load.errors} requests failed")
    warm = run.rate * 0.5
    took = [(seen_at[m] - due) * 1e3 for m, due in load.sent_at.items() if m > warm]
    return {f"p{share} ms": percentile(took, share / 100) for share in (50, 99, 99.9)}


def soak(system: System, run: Run) -> Figures:
    """(j) minutes at a steady rate, 1 viewer: memory after a tenth of the time and at the end."""
    uuid = str(uuid4())
    with Process(system, run.redis.url) as process, crowd() as watching:
        watching.connect(process, [uuid], lambda *_: None)
        memory = []
        for _ in range(10):
            load = SteadyLoad([process.port], [process.callback_path(uuid)], run.rate)
            load.run(run.soak_seconds / 10, watching.read)
            if load.errors:
                raise InvalidResult(f"{load.errors} requests failed")
            load.close()
            memory.append(process.memory() / 2**20)
    return {
        "MiB after a tenth": memory[0],
        "MiB at the end": memory[-1],
        "highest over the tenth %": (max(memory) / memory[0] - 1) * 100,
    }


def half_load(system: System, run: Run) -> Figures:
    """(k) 100 callbacks, 1 viewer each, at half of the rate that saturates webhook-logger in c."""
    uuids = [str(uuid4()) for _ in range(CALLBACKS)]
    tally = Tally()
    with Process(system, run.redis.url) as process, crowd() as watching:
        watching.connect(process, uuids, tally.seen)
        paths = [process.callback_path(uuid) for uuid in uuids]
        load = SteadyLoad([process.port], paths, run.half_load)
        load.run(WARM_UP_SECONDS, watching.read)
        cpu, events, begin = process.cpu_seconds(), tally.events, time.perf_counter()
        load.run(run.seconds, watching.read)
        took = time.perf_counter() - begin
        watching.read_until(lambda: tally.events >= len(load.sent_at), DRAIN_SECONDS)
        cpu = process.cpu_seconds() - cpu
        load.close()
    if load.errors or set(tally.marks.values()) != {1}:
        raise InvalidResult("a request failed, or an event was lost or arrived twice")
    count = tally.events - events
    if count < 0.9 * run.half_load * run.seconds:
        raise InvalidResult(f"only {count / took:,.0f} of {run.half_load:,.0f} requests/s sent")
    return {
        "CPU µs/delivered, half load": cpu / count * 1e6,
        "delivered/s, half load": count / took,
    }
