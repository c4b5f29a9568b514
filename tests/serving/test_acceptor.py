"""The accept loop, with a listener that returns a given number of connections."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import eventlet
import pytest

from webhook_logger.serving import acceptor
from webhook_logger.serving.acceptor import ACCEPTED_PER_TURN, MAX_CONCURRENT_REJECTIONS, Acceptor
from webhook_logger.serving.slots import ConnectionSlots
from webhook_logger.serving.viewer import EndViewer, ViewerConnection

SLOTS = 3


class Sock:
    """An accepted socket."""

    def __init__(self, error: OSError | None = None) -> None:
        self._error = error
        self.is_closed = False

    def fileno(self) -> int:
        return 5

    def setsockopt(self, *_: int) -> None:
        if self._error:
            raise self._error

    def shutdown(self, _how: int) -> None:
        raise OSError("the client has disconnected")

    def close(self) -> None:
        self.is_closed = True


class Ready:
    """A listener that never waits, and closes after its last connection."""

    def __init__(self, *sockets: Sock) -> None:
        self._sockets = list(sockets)
        self.accepted: list[Sock] = []
        self.begun: list[int] = []
        """Number of connections that had begun before each one was accepted."""

    def accept(self) -> tuple[Sock, tuple[str, int]] | None:
        if not self._sockets:
            return None
        self.begun.append(len(FakeConnection.all))
        self.accepted.append(self._sockets.pop(0))
        return self.accepted[-1], ("::ffff:192.0.2.1", 5)


class FakeConnection:
    """A connection that is served until the test ends it."""

    all: list[FakeConnection]

    is_handed_over = False
    is_waiting = True

    def __init__(self, sock: Sock, address: tuple[str, int], end_viewer: EndViewer) -> None:
        self.sock, self.address, self.end_viewer = sock, address, end_viewer
        self.viewer: ViewerConnection | None = None
        self.outcome = ""
        self._end = eventlet.Event()
        FakeConnection.all.append(self)

    def serve(self) -> None:
        self.outcome = "served"
        self._end.wait()

    def reject(self) -> None:
        self.outcome = "rejected"
        self._end.wait()

    def close_if_idle(self) -> None:
        self.end()

    def detach(self) -> tuple[int, bytes]:
        if self._end.ready():
            raise OSError("the socket is closed")
        self.is_handed_over = True
        return os.open(os.devnull, os.O_RDONLY), b"%d" % FakeConnection.all.index(self)

    def end(self) -> None:
        if not self._end.ready():
            self._end.send()
        let_run()


Start = Callable[..., Acceptor]


@pytest.fixture
def start() -> Iterator[Start]:
    """Accept the connections of a listener."""
    running: list[Any] = []
    FakeConnection.all = []

    def start(listener: Ready, slots: ConnectionSlots | None = None) -> Acceptor:
        accepting: Any = Acceptor(listener, slots or ConnectionSlots(SLOTS), FakeConnection)  # type: ignore[arg-type]
        running.append(eventlet.spawn(accepting.run))
        let_run()
        return accepting  # type: ignore[no-any-return]

    yield start
    for thread in running:
        thread.kill()
    for connection in FakeConnection.all:
        connection.end()


def let_run() -> None:
    """Run all green threads until each one waits."""
    for _ in range(10):
        eventlet.sleep()


def sockets(count: int) -> list[Sock]:
    return [Sock() for _ in range(count)]


def outcomes() -> list[str]:
    return [connection.outcome for connection in FakeConnection.all]


def test_connections_begin_while_more_connections_can_be_accepted(start: Start) -> None:
    listener = Ready(*sockets(ACCEPTED_PER_TURN + 1))
    start(listener, ConnectionSlots(1000))
    assert listener.begun == [0] * ACCEPTED_PER_TURN + [ACCEPTED_PER_TURN]


def test_a_connection_over_the_limit_is_rejected(start: Start) -> None:
    start(Ready(*sockets(SLOTS + 1)))
    assert outcomes() == ["served"] * SLOTS + ["rejected"]


def test_a_slot_is_released_when_its_connection_ends(start: Start) -> None:
    slots = ConnectionSlots(SLOTS)
    start(Ready(*sockets(SLOTS)), slots)
    assert not slots.acquire()
    FakeConnection.all[0].end()
    assert slots.acquire()
    assert FakeConnection.all[0].sock.is_closed


def test_the_connection_of_a_viewer_stays_open_without_its_green_thread(start: Start) -> None:
    slots = ConnectionSlots(SLOTS)
    start(Ready(*sockets(1)), slots)
    [connection] = FakeConnection.all
    sock: Any = connection.sock
    slots.begin_request()
    slots.acquire_viewer_slot(sock)
    connection.viewer = ViewerConnection(sock, connection.end_viewer)
    connection.end()
    assert (slots.taken, list(slots.viewers), sock.is_closed) == (1, [sock], False)
    for _ in range(2):
        connection.viewer.close()
        assert (slots.taken, list(slots.viewers), sock.is_closed) == (0, [], True)


def test_connections_over_every_limit_wait_in_the_kernel(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = SLOTS + MAX_CONCURRENT_REJECTIONS
    monkeypatch.setattr(acceptor, "ACCEPTED_PER_TURN", 10 * limit)
    listener = Ready(*sockets(limit + 2))
    start(listener)
    assert len(listener.accepted) == limit
    FakeConnection.all[-1].end()
    assert len(listener.accepted) == limit + 1


def test_a_connection_that_ended_before_it_began_takes_no_slot(start: Start) -> None:
    ended = Sock(OSError(22, "Invalid argument"))
    slots = ConnectionSlots(SLOTS)
    start(Ready(ended, *sockets(SLOTS)), slots)
    assert ended.is_closed
    assert outcomes() == ["served"] * SLOTS


def test_open_connections_are_served_after_the_listener_closed(start: Start) -> None:
    accepting = start(Ready(*sockets(2)))
    assert outcomes() == ["served"] * 2
    assert not any(connection.sock.is_closed for connection in FakeConnection.all)
    accepting.close_idle()
    assert all(connection.sock.is_closed for connection in FakeConnection.all)


def test_an_ipv4_sender_on_an_ipv6_socket_has_its_ipv4_address(start: Start) -> None:
    start(Ready(Sock()))
    assert FakeConnection.all[0].address == ("192.0.2.1", 5)


def test_an_ipv4_mapped_address_is_converted_to_ipv4() -> None:
    for shown, plain in (
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:0:192.0.2.1", "::ffff:0:192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
    ):
        assert acceptor._plain(shown) == plain


def test_a_connection_that_ends_while_another_one_is_handed_over_is_left_out(start: Start) -> None:
    accepting = start(Ready(*sockets(SLOTS)))
    handed_over: list[bytes] = []

    def hand_over(_descriptor: int, received: bytes) -> bool:
        handed_over.append(received)
        FakeConnection.all[1].end()
        return True

    accepting.hand_over(hand_over)
    assert handed_over == [b"0", b"2"]
