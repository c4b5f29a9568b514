"""Scenarios f, g and i: many viewers, idle viewers, and one that reads nothing."""

from __future__ import annotations

import time
from contextlib import ExitStack
from uuid import uuid4

from bench.load import SteadyLoad
from bench.processes import Process
from bench.scenarios.base import DRAIN_SECONDS, Figures, InvalidResult, Run, Tally, crowd, settle
from bench.systems import System

PROBE_PAUSE_SECONDS = 0.02


def fan_out(system: System, run: Run) -> Figures:
    """(f) 1 callback, 1 to 10,000 viewers: CPU per viewer, and wait of other senders."""
    figures: Figures = {}
    for count in (1, 100, 1_000, 10_000):
        if count > run.max_viewers or (run.targets_only and count < run.max_viewers):
            continue
        figures |= _fan_out(system, run, count, events=max(5, min(2_000, 40_000 // count)))
    return figures


def _fan_out(system: System, run: Run, count: int, events: int) -> Figures:
    uuid, other = str(uuid4()), str(uuid4())
    tally = Tally()
    with Process(system, run.redis.url) as process, crowd() as watching:
        watching.connect(process, [uuid] * count, tally.seen)
        settle(watching)
        with ExitStack() as stack:
            sender = SteadyLoad([process.port], [process.callback_path(uuid)], 1e9, connections=1)
            stack.callback(sender.close)
            probe = SteadyLoad([process.port], [process.callback_path(other)], 1e9, connections=1)
            stack.callback(probe.close)
            cpu = process.cpu_seconds()
            for number in range(events):
                sender.send()
                deadline = time.perf_counter() + DRAIN_SECONDS
                while tally.events < (number + 1) * count:
                    if time.perf_counter() > deadline:
                        raise InvalidResult(
                            f"{count:,} viewers: some events did not reach all viewers"
                        )
                    if count >= 1_000:
                        probe.send_one(watching.read)
                    watching.read(0.01)
                sender.wait(watching.read)
            cpu = process.cpu_seconds() - cpu
    if set(tally.marks.values()) != {count}:
        raise InvalidResult("an event was lost or arrived twice")
    figures = {f"CPU µs/viewer, {count:,} viewers": cpu / events / count * 1e6}
    if count == 10_000:
        figures["longest wait of others ms, 10,000 viewers"] = probe.longest_wait * 1e3
    return figures


def mass_disconnect(system: System, run: Run) -> Figures:
    """(g) many idle viewers drop at once: memory per viewer, and wait of other senders."""
    count = run.max_viewers
    with Process(system, run.redis.url) as process, crowd() as watching:
        path = process.callback_path(str(uuid4()))
        warm = SteadyLoad([process.port], [path], 200)
        warm.run(1.0, time.sleep)
        warm.close()
        before = process.memory()
        watching.connect(process, [str(uuid4()) for _ in range(count)], lambda *_: None)
        settle(watching, 12.0)  # long enough for a ping
        each = (process.memory() - before) / count
        probe = SteadyLoad([process.port], [path], 1e9, connections=1)
        probe.send_one(time.sleep)
        probe.response_times.clear()
        watching.drop()
        end = time.perf_counter() + 10
        while time.perf_counter() < end:
            probe.send_one(time.sleep)
            time.sleep(PROBE_PAUSE_SECONDS)
        longest = probe.longest_wait
        probe.close()
    return {"KB/idle viewer": each / 1000, "longest wait in the drop ms": longest * 1e3}


def viewer_that_never_reads(system: System, run: Run) -> Figures:
    """(i) 1 viewer that reads nothing, and 1 that reads."""
    uuid = str(uuid4())
    tally = Tally()
    with Process(system, run.redis.url) as process, crowd() as watching:
        silent, _ = watching.connect(process, [uuid, uuid], tally.seen)
        watching.ignore(silent)
        paths = [process.callback_path(uuid)]
        warm = SteadyLoad([process.port], paths, 50, size=100_000, connections=4)
        warm.run(0.4, watching.read)
        before = peak = process.memory()

        def read(seconds: float) -> None:
            nonlocal peak
            watching.read(seconds)
            peak = max(peak, process.memory())

        load = SteadyLoad([process.port], paths, 100, size=100_000, connections=4)
        load.run(run.seconds, read)
        due = len(load.sent_at)
        watching.read_until(lambda: len(tally.marks) >= due, DRAIN_SECONDS)
        warm.close()
        load.close()
    return {"MiB grown at most": (peak - before) / 2**20, "MB not read": due * 0.1}
