"""A Redis, three workers and nginx, ten viewers that sit on every worker, and their audit."""

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

    what: str
    load: Load
    watchers: list[Watcher]
    given: int | None
    """How many seqs were given; None when counting began anew."""
    note: str = ""


class Cluster:
    """All processes of a deployment, on this machine; a `with` block ends them."""

    def __init__(self, table: list[Row], can_deafen: bool = False, **settings: object) -> None:
        self._table = table
        self._stack = ExitStack()
        self.uuid = ""
        self.redis = Redis()
        self.proxy = DeafeningProxy(self.redis.port) if can_deafen else None
        """Between the first worker and Redis, if it is to be made deaf."""
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
        """Make it whole again, and give the next test a callback without viewers."""
        for worker in self.workers:
            if not worker.is_running:
                worker.start()
            worker.until_ready()
        self.uuid = str(uuid4())
        self.load = Load(self.nginx.address, self.uuid)
        for watcher in self.watchers:
            watcher.stop()
        self.watchers = []
        eventually(lambda: sum(self.seats()) == 0)

    def __exit__(self, *_: object) -> None:
        for watcher in self.watchers:
            watcher.stop()
        for worker in self.workers:
            worker.terminate()  # all at once; the stack waits for each
        self._stack.close()

    def watch(self, count: int = VIEWERS, kind: type[PacketViewer] = PacketViewer) -> list[Watcher]:
        """Let so many viewers in, each from an address of its own, and wait until all are live."""
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

    def watch_everywhere(self) -> None:
        """Let viewers in as `watch` does, and more until every worker has some."""
        self.watch()
        while min(self.seats()) == 0:
            self.watch(1)

    def seats(self) -> list[int]:
        """How many viewers each worker has."""
        return [int(worker.metrics()["viewers"]) for worker in self.workers]

    def until_live(self, joins: int = 1) -> None:
        """Wait until every viewer is live, after so many joins at least."""
        for watcher in self.watchers:
            watcher.until(lambda w: w.is_live and w.joins >= joins, "live")

    def audit(self, what: str, note: str = "", one_epoch: bool = True) -> None:
        """Hold every viewer to DESIGN.md's guarantees, and put the figures in the table."""
        with PacketViewer(self.workers[0].url, {"uuid": self.uuid}) as last:
            end = last.event("joined")
        for watcher in self.watchers:
            watcher.until(
                lambda w: (w.epoch, w.seq) == (end["epoch"], end["seq"]), f"at {end['seq']}"
            )
        given = end["seq"] if one_epoch else None
        self._table.append(Row(what, self.load, self.watchers, given, note))
        for watcher in self.watchers:
            assert watcher.faults == [], repr(watcher)
            if one_epoch:
                assert watcher.cannot_tell == 0
                assert watcher.delivered + watcher.counted == given
        if given is not None:
            doubles = max((watcher.doubles for watcher in self.watchers), default=0)
            accepted, unknown = self.load.accepted, self.load.unknown
            assert accepted <= given <= accepted + unknown + doubles
