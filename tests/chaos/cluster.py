"""A deployment of Redis, workers and nginx, with its viewers and an audit of their events."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import uuid4

from tests.chaos.clients import Clients
from tests.chaos.load import Load
from tests.chaos.tally import Tally
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
    recovery: float
    """`RECOVERY_SECONDS`."""
    load: Load
    watchers: list[Tally]
    last_seq: int | None
    """The last seq of the callback. None after a new epoch, where counting starts again."""
    note: str = ""


class Cluster:
    """All processes of a deployment, on this machine. The end of a `with` block stops them."""

    def __init__(
        self,
        table: list[Row],
        can_deafen: bool = False,
        workers: int = WORKERS,
        queue: Redis | None = None,
        **settings: object,
    ) -> None:
        """Prepare them. A `queue` that is given is already started, and stopped by its owner."""
        self._table = table
        self._stack = ExitStack()
        self.uuid = ""
        self.redis = queue or Redis()
        self._has_started_redis = queue is not None
        self.proxy = DeafeningProxy(self.redis.port) if can_deafen else None
        """Between the first worker and Redis, to stop what the subscription receives."""
        common = {"REDIS_URL": self.redis.url, "BALANCER_HEADERS": "webhook-logger"}
        self.workers = [Server(**{**common, **settings}) for _ in range(workers)]
        self.recovery = float(str(settings.get("RECOVERY_SECONDS", 0)))
        self.nginx: Nginx
        self.watchers: list[Tally] = []
        self._viewers: list[Watcher | Clients] = []
        self.load: Load

    def __enter__(self) -> Cluster:
        with self._stack as stack:
            if not self._has_started_redis:
                stack.enter_context(self.redis)
            if self.proxy:
                self.workers[0].settings["REDIS_URL"] = stack.enter_context(self.proxy).url
            with ThreadPoolExecutor(len(self.workers)) as starting:
                for worker in starting.map(stack.enter_context, self.workers):
                    worker.until_ready()
            self.nginx = stack.enter_context(Nginx(*self.workers))
            self._stack = stack.pop_all()
        self.begin()
        return self

    def begin(self, uuid: str = "") -> None:
        """Start stopped workers, disconnect viewers, and choose a callback for the next test,
        unless it is given.
        """
        for worker in self.workers:
            if not worker.is_running:
                worker.start()
            worker.until_ready()
        self.uuid = uuid or str(uuid4())
        self.load = Load(self.nginx.address, self.uuid)
        self._stop_viewers()
        eventually(lambda: sum(self.viewer_counts()) == 0)

    def _stop_viewers(self) -> None:
        for viewer in self._viewers:
            viewer.stop()
        self._viewers, self.watchers = [], []

    def __exit__(self, *_: object) -> None:
        self._stop_viewers()
        for worker in self.workers:
            worker.terminate()  # all at the same time; the stack waits for each
        self._stack.close()

    def watch(
        self, count: int = VIEWERS, kind: type[PacketViewer] = PacketViewer, url: str = ""
    ) -> list[Watcher]:
        """Connect `count` viewers from different addresses, and wait until all are live.

        They connect through nginx, unless `url` is given.
        """
        begin = len(self.watchers) + 2
        new = [
            Watcher(url or self.nginx.url, self.uuid, f"127.0.0.{n}", kind)
            for n in range(begin, begin + count)
        ]
        for watcher in new:
            watcher.start()
        self._viewers += new
        self.watchers += new
        self.until_live()
        return new

    def watch_with(self, counts: dict[str, int], url: str = "") -> list[Clients]:
        """Connect this number of viewers of each kind, and wait until all are live.

        Each kind runs in a separate process. They connect through nginx, unless `url` is given.
        """
        new = [
            Clients(kind, url or self.nginx.url, self.uuid, count) for kind, count in counts.items()
        ]
        self._viewers += new
        for clients in new:
            self.watchers += clients.tallies
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

    def restart(self, worker: Server) -> None:
        """Restart a worker gracefully, and wait until it is ready and all viewers are live."""
        worker.terminate()
        assert worker.wait() == 0
        worker.start()
        worker.until_ready()
        self.until_live()

    def audit(self, event: str, note: str = "", one_epoch: bool = True) -> None:
        """Check the guarantees for every viewer, and add the figures to the table.

        No seq arrives twice or out of order. Delivered and missed requests add up to at least the
        number of accepted requests, and at most that number plus unknown requests and duplicates.
        If there was one epoch, they add up to the last seq. No two requests have the same position.
        """
        with PacketViewer(self.workers[0].url, {"uuid": self.uuid}) as viewer:
            end = viewer.event("joined")
        for watcher in self.watchers:
            watcher.until(
                lambda w: (w.epoch, w.seq) == (end["epoch"], end["seq"]), f"at {end['seq']}"
            )
        last_seq = end["seq"] if one_epoch else None
        self._table.append(Row(event, self.recovery, self.load, self.watchers, last_seq, note))
        names: dict[tuple[str, int], str] = {}
        for watcher in self.watchers:
            assert watcher.faults == [], repr(watcher)
            for name, place in watcher.places.items():
                assert names.setdefault(place, name) == name, place
            assert (watcher.new_epochs == 0) == one_epoch
            assert watcher.unknown_gaps == 0, repr(watcher)
            if one_epoch:
                assert watcher.delivered + watcher.missed == last_seq
            duplicates = max(each.duplicates for each in self.watchers)
            accepted, unknown = self.load.accepted, self.load.unknown
            total = watcher.delivered + watcher.missed
            assert accepted <= total <= accepted + unknown + duplicates, repr(watcher)
