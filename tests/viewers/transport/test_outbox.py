"""What one viewer is to get, beside a socket that takes as much as a test lets it."""

from __future__ import annotations

import threading

from engineio.packet import MESSAGE, Packet

from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.viewers.transport.outbox import MAX_BYTES, Outbox


class Socket:
    """Takes nothing at once; a thread that sends is stuck for good where it is told so."""

    def __init__(self, stuck: bool = False) -> None:
        self.sent = b""
        self.all_sent = threading.Event()
        self.cut = threading.Event()
        self._stuck = stuck
        self.calls = 0

    def send_now(self, _: bytes) -> int:
        return 0

    def sendall(self, data: bytes) -> None:
        self.calls += 1
        if self._stuck:
            self.cut.wait(PATIENCE_SECONDS)
            raise OSError
        self.sent += data
        if b"last" in data:
            self.all_sent.set()

    def shutdown(self, _: int) -> None:
        self.cut.set()


def message(text: str) -> Packet:
    return Packet(MESSAGE, text)


def test_what_waited_for_a_poll_comes_first_in_its_order() -> None:
    outbox, socket = Outbox(), Socket()
    for number in range(100):
        outbox.put(message(f"<{number:02}>"))
    outbox.attach(socket)
    outbox.put(message("last"))
    assert socket.all_sent.wait(PATIENCE_SECONDS)
    at = [socket.sent.index(b"<%02d>" % number) for number in range(100)]
    assert at == sorted(at)
    assert at[-1] < socket.sent.index(b"last")


def test_what_waited_for_a_poll_is_written_in_turns() -> None:
    outbox, socket = Outbox(), Socket()
    for _ in range(1000):
        outbox.put(message("x"))
    outbox.put(message("last"))
    outbox.attach(socket)
    assert socket.all_sent.wait(PATIENCE_SECONDS)
    assert socket.calls > 1000, "others run after every few calls of a socket"


def test_the_end_cuts_a_viewer_off_whose_socket_takes_nothing_any_more() -> None:
    outbox, socket = Outbox(), Socket(stuck=True)
    outbox.attach(socket)
    outbox.put(message("x"))
    outbox.put(None)
    assert socket.cut.wait(PATIENCE_SECONDS)


def test_a_viewer_that_was_given_up_while_it_polled_is_cut_off_when_it_changes() -> None:
    outbox, socket = Outbox(), Socket()
    for _ in range(7):
        outbox.put(message("x" * 2**20))
    outbox.attach(socket)
    assert socket.cut.wait(PATIENCE_SECONDS)


def test_how_much_may_wait_can_be_set() -> None:
    for most, is_cut in ((1000, True), (10_000, False)):
        outbox, socket = Outbox(most), Socket(stuck=True)
        outbox.attach(socket)
        outbox.put(message("x" * 2**17))  # is being written
        outbox.put(message("x" * 2000))
        assert socket.cut.wait(PATIENCE_SECONDS if is_cut else 0) == is_cut


def test_the_smallest_packets_have_weight_too() -> None:
    outbox, socket = Outbox(), Socket(stuck=True)
    outbox.attach(socket)
    outbox.put(message("x" * 2**17))  # is being written
    for _ in range(MAX_BYTES // 64):
        outbox.write(b"\x8a\x00")
    assert socket.cut.wait(PATIENCE_SECONDS)
