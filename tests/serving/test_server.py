"""The shutdown of a worker."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
import yaml

from config import ROOT
from webhook_logger.serving import server
from webhook_logger.serving.server import SHUTDOWN_SECONDS
from webhook_logger.serving.slots import ConnectionSlots


class Clock:
    """Replaces time: sleeping returns immediately and advances the clock."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float = 0) -> None:
        self.now += seconds


class NeverIdle(ConnectionSlots):
    """A worker's connections, one of which sends slowly without end."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(1000)
        self._clock = clock
        self.waits: list[float] = []

    def wait_until_idle(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._clock.sleep(seconds)


@pytest.mark.parametrize("viewers", [0, 1, 10_000])
def test_a_worker_stops_in_time_although_a_sender_never_ends(
    monkeypatch: pytest.MonkeyPatch, viewers: int
) -> None:
    clock = Clock()
    monkeypatch.setattr(server, "time", clock)
    monkeypatch.setattr(server, "eventlet", clock)
    slots = NeverIdle(clock)
    sockets: Any = [Mock() for _ in range(viewers)]
    slots.viewers = dict.fromkeys(sockets, 0)
    worker: Any = SimpleNamespace(send_bye=lambda: None)
    server._shut_down(worker, slots, lambda: clock.sleep(server.ACCEPT_SECONDS))
    assert all(viewer.shutdown.called for viewer in sockets)
    assert clock.now <= SHUTDOWN_SECONDS
    assert len(slots.waits) == 2
    assert all(slots.waits), "requests that begin meanwhile also have time to finish"


def test_compose_grants_a_worker_enough_time_to_stop() -> None:
    web = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["web"]
    grace = float(web["stop_grace_period"].removesuffix("s"))
    assert grace >= web["environment"]["DRAIN_SECONDS"] + SHUTDOWN_SECONDS
