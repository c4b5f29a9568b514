"""How a worker stops."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
import yaml

from config import ROOT
from webhook_logger.serving import server
from webhook_logger.serving.places import Places
from webhook_logger.serving.server import LEAVE_SECONDS


class Clock:
    """Stands for time: whoever waits gets what was asked for at once."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float = 0) -> None:
        self.now += seconds


class NeverIdle(Places):
    """A worker's connections, one of which drips for ever."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(1000)
        self._clock = clock
        self.waits: list[float] = []

    def wait_until_none_is_busy(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._clock.sleep(seconds)


@pytest.mark.parametrize("viewers", [0, 1, 10_000])
def test_a_worker_stops_in_time_though_a_sender_never_ends(
    monkeypatch: pytest.MonkeyPatch, viewers: int
) -> None:
    clock = Clock()
    monkeypatch.setattr(server, "time", clock)
    monkeypatch.setattr(server, "eventlet", clock)
    places = NeverIdle(clock)
    sockets: Any = [Mock() for _ in range(viewers)]
    places.viewers = dict.fromkeys(sockets, 0)
    worker: Any = SimpleNamespace(say_bye=lambda: None)
    server._leave(worker, places, lambda: clock.sleep(server.LAST_CONNECTIONS_SECONDS))
    assert all(viewer.shutdown.called for viewer in sockets)
    assert clock.now <= LEAVE_SECONDS
    assert len(places.waits) == 2
    assert all(places.waits), "what begins meanwhile has a moment, too"


def test_compose_gives_a_worker_the_time_that_it_needs_to_stop() -> None:
    web = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["web"]
    grace = float(web["stop_grace_period"].removesuffix("s"))
    assert grace >= web["environment"]["DRAIN_SECONDS"] + LEAVE_SECONDS
