"""The outbox of one viewer, with a fake socket."""

from __future__ import annotations

import threading

from engineio.packet import MESSAGE, Packet

from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.metrics import Ending
from webhook_logger.viewers.transport.outbox import MAX_BYTES, Outbox
from webhook_logger.viewers.transport.outgoing import Shared


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


def test_a_viewer_is_disconnected_by_its_share_of_shared_frames() -> None:
    for viewers, frames in ((1, 5), (2, 11), (8, 47), (1000, 47)):
        outbox, socket = Outbox(), Socket(stuck=True)
        outbox.attach(socket)
        outbox.put(message("x" * 2**17))  # is being written
        shared = Shared(b"x" * (2**20 - 1000), viewers=viewers)
        for _ in range(frames):
            outbox.put(shared)
        assert outbox.ending is None
        for _ in range(2):
            outbox.put(shared)
        assert outbox.ending is Ending.SLOW


def test_shared_packets_are_sent_in_order_with_all_others() -> None:
    outbox, socket = Outbox(), Socket()
    outbox.attach(socket)
    outbox.put(message("x" * 2**17))
    outbox.put(Shared(b"first", b"second", viewers=3))
    outbox.write(b"third")
    outbox.put(message("last"))
    assert socket.all_sent.wait(PATIENCE_SECONDS)
    at = [socket.sent.index(text) for text in (b"first", b"second", b"third", b"last")]
    assert at == sorted(at)


def test_a_polling_viewer_receives_shared_packets_one_by_one() -> None:
    outbox = Outbox()
    packets = [b"a", "é".encode(), b"x" * 300, b"y" * 70_000]
    outbox.put(Shared(*packets, viewers=5))
    received = [outbox.get(block=number == 0) for number in range(len(packets))]
    assert [packet.data.encode() for packet in received if packet] == packets


def test_the_limit_allows_one_event_of_any_size_in_addition_for_a_polling_viewer() -> None:
    outbox = Outbox(1000)
    for _ in range(2):
        outbox.put(Shared(b"x" * 5000, b"y" * 5000))
        outbox.put(message("z" * 500))
        assert outbox.ending is None
        for number in range(3):
            outbox.get(block=number == 0)
    outbox.put(message("x" * 5000))
    outbox.put(message("z" * 1000))
    assert outbox.ending is Ending.SLOW


def test_an_outbox_is_idle_after_its_packets_were_polled() -> None:
    outbox = Outbox()
    assert outbox.wait_until_idle(0)
    outbox.put(message("x"))
    assert not outbox.wait_until_idle(0)
    threading.Timer(0.01, outbox.get).start()
    assert outbox.wait_until_idle(PATIENCE_SECONDS)


def test_an_outbox_is_idle_after_its_socket_took_all_packets() -> None:
    outbox, socket = Outbox(), Socket()
    outbox.put(message("last"))
    outbox.attach(socket)
    assert outbox.wait_until_idle(PATIENCE_SECONDS)
    assert socket.all_sent.is_set()


def test_a_closed_outbox_is_never_idle() -> None:
    outbox = Outbox()
    outbox.close()
    assert not outbox.wait_until_idle(0)
