"""Measure a system: one function per scenario, which returns figures by name or raises an error.

Each function starts the system, checks that every request gets 200 and every event arrives exactly
once, and stops the system.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median
from uuid import uuid4

from bench.load import CONNECTIONS, LoadResult, SteadyLoad, Wrk, percentile
from bench.systems import OURS, Process, Redis, System
from bench.viewers import MARK, Crowd, Viewer

Figures = dict[str, float]

DRAIN_SECONDS = 60
WARM_UP_SECONDS = 1.0
SETTLE_SECONDS = 0.5
PROBE_PAUSE_SECONDS = 0.02
PAIRS_OF_WORKERS = 5


class InvalidResult(Exception):
    """A request failed, or an event was lost or arrived twice, so the figures mean nothing."""


@dataclass
class Run:
    """The length and size of the measurements."""

    redis: Redis
    seconds: float = 5.0
    max_viewers: int = 10_000
    latency_rate: float = 400.0
    """Requests per second for latency: half of the rate that saturates the plain recipe."""
    soak_seconds: float = 600.0


class Tally:
    """Count how often the viewers received each mark."""

    def __init__(self) -> None:
        self.events = 0
        self.marks: Counter[int] = Counter()

    def seen(self, _: Viewer, event: bytes) -> None:
        """Count an event."""
        found = MARK.search(event)
        if found:
            self.events += 1
            self.marks[int(found[1])] += 1

    def check(self, sent: LoadResult, times: int = 1) -> None:
        """Raise InvalidResult unless every request arrived exactly `times` times."""
        # wrk does not count the requests that are in flight when it ends.
        if not sent.requests <= len(self.marks) <= sent.requests + CONNECTIONS:
            raise InvalidResult(f"{sent.requests} accepted, {len(self.marks)} delivered")
        if set(self.marks.values()) != {times}:
            raise InvalidResult(
                f"some events did not arrive {times} times: {Counter(self.marks.values())}"
            )


def without_errors(sent: LoadResult) -> LoadResult:
    """Return the result, or raise InvalidResult if a request failed."""
    if sent.errors:
        raise InvalidResult(f"{sent.errors} of {sent.requests} requests failed")
    return sent


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Yield viewers, and disconnect them at the end."""
    viewers = Crowd()
    try:
        yield viewers
    finally:
        viewers.drop()


def throughput(system: System, run: Run, callbacks: int, viewers: int, size: int = 300) -> Figures:
    """Send with wrk, and return the rates of requests and deliveries, and the CPU time for each."""
    uuids = [str(uuid4()) for _ in range(callbacks)]
    paths = [system.callback.format(uuid=uuid) for uuid in uuids]
    with Process(system, run.redis.url) as process, crowd() as watching:
        wrk = Wrk(process.port, paths, WARM_UP_SECONDS, size, CONNECTIONS)
        without_errors(wrk.result())
        time.sleep(SETTLE_SECONDS)
        tally = Tally()
        watching.connect(process, uuids[:viewers], tally.seen)
        cpu, begin = process.cpu_seconds(), time.perf_counter()
        wrk = Wrk(process.port, paths, run.seconds, size, CONNECTIONS)
        while not wrk.has_ended():
            watching.read(0.1) if viewers else time.sleep(0.1)
        sent = without_errors(wrk.result())
        if not viewers:
            cpu = process.cpu_seconds() - cpu
            return {"requests/s": sent.rate, "CPU µs/request": cpu / sent.requests * 1e6}
        watching.read_until(lambda: tally.events >= sent.requests, DRAIN_SECONDS)
        took = max(sent.seconds, time.perf_counter() - begin)
        watching.read(0.2)
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
        load = SteadyLoad([process.port], system.callback.format(uuid=uuid), run.latency_rate)
        load.run(run.seconds, watching.read)
        watching.read_until(lambda: len(seen_at) == len(load.sent_at), DRAIN_SECONDS)
        load.close()
        if load.errors:
            raise InvalidResult(f"{load.errors} requests failed")
    warm = run.latency_rate * 0.5
    took = [(seen_at[m] - due) * 1e3 for m, due in load.sent_at.items() if m > warm]
    return {f"p{share} ms": percentile(took, share / 100) for share in (50, 99, 99.9)}


def fan_out(system: System, run: Run) -> Figures:
    """(f) 1 callback, 1 to 10,000 viewers: CPU per viewer, and wait of other senders."""
    figures: Figures = {}
    for count in (1, 100, 1_000, 10_000):
        if count > run.max_viewers:
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
            sender = SteadyLoad(
                [process.port], system.callback.format(uuid=uuid), 1e9, connections=1
            )
            stack.callback(sender.close)
            probe = SteadyLoad(
                [process.port], system.callback.format(uuid=other), 1e9, connections=1
            )
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


def settle(watching: Crowd, seconds: float = 2.0) -> None:
    """Read until the work that joining started is done."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        watching.read(0.05)


def mass_disconnect(system: System, run: Run) -> Figures:
    """(g) many idle viewers drop at once: memory per viewer, and wait of other senders."""
    count = run.max_viewers
    with Process(system, run.redis.url) as process, crowd() as watching:
        warm = SteadyLoad([process.port], system.callback.format(uuid=uuid4()), 200)
        warm.run(1.0, time.sleep)
        warm.close()
        before = process.memory()
        watching.connect(process, [str(uuid4()) for _ in range(count)], lambda *_: None)
        settle(watching, 12.0)  # long enough for a ping
        each = (process.memory() - before) / count
        probe = SteadyLoad([process.port], system.callback.format(uuid=uuid4()), 1e9, connections=1)
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


def workers(system: System, run: Run) -> Figures:
    """(h) 1, 2, 4, 8 workers on one queue, and 8 on 8 queues: CPU per delivered request.

    The first load is steady, for all workers together. The second is as fast as possible, with 32
    connections to each worker. All workers share one core: the 8 workers with separate queues and
    viewers show the cost of that alone. One and eight workers are measured in turn, because the
    speed of a shared machine varies by more than the difference.
    """
    figures, largest = {}, 8
    for count in (1, 2, 4, largest):
        figures[f"CPU µs/delivered, {count} workers, steady"] = _steady(system, run, count)
    for count in (2, 4):
        name = f"CPU µs/delivered, {count} workers, saturated"
        figures[name] = _saturated(system, run, [run.redis] * count)
    pairs = [
        tuple(_saturated(system, run, [run.redis] * count) for count in (1, largest))
        for _ in range(PAIRS_OF_WORKERS)
    ]
    for count, costs in zip((1, largest), zip(*pairs, strict=True), strict=True):
        figures[f"CPU µs/delivered, {count} workers, saturated"] = median(costs)
    figures[f"CPU, {largest} workers ÷ 1, saturated"] = median(many / one for one, many in pairs)
    with ExitStack() as stack:
        queues = [stack.enter_context(Redis()) for _ in range(largest)]
        figures[f"CPU µs/delivered, {largest} × 1 worker, saturated"] = _saturated(
            system, run, queues
        )
    return figures


def _steady(system: System, run: Run, count: int) -> float:
    uuid = str(uuid4())
    tally = Tally()
    with ExitStack() as stack:
        processes = [stack.enter_context(Process(system, run.redis.url)) for _ in range(count)]
        watching = stack.enter_context(crowd())
        watching.connect(processes[0], [uuid], tally.seen)
        path = system.callback.format(uuid=uuid)
        load = SteadyLoad([process.port for process in processes], path, run.latency_rate)
        load.run(1.0, watching.read)
        cpu, events = sum(process.cpu_seconds() for process in processes), tally.events
        load.run(run.seconds, watching.read)
        watching.read_until(lambda: tally.events >= len(load.sent_at), DRAIN_SECONDS)
        cpu = sum(process.cpu_seconds() for process in processes) - cpu
        load.close()
    return cpu / (tally.events - events) * 1e6


def _saturated(system: System, run: Run, queues: list[Redis]) -> float:
    """Run a worker for each queue, with one viewer per queue on its first worker.

    Return the CPU time in microseconds per delivered request.
    """
    uuids = {queue.url: str(uuid4()) for queue in queues}
    events = 0

    def seen(*_: object) -> None:
        nonlocal events
        events += 1

    with ExitStack() as stack:
        processes = [stack.enter_context(Process(system, queue.url)) for queue in queues]
        watching = stack.enter_context(crowd())
        for url, uuid in uuids.items():
            first = next(p for p, queue in zip(processes, queues, strict=True) if queue.url == url)
            watching.connect(first, [uuid], seen)
        paths = [system.callback.format(uuid=uuids[queue.url]) for queue in queues]
        used = 0.0
        for seconds in (WARM_UP_SECONDS, run.seconds):
            events, used = 0, sum(process.cpu_seconds() for process in processes)
            sent = _load_all(processes, paths, seconds, watching)
            drained = partial(lambda due: events >= due, sent)  # noqa: B023  # the current value of events
            watching.read_until(drained, DRAIN_SECONDS)
            settle(watching, SETTLE_SECONDS)
            used = sum(process.cpu_seconds() for process in processes) - used
    return used / events * 1e6


def _load_all(processes: list[Process], paths: list[str], seconds: float, watching: Crowd) -> int:
    """Load all workers at the same time, and return the number of accepted requests."""
    senders = [
        Wrk(process.port, [path], seconds, 300, CONNECTIONS)
        for process, path in zip(processes, paths, strict=True)
    ]
    while not all(sender.has_ended() for sender in senders):
        watching.read(0.1)
    return sum(without_errors(sender.result()).requests for sender in senders)


def viewer_that_never_reads(system: System, run: Run) -> Figures:
    """(i) 1 viewer that reads nothing, and 1 that reads."""
    uuid = str(uuid4())
    tally = Tally()
    with Process(system, run.redis.url) as process, crowd() as watching:
        silent, _ = watching.connect(process, [uuid, uuid], tally.seen)
        watching.ignore(silent)
        path = system.callback.format(uuid=uuid)
        warm = SteadyLoad([process.port], path, 50, size=100_000, connections=4)
        warm.run(0.4, watching.read)
        before = peak = process.memory()

        def read(seconds: float) -> None:
            nonlocal peak
            watching.read(seconds)
            peak = max(peak, process.memory())

        load = SteadyLoad([process.port], path, 100, size=100_000, connections=4)
        load.run(run.seconds, read)
        due = len(load.sent_at)
        watching.read_until(lambda: len(tally.marks) >= due, DRAIN_SECONDS)
        warm.close()
        load.close()
    return {"MiB grown at most": (peak - before) / 2**20, "MB not read": due * 0.1}


def soak(system: System, run: Run) -> Figures:
    """(j) ten minutes at half load, 1 viewer: memory after the first minute and at the end."""
    uuid = str(uuid4())
    with Process(system, run.redis.url) as process, crowd() as watching:
        watching.connect(process, [uuid], lambda *_: None)
        path = system.callback.format(uuid=uuid)
        memory = []
        for _ in range(10):
            load = SteadyLoad([process.port], path, run.latency_rate)
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


SCENARIOS: dict[str, Callable[[System, Run], Figures]] = {
    "a": one_callback_no_viewer,
    "b": one_callback_one_viewer,
    "c": many_callbacks,
    "d": body_sizes,
    "e": latency,
    "f": fan_out,
    "g": mass_disconnect,
    "h": workers,
    "i": viewer_that_never_reads,
    "j": soak,
}


def applies(system: System, letter: str) -> bool:
    """Return whether a scenario makes sense for a system."""
    if not system.shows:
        return letter == "a"
    if letter == "h":
        return system.scales
    return letter != "j" or system == OURS
