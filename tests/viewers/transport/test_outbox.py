"""The outbox of one viewer, with a fake socket."""

from __future__ import annotations

import threading

from engineio.packet import MESSAGE, Packet

from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.viewers.transport.outbox import MAX_BYTES, Outbox


class Socket:
    """A socket whose buffer is always full. With `stuck`, a blocking send never succeeds."""

    def __init__(self, stuck: bool = False) -> None:
        self.sent = b""
        self.all_sent = threading.Event()
        self.shut_down = threading.Event()
        self._stuck = stuck
        self.calls = 0

    def send_now(self, _: bytes) -> int:
        return 0

    def sendall(self, data: bytes) -> None:
        self.calls += 1
        if self._stuck:
            self.shut_down.wait(PATIENCE_SECONDS)
            raise OSError
        self.sent += data
        if b"last" in data:
            self.all_sent.set()

    def shutdown(self, _: int) -> None:
        self.shut_down.set()


def message(text: str) -> Packet:
    return Packet(MESSAGE, text)


def test_packets_that_waited_for_a_poll_are_sent_first_and_in_order() -> None:
    outbox, socket = Outbox(), Socket()
    for number in range(100):
        outbox.put(message(f"<{number:02}>"))
    outbox.attach(socket)
    outbox.put(message("last"))
    assert socket.all_sent.wait(PATIENCE_SECONDS)
    at = [socket.sent.index(b"<%02d>" % number) for number in range(100)]
    assert at == sorted(at)
    assert at[-1] < socket.sent.index(b"last")


def test_packets_that_waited_for_a_poll_are_written_one_by_one() -> None:
    outbox, socket = Outbox(), Socket()
    for _ in range(1000):
        outbox.put(message("x"))
    outbox.put(message("last"))
    outbox.attach(socket)
    assert socket.all_sent.wait(PATIENCE_SECONDS)
    assert socket.calls > 1000, "a socket yields every few calls"


def test_the_end_disconnects_a_viewer_whose_socket_is_stuck() -> None:
    outbox, socket = Outbox(), Socket(stuck=True)
    outbox.attach(socket)
    outbox.put(message("x"))
    outbox.put(None)
    assert socket.shut_down.wait(PATIENCE_SECONDS)


def test_a_viewer_that_polled_too_slowly_is_disconnected_when_it_upgrades() -> None:
    outbox, socket = Outbox(), Socket()
    for _ in range(7):
        outbox.put(message("x" * 2**20))
    outbox.attach(socket)
    assert socket.shut_down.wait(PATIENCE_SECONDS)


def test_the_maximum_of_buffered_bytes_can_be_set() -> None:
    for limit, is_shut_down in ((1000, True), (10_000, False)):
        outbox, socket = Outbox(limit), Socket(stuck=True)
        outbox.attach(socket)
        outbox.put(message("x" * 2**17))  # is being written
        outbox.put(message("x" * 2000))
        assert socket.shut_down.wait(PATIENCE_SECONDS if is_shut_down else 0) == is_shut_down


def test_the_overhead_of_small_packets_counts() -> None:
    outbox, socket = Outbox(), Socket(stuck=True)
    outbox.attach(socket)
    outbox.put(message("x" * 2**17))  # is being written
    for _ in range(MAX_BYTES // 64):
        outbox.write(b"\x8a\x00")
    assert socket.shut_down.wait(PATIENCE_SECONDS)
