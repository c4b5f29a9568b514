"""The accept loop, with a listener that has as many connections as a test wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import eventlet
import pytest

from webhook_logger.serving import acceptor
from webhook_logger.serving.acceptor import ACCEPTED_A_TURN, TURNED_AWAY_AT_ONCE, Acceptor
from webhook_logger.serving.places import Places

PLACES = 3


class Sock:
    """A socket that was accepted."""

    def __init__(self, error: OSError | None = None) -> None:
        self._error = error
        self.is_closed = False

    def setsockopt(self, *_: int) -> None:
        if self._error:
            raise self._error

    def shutdown(self, _how: int) -> None:
        raise OSError("the other side has gone")

    def close(self) -> None:
        self.is_closed = True


class Ready:
    """A listener that never waits; at the end of its connections it is closed."""

    def __init__(self, *sockets: Sock) -> None:
        self._sockets = list(sockets)
        self.accepted: list[Sock] = []
        self.begun: list[int] = []
        """How many connections had begun before each was accepted."""

    def accept(self) -> tuple[Sock, tuple[str, int]] | None:
        if not self._sockets:
            return None
        self.begun.append(len(Held.all))
        self.accepted.append(self._sockets.pop(0))
        return self.accepted[-1], ("::ffff:192.0.2.1", 5)


class Held:
    """A connection that is served until the test ends it."""

    all: list[Held]

    def __init__(self, sock: Sock, address: tuple[str, int]) -> None:
        self.sock, self.address = sock, address
        self.fate = ""
        self._end = eventlet.Event()
        Held.all.append(self)

    def serve(self) -> None:
        self.fate = "served"
        self._end.wait()

    def turn_away(self) -> None:
        self.fate = "turned away"
        self._end.wait()

    def close_if_idle(self) -> None:
        self.end()

    def end(self) -> None:
        if not self._end.ready():
            self._end.send()
        let_run()


Start = Callable[..., Acceptor]


@pytest.fixture
def start() -> Iterator[Start]:
    """Begin to accept what a listener has."""
    running: list[Any] = []
    Held.all = []

    def start(listener: Ready, places: Places | None = None) -> Acceptor:
        made: Any = Acceptor(listener, places or Places(PLACES), Held)  # type: ignore[arg-type]
        running.append(eventlet.spawn(made.run))
        let_run()
        return made  # type: ignore[no-any-return]

    yield start
    for thread in running:
        thread.kill()
    for held in Held.all:
        held.end()


def let_run() -> None:
    """Let all that can run come to where it waits."""
    for _ in range(10):
        eventlet.sleep()


def sockets(count: int) -> list[Sock]:
    return [Sock() for _ in range(count)]


def fates() -> list[str]:
    return [held.fate for held in Held.all]


def test_connections_begin_while_there_are_always_more_to_accept(start: Start) -> None:
    listener = Ready(*sockets(ACCEPTED_A_TURN + 1))
    start(listener, Places(1000))
    assert listener.begun == [0] * ACCEPTED_A_TURN + [ACCEPTED_A_TURN]


def test_a_connection_over_the_limit_is_turned_away(start: Start) -> None:
    start(Ready(*sockets(PLACES + 1)))
    assert fates() == ["served"] * PLACES + ["turned away"]


def test_a_place_is_free_again_when_its_connection_has_ended(start: Start) -> None:
    places = Places(PLACES)
    start(Ready(*sockets(PLACES)), places)
    assert not places.take()
    Held.all[0].end()
    assert places.take()
    assert Held.all[0].sock.is_closed


def test_what_is_over_every_limit_waits_in_the_kernel(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = PLACES + TURNED_AWAY_AT_ONCE
    monkeypatch.setattr(acceptor, "ACCEPTED_A_TURN", 10 * most)
    listener = Ready(*sockets(most + 2))
    start(listener)
    assert len(listener.accepted) == most
    Held.all[-1].end()
    assert len(listener.accepted) == most + 1


def test_a_connection_that_ended_before_it_began_takes_no_room(start: Start) -> None:
    gone = Sock(OSError(22, "Invalid argument"))
    places = Places(PLACES)
    start(Ready(gone, *sockets(PLACES)), places)
    assert gone.is_closed
    assert fates() == ["served"] * PLACES


def test_open_connections_are_served_on_after_the_last_was_accepted(start: Start) -> None:
    made = start(Ready(*sockets(2)))
    assert fates() == ["served"] * 2
    assert not any(held.sock.is_closed for held in Held.all)
    made.close_idle()
    assert all(held.sock.is_closed for held in Held.all)


def test_a_sender_by_ipv4_is_known_by_that_address(start: Start) -> None:
    start(Ready(Sock()))
    assert Held.all[0].address == ("192.0.2.1", 5)


def test_an_ipv4_address_is_shown_as_such() -> None:
    for shown, plain in (
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:0:192.0.2.1", "::ffff:0:192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
    ):
        assert acceptor._plain(shown) == plain
