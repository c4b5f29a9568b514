"""A deployment of Redis, three workers and nginx, with its viewers and an audit of their events."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import uuid4

from tests.chaos.load import Load
from tests.chaos.watcher import Watcher
from tests.support.patience import eventually
from tests.support.processes import Nginx, Redis, Server
from tests.support.proxy import DeafeningProxy
from tests.support.viewers import PacketViewer

WORKERS = 3
VIEWERS = 10


@dataclass
class Row:
    """The figures of one failure."""

    event: str
    load: Load
    watchers: list[Watcher]
    last_seq: int | None
    """The last seq of the callback. None after a new epoch, where counting starts again."""
    note: str = ""


class Cluster:
    """All processes of a deployment, on this machine. The end of a `with` block stops them."""

    def __init__(self, table: list[Row], can_deafen: bool = False, **settings: object) -> None:
        self._table = table
        self._stack = ExitStack()
        self.uuid = ""
        self.redis = Redis()
        self.proxy = DeafeningProxy(self.redis.port) if can_deafen else None
        """Between the first worker and Redis, to stop what the subscription receives."""
        common = {"REDIS_URL": self.redis.url, "BALANCER_HEADERS": "webhook-logger"}
        self.workers = [Server(**{**common, **settings}) for _ in range(WORKERS)]
        self.nginx: Nginx
        self.watchers: list[Watcher] = []
        self.load: Load

    def __enter__(self) -> Cluster:
        with self._stack as stack:
            stack.enter_context(self.redis)
            if self.proxy:
                self.workers[0].settings["REDIS_URL"] = stack.enter_context(self.proxy).url
            with ThreadPoolExecutor(WORKERS) as starting:
                for worker in starting.map(stack.enter_context, self.workers):
                    worker.until_ready()
            self.nginx = stack.enter_context(Nginx(*self.workers))
            self._stack = stack.pop_all()
        self.begin()
        return self

    def begin(self) -> None:
        """Start stopped workers, disconnect viewers, and choose a callback for the next test."""
        for worker in self.workers:
            if not worker.is_running:
                worker.start()
            worker.until_ready()
        self.uuid = str(uuid4())
        self.load = Load(self.nginx.address, self.uuid)
        for watcher in self.watchers:
            watcher.stop()
        self.watchers = []
        eventually(lambda: sum(self.viewer_counts()) == 0)

    def __exit__(self, *_: object) -> None:
        for watcher in self.watchers:
            watcher.stop()
        for worker in self.workers:
            worker.terminate()  # all at the same time; the stack waits for each
        self._stack.close()

    def watch(self, count: int = VIEWERS, kind: type[PacketViewer] = PacketViewer) -> list[Watcher]:
        """Connect `count` viewers from different addresses, and wait until all are live."""
        begin = len(self.watchers) + 2
        new = [
            Watcher(self.nginx.url, self.uuid, f"127.0.0.{n}", kind)
            for n in range(begin, begin + count)
        ]
        for watcher in new:
            watcher.start()
        self.watchers += new
        self.until_live()
        return new

    def watch_all_workers(self) -> None:
        """Connect viewers as `watch` does, and more until every worker has some."""
        self.watch()
        while min(self.viewer_counts()) == 0:
            self.watch(1)

    def viewer_counts(self) -> list[int]:
        """Return the number of viewers of each worker."""
        return [int(worker.metrics()["viewers"]) for worker in self.workers]

    def until_live(self, joins: int = 1) -> None:
        """Wait until every viewer is live, and has joined at least `joins` times."""
        for watcher in self.watchers:
            watcher.until(lambda w: w.is_live and w.joins >= joins, "live")

    def audit(self, event: str, note: str = "", one_epoch: bool = True) -> None:
        """Check the guarantees for every viewer, and add the figures to the table.

        No seq arrives twice or out of order. Delivered and missed requests add up to the last seq,
        which is at least the number of accepted requests, and at most that number plus unknown
        requests and duplicates.
        """
        with PacketViewer(self.workers[0].url, {"uuid": self.uuid}) as viewer:
            end = viewer.event("joined")
        for watcher in self.watchers:
            watcher.until(
                lambda w: (w.epoch, w.seq) == (end["epoch"], end["seq"]), f"at {end['seq']}"
            )
        last_seq = end["seq"] if one_epoch else None
        self._table.append(Row(event, self.load, self.watchers, last_seq, note))
        for watcher in self.watchers:
            assert watcher.faults == [], repr(watcher)
            if one_epoch:
                assert watcher.new_epochs == 0
                assert watcher.delivered + watcher.missed == last_seq
        if last_seq is not None:
            duplicates = max((watcher.duplicates for watcher in self.watchers), default=0)
            accepted, unknown = self.load.accepted, self.load.unknown
            assert accepted <= last_seq <= accepted + unknown + duplicates
