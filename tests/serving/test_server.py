"""The listener, where what it must outlive cannot be had from the machine at will."""

from __future__ import annotations

import errno
import socket
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import eventlet
import pytest
import yaml

from config import ROOT
from webhook_logger.serving import server
from webhook_logger.serving.places import Places
from webhook_logger.serving.server import LEAVE_SECONDS, Listener, listen


class Short:
    """A socket that has been listening, on a machine that is short of something for a while."""

    def __init__(self, *errors: int) -> None:
        self._errors = list(errors)

    def accept(self) -> tuple[Any, Any]:
        if self._errors:
            number = self._errors.pop(0)
            raise OSError(number, errno.errorcode[number])
        return "a connection", "an address"


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ECONNABORTED, errno.EPIPE])
def test_accepting_goes_on_after_a_shortage(number: int) -> None:
    listener = Listener(Short(number, number))  # type: ignore[arg-type]
    assert listener.accept() == ("a connection", "an address")


def test_accepting_gives_nothing_more_when_the_listener_is_closed() -> None:
    with eventlet.Timeout(0.1, exception=False):
        Listener(Short(errno.EBADF)).accept()  # type: ignore[arg-type]
        pytest.fail("it went on")


def test_it_shares_its_port_with_nobody() -> None:
    listener = listen("127.0.0.1", 0)
    assert listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT) == 0
    listener.close()


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "127.0.0.1"), ("::1", "[::1]")])
def test_its_url_is_one_that_a_browser_can_open(host: str, shown: str) -> None:
    listener = listen(host, 0)
    assert listener.url == f"http://{shown}:{listener.getsockname()[1]}/"
    listener.close()


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


def test_an_ipv4_address_is_shown_as_such() -> None:
    for shown, plain in (
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:0:192.0.2.1", "::ffff:0:192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
    ):
        assert server._plain(shown) == plain
