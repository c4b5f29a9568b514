"""What is measured of a system, a function each: figures by name, or an error that says why not.

Every function starts the system anew, checks that all requests got 200 and that every
event came exactly once, and ends the system.
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

from bench.load import CONNECTIONS, Pace, Sent, Wrk, percentile
from bench.systems import OURS, Process, Redis, System
from bench.viewers import MARK, Crowd, Viewer

Figures = dict[str, float]

DRAIN_SECONDS = 60
WARM_UP_SECONDS = 1.0
SETTLE_SECONDS = 0.5
PROBE_PAUSE_SECONDS = 0.02
PAIRS_OF_WORKERS = 5


class Insane(Exception):
    """A figure that would mean nothing: a request failed, or an event was lost or came twice."""


@dataclass
class Run:
    """How long and how large."""

    redis: Redis
    seconds: float = 5.0
    most_viewers: int = 10_000
    latency_rate: float = 400.0
    """Requests a second at which latency is measured: half of what saturates the plain recipe."""
    soak_seconds: float = 600.0


class Tally:
    """What the viewers saw: each mark so often."""

    def __init__(self) -> None:
        self.events = 0
        self.marks: Counter[int] = Counter()

    def seen(self, _: Viewer, event: bytes) -> None:
        """Count an event."""
        found = MARK.search(event)
        if found:
            self.events += 1
            self.marks[int(found[1])] += 1

    def check(self, sent: Sent, each: int = 1) -> None:
        """All of them, each so often; wrk does not count what was in flight at its end."""
        if not sent.requests <= len(self.marks) <= sent.requests + CONNECTIONS:
            raise Insane(f"{sent.requests} got a response, {len(self.marks)} delivered")
        if set(self.marks.values()) != {each}:
            raise Insane(f"not every event came {each} times: {Counter(self.marks.values())}")


def responded(sent: Sent) -> Sent:
    """The same, if nothing failed."""
    if sent.errors:
        raise Insane(f"{sent.errors} of {sent.requests} requests failed")
    return sent


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Viewers that are gone at the end."""
    viewers = Crowd()
    try:
        yield viewers
    finally:
        viewers.leave()


def throughput(system: System, run: Run, callbacks: int, viewers: int, size: int = 300) -> Figures:
    """Requests a second from as many senders as wrk has connections, and what is delivered."""
    uuids = [str(uuid4()) for _ in range(callbacks)]
    paths = [system.callback.format(uuid=uuid) for uuid in uuids]
    with Process(system, run.redis.url) as process, crowd() as watching:
        wrk = Wrk(process.port, paths, WARM_UP_SECONDS, size, CONNECTIONS)
        responded(wrk.sent())
        time.sleep(SETTLE_SECONDS)
        tally = Tally()
        watching.enter(process, uuids[:viewers], tally.seen)
        cpu, begin = process.cpu_seconds(), time.perf_counter()
        wrk = Wrk(process.port, paths, run.seconds, size, CONNECTIONS)
        while not wrk.is_over():
            watching.read(0.1) if viewers else time.sleep(0.1)
        sent = responded(wrk.sent())
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


def one_callback_nobody(system: System, run: Run) -> Figures:
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
    """(e) sender to viewer, at a steady rate."""
    uuid = str(uuid4())
    seen_at: dict[int, float] = {}

    def seen(_: Viewer, event: bytes) -> None:
        found = MARK.search(event)
        if found:
            seen_at.setdefault(int(found[1]), time.perf_counter())

    with Process(system, run.redis.url) as process, crowd() as watching:
        watching.enter(process, [uuid], seen)
        pace = Pace([process.port], system.callback.format(uuid=uuid), run.latency_rate)
        pace.run(run.seconds, watching.read)
        watching.read_until(lambda: len(seen_at) == len(pace.sent_at), DRAIN_SECONDS)
        pace.close()
        if pace.errors:
            raise Insane(f"{pace.errors} requests failed")
    warm = run.latency_rate * 0.5
    took = [(seen_at[m] - due) * 1e3 for m, due in pace.sent_at.items() if m > warm]
    return {f"p{share} ms": percentile(took, share / 100) for share in (50, 99, 99.9)}


def fan_out(system: System, run: Run) -> Figures:
    """(f) one callback with 1, 100, 1,000, 10,000 viewers: CPU for each, and others' waiting."""
    figures: Figures = {}
    for count in (1, 100, 1_000, 10_000):
        if count > run.most_viewers:
            continue
        figures |= _fan_out(system, run, count, events=max(5, min(2_000, 40_000 // count)))
    return figures


def _fan_out(system: System, run: Run, count: int, events: int) -> Figures:
    uuid, other = str(uuid4()), str(uuid4())
    tally = Tally()
    with Process(system, run.redis.url) as process, crowd() as watching:
        watching.enter(process, [uuid] * count, tally.seen)
        settle(watching)
        with ExitStack() as stack:
            sender = Pace([process.port], system.callback.format(uuid=uuid), 1e9, connections=1)
            stack.callback(sender.close)
            probe = Pace([process.port], system.callback.format(uuid=other), 1e9, connections=1)
            stack.callback(probe.close)
            cpu = process.cpu_seconds()
            for number in range(events):
                sender.begin()
                deadline = time.perf_counter() + DRAIN_SECONDS
                while tally.events < (number + 1) * count:
                    if time.perf_counter() > deadline:
                        raise Insane(f"{count:,} viewers: not every one saw every event")
                    if count >= 1_000:
                        probe.one(watching.read)
                    watching.read(0.01)
                sender.wait(watching.read)
            cpu = process.cpu_seconds() - cpu
    if set(tally.marks.values()) != {count}:
        raise Insane("an event was lost or came twice")
    figures = {f"CPU µs/viewer, {count:,} viewers": cpu / events / count * 1e6}
    if count == 10_000:
        figures["longest wait of others ms, 10,000 viewers"] = probe.longest * 1e3
    return figures


def settle(watching: Crowd, seconds: float = 2.0) -> None:
    """Read for a while, so that what joining began is over."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        watching.read(0.05)


def mass(system: System, run: Run) -> Figures:
    """(g) many viewers connect, idle, and drop at once: memory for each, and others' waiting."""
    count = run.most_viewers
    with Process(system, run.redis.url) as process, crowd() as watching:
        warm = Pace([process.port], system.callback.format(uuid=uuid4()), 200)
        warm.run(1.0, time.sleep)
        warm.close()
        before = process.memory()
        watching.enter(process, [str(uuid4()) for _ in range(count)], lambda *_: None)
        settle(watching, 12.0)  # a ping comes and goes
        each = (process.memory() - before) / count
        probe = Pace([process.port], system.callback.format(uuid=uuid4()), 1e9, connections=1)
        probe.one(time.sleep)
        probe.responses.clear()
        watching.leave()
        end = time.perf_counter() + 10
        while time.perf_counter() < end:
            probe.one(time.sleep)
            time.sleep(PROBE_PAUSE_SECONDS)
        longest = probe.longest
        probe.close()
    return {"KB/idle viewer": each / 1000, "longest wait in the drop ms": longest * 1e3}


def workers(system: System, run: Run) -> Figures:
    """(h) workers 1, 2, 4, 8 on one queue, and 8 on 8: CPU of them all for each delivered request.

    Once at a steady rate for all together, and once with 32 connections to each, as fast as it
    goes. All workers stand on one core; what that alone costs is shown by 8 that have a queue and a
    viewer each and share nothing else. One and eight are measured in turn, because a machine that
    others use, too, changes its pace by more than is looked for.
    """
    figures, most = {}, 8
    for count in (1, 2, 4, most):
        figures[f"CPU µs/delivered, {count} workers, steady"] = _steady(system, run, count)
    for count in (2, 4):
        name = f"CPU µs/delivered, {count} workers, saturated"
        figures[name] = _saturated(system, run, [run.redis] * count)
    pairs = [
        tuple(_saturated(system, run, [run.redis] * count) for count in (1, most))
        for _ in range(PAIRS_OF_WORKERS)
    ]
    for count, costs in zip((1, most), zip(*pairs, strict=True), strict=True):
        figures[f"CPU µs/delivered, {count} workers, saturated"] = median(costs)
    figures[f"CPU, {most} workers ÷ 1, saturated"] = median(many / one for one, many in pairs)
    with ExitStack() as stack:
        queues = [stack.enter_context(Redis()) for _ in range(most)]
        figures[f"CPU µs/delivered, {most} × 1 worker, saturated"] = _saturated(system, run, queues)
    return figures


def _steady(system: System, run: Run, count: int) -> float:
    uuid = str(uuid4())
    tally = Tally()
    with ExitStack() as stack:
        processes = [stack.enter_context(Process(system, run.redis.url)) for _ in range(count)]
        watching = stack.enter_context(crowd())
        watching.enter(processes[0], [uuid], tally.seen)
        path = system.callback.format(uuid=uuid)
        pace = Pace([process.port for process in processes], path, run.latency_rate)
        pace.run(1.0, watching.read)
        cpu, events = sum(process.cpu_seconds() for process in processes), tally.events
        pace.run(run.seconds, watching.read)
        watching.read_until(lambda: tally.events >= len(pace.sent_at), DRAIN_SECONDS)
        cpu = sum(process.cpu_seconds() for process in processes) - cpu
        pace.close()
    return cpu / (tally.events - events) * 1e6


def _saturated(system: System, run: Run, queues: list[Redis]) -> float:
    """A worker for each of the queues; the first worker of a queue has its viewer."""
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
            watching.enter(first, [uuid], seen)
        paths = [system.callback.format(uuid=uuids[queue.url]) for queue in queues]
        used = 0.0
        for seconds in (WARM_UP_SECONDS, run.seconds):
            events, used = 0, sum(process.cpu_seconds() for process in processes)
            sent = _from_all(processes, paths, seconds, watching)
            drained = partial(lambda due: events >= due, sent)  # noqa: B023  # read, not bound
            watching.read_until(drained, DRAIN_SECONDS)
            settle(watching, SETTLE_SECONDS)
            used = sum(process.cpu_seconds() for process in processes) - used
    return used / events * 1e6


def _from_all(processes: list[Process], paths: list[str], seconds: float, watching: Crowd) -> int:
    """Load all of them at once; how many requests got a response."""
    senders = [
        Wrk(process.port, [path], seconds, 300, CONNECTIONS)
        for process, path in zip(processes, paths, strict=True)
    ]
    while not all(sender.is_over() for sender in senders):
        watching.read(0.1)
    return sum(responded(sender.sent()).requests for sender in senders)


def deaf_viewer(system: System, run: Run) -> Figures:
    """(i) a viewer that reads nothing, beside one that does."""
    uuid = str(uuid4())
    tally = Tally()
    with Process(system, run.redis.url) as process, crowd() as watching:
        asleep, _ = watching.enter(process, [uuid, uuid], tally.seen)
        watching.ignore(asleep)
        path = system.callback.format(uuid=uuid)
        warm = Pace([process.port], path, 50, size=100_000, connections=4)
        warm.run(0.4, watching.read)
        before = most = process.memory()

        def read(seconds: float) -> None:
            nonlocal most
            watching.read(seconds)
            most = max(most, process.memory())

        pace = Pace([process.port], path, 100, size=100_000, connections=4)
        pace.run(run.seconds, read)
        due = len(pace.sent_at)
        watching.read_until(lambda: len(tally.marks) >= due, DRAIN_SECONDS)
        warm.close()
        pace.close()
    return {"MiB grown at most": (most - before) / 2**20, "MB not read": due * 0.1}


def soak(system: System, run: Run) -> Figures:
    """(j) ten minutes at half load, 1 viewer: memory after the first minute, and at the end."""
    uuid = str(uuid4())
    with Process(system, run.redis.url) as process, crowd() as watching:
        watching.enter(process, [uuid], lambda *_: None)
        path = system.callback.format(uuid=uuid)
        memory = []
        for _ in range(10):
            pace = Pace([process.port], path, run.latency_rate)
            pace.run(run.soak_seconds / 10, watching.read)
            if pace.errors:
                raise Insane(f"{pace.errors} requests failed")
            pace.close()
            memory.append(process.memory() / 2**20)
    return {
        "MiB after a tenth": memory[0],
        "MiB at the end": memory[-1],
        "most over the tenth %": (max(memory) / memory[0] - 1) * 100,
    }


SCENARIOS: dict[str, Callable[[System, Run], Figures]] = {
    "a": one_callback_nobody,
    "b": one_callback_one_viewer,
    "c": many_callbacks,
    "d": body_sizes,
    "e": latency,
    "f": fan_out,
    "g": mass,
    "h": workers,
    "i": deaf_viewer,
    "j": soak,
}


def fits(system: System, letter: str) -> bool:
    """Whether the scenario means anything for the system."""
    if not system.shows:
        return letter == "a"
    if letter == "h":
        return system.scales
    return letter != "j" or system == OURS
