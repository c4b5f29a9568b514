"""The shutdown of a worker."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import Mock

import pytest
import yaml

from config import ROOT
from webhook_logger.serving import server
from webhook_logger.serving.server import HANDOVER_SECONDS, STOP_SECONDS
from webhook_logger.serving.slots import ConnectionSlots


class Clock:
    """Replaces time: sleeping returns immediately and advances the clock."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float = 0) -> None:
        self.now += seconds

    @contextmanager
    def Timeout(self, *_: object, **__: object) -> Iterator[None]:  # noqa: N802
        yield


class NeverIdle:
    """A worker's connections, one of which sends slowly without end."""

    def __init__(self, clock: Clock) -> None:
        self.viewers: dict[Any, int] = {}
        self.last_responses = self.closing = False
        self._clock = clock
        self.waits: list[float] = []

    def wait_until_idle(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._clock.sleep(seconds)


class RecordingWorker:
    """A worker that records what the server asks of it."""

    def __init__(self, viewers: list[bool] | None = None, has_peers: bool = False) -> None:
        self.draining = False
        self.calls: list[str] = []
        self._viewers = iter(viewers or [])
        self._has_peers = has_peers

    @property
    def has_viewers(self) -> bool:
        return next(self._viewers, False)

    def has_peers(self) -> bool:
        return self._has_peers

    def send_bye(self, seconds: float) -> None:
        self.calls.append(f"bye {seconds:g}")

    def stop_waiting(self) -> None:
        self.calls.append("stop waiting")

    def begin_disconnecting(self) -> None:
        self.calls.append("disconnect")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(server, "time", clock)
    monkeypatch.setattr(server, "eventlet", clock)
    return clock


@pytest.mark.parametrize(
    ("drain_seconds", "has_peers", "viewers", "bye", "drained"),
    [
        (0.0, False, [True] * 1000, "bye 0", 0),
        (0.0, True, [True] * 1000, "bye 5", 5),
        (0.0, True, [True, True, False], "bye 5", 0.2),
        (2.0, True, [True] * 1000, "bye 5", 5),
        (7.0, True, [], "bye 7", 7),
        (7.0, False, [], "bye 7", 7),
    ],
)
def test_a_worker_drains_while_its_viewers_can_move(
    clock: Clock,
    drain_seconds: float,
    has_peers: bool,
    viewers: list[bool],
    bye: str,
    drained: float,
) -> None:
    worker: Any = RecordingWorker(viewers, has_peers)
    slots = ConnectionSlots(1000)
    assert server._drain(worker, slots, drain_seconds) == has_peers
    assert (worker.draining, slots.last_responses) == (True, True)
    assert worker.calls == [bye]
    assert clock.now == pytest.approx(drained)


@pytest.mark.parametrize("viewers", [0, 1, 10_000])
@pytest.mark.parametrize("has_peers", [False, True])
def test_a_worker_stops_in_time_although_a_sender_never_ends(
    clock: Clock, viewers: int, has_peers: bool
) -> None:
    slots = NeverIdle(clock)
    sockets: Any = [Mock() for _ in range(viewers)]
    slots.viewers = dict.fromkeys(sockets, 0)
    worker: Any = RecordingWorker()
    server._shut_down(worker, slots, lambda: clock.sleep(server.ACCEPT_SECONDS), has_peers)
    assert all(viewer.shutdown.called for viewer in sockets)
    assert worker.calls == ["disconnect", "stop waiting"]
    assert clock.now <= STOP_SECONDS - server.EXIT_SECONDS
    assert len(slots.waits) == (3 if has_peers else 2)
    assert all(slots.waits), "requests that begin meanwhile also have time to finish"


def test_compose_grants_a_worker_enough_time_to_stop() -> None:
    web = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["web"]
    grace = float(web["stop_grace_period"].removesuffix("s"))
    drain = max(web["environment"]["DRAIN_SECONDS"], HANDOVER_SECONDS)
    assert grace > drain + STOP_SECONDS


def test_a_worker_collects_garbage_again_when_it_serves() -> None:
    thresholds = gc.get_threshold()
    gc.disable()
    try:
        server._tune_garbage_collector()
        assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
        gc.set_threshold(*thresholds)
