"""The packets for one viewer. Packets that arrive together are written together; those that the
socket does not accept are buffered, up to a number of bytes."""

from __future__ import annotations

import socket
import threading
import time
from _thread import start_new_thread  # Thread.start waits, and others run meanwhile
from collections import deque
from contextlib import suppress
from queue import Empty
from typing import Any

from engineio.packet import Packet

from webhook_logger.histogram import Histogram
from webhook_logger.metrics import Ending
from webhook_logger.viewers.transport.outgoing import Shared, SharedFrame, bye, framed, size_of
from webhook_logger.viewers.transport.work_queue import WorkQueue

MAX_BYTES = 6 * 2**20
"""Default limit. With the allocator's overhead, a worker grows by up to 8 MiB for one viewer."""
SLOW_SECONDS = 2.0
"""Time for a slow viewer to read `bye` before it is disconnected."""

MAX_PACKETS_PER_POLL = 16
"""Maximum packets in one poll: python-engineio's clients end a connection that sends more."""

FLUSH_BYTES = 64 * 1024
"""Collected packets with more bytes than this are written immediately."""


class Outbox:
    """The queue of an Engine.IO session, with the interface of `queue.Queue`.

    Packets wait for a poll until a WebSocket is attached. Afterwards they are written in the same
    order, together with all other packets of the hub's current turn. A green thread is only needed
    while the socket's buffer is full.
    """

    __slots__ = (
        *("_bytes", "_closed", "_exempt", "_gathered", "_idle", "_is_finishing", "_is_writing"),
        *("_max_bytes", "_socket", "_taken", "_waiting", "_wake", "ending"),
    )

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._waiting: deque[Any] | None = None  # most viewers never need it
        self._gathered: list[bytes] | None = None
        self._bytes = 0
        """Size of all gathered and waiting packets. A shared frame counts with its charge."""
        self._exempt = 0
        """Size of the event that a poll takes first: the limit allows it in addition."""
        self._socket: Any = None
        self._is_writing = False
        self._closed = False
        self._taken = 0
        """Number of packets in the current poll."""
        self._wake: threading.Event | None = None
        self._idle: threading.Event | None = None
        """Set when no packet waits any more, if somebody waits for that."""
        self._is_finishing = False
        self.ending: Ending | None = None
        """Why this worker disconnects the viewer; None if the viewer leaves by itself."""

    # The queue's interface, for Engine.IO

    def put(self, packet: Packet | Shared | None) -> None:
        """Send a packet; None ends the connection after all earlier packets. Never blocks."""
        if self._closed:
            return
        if self._socket is not None:
            self.send(packet)
            return
        packets = packet.packets() if isinstance(packet, Shared) else [packet]
        size = sum(map(size_of, packets))
        if not self._waiting:
            self._exempt = size
        for one in packets:
            self._append(one)
        self._add_bytes(size)
        if self._wake:
            self._wake.set()

    def get(self, block: bool = True, timeout: float | None = None) -> Packet | None:
        """Return the next packet of a poll. The first call of a poll blocks. Raises `Empty`."""
        self._taken = 1 if block else self._taken + 1
        if not self._waiting and block:
            self._wake = threading.Event()
            self._wake.wait(timeout)
            self._wake = None
        if not self._waiting or self._taken > MAX_PACKETS_PER_POLL:
            raise Empty
        packet: Packet | None = self._waiting.popleft()
        self._bytes -= size_of(packet)
        if self.is_idle:
            self._report_idle()
        return packet

    def task_done(self) -> None:
        """Do nothing. Engine.IO calls this."""

    def join(self) -> None:
        """Do nothing: the end of a session does not wait for its packets."""

    # Backpressure

    @property
    def is_idle(self) -> bool:
        """Whether the viewer's socket, or its polls, have taken all packets."""
        return not (self._closed or self._is_writing or self._waiting)

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait, for at most that many seconds. Return whether no packet waits now."""
        if not self.is_idle:
            self._idle = self._idle or threading.Event()
            self._idle.wait(timeout)
        return self.is_idle

    def _report_idle(self) -> None:
        if self._idle:
            self._idle.set()
            self._idle = None

    # The WebSocket

    def attach(self, sock: Any) -> None:
        """Write packets to a WebSocket from now on, beginning with those that wait for a poll."""
        self._socket = sock
        if self._closed:
            self._end()  # the viewer was too slow while it polled, and must reconnect
        elif self._waiting:
            # In a thread, which yields: there may be thousands of packets to frame.
            self._is_writing = True
            start_new_thread(self._write, (b"",))

    def close(self) -> None:
        """Discard all packets: the connection has ended."""
        self._closed = True
        self._waiting, self._gathered, self._bytes = None, None, 0

    def finish(self, last: bytes) -> None:
        """Write all waiting packets and the last bytes, then close the socket for writing.

        Without last bytes, discard all packets. Later packets are never sent.
        """
        if self._closed or not last:
            self.close()
            return
        self.write(last)
        self.flush()
        self._closed = self._is_finishing = True
        if not self._is_writing:
            self._end_writing()

    def _end_writing(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def _append(self, item: Any) -> None:
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(item)

    def encode(self, packet: Packet) -> bytes:
        """Return a packet as the viewer's connection carries it."""
        return framed(packet)

    def write(self, data: bytes) -> None:
        """Write bytes of the viewer's protocol after earlier packets."""
        if self._is_writing:
            self._wait(data)
            return
        self._bytes += len(data)
        if self._gathered is None:
            self._gathered = [data]
            _turns.add(self)
        else:
            self._gathered.append(data)
        if self._bytes > FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write the gathered packets."""
        gathered, self._gathered = self._gathered, None
        if not gathered:
            return  # an earlier call has written the packets
        self._bytes = 0
        data = gathered[0] if len(gathered) == 1 else b"".join(gathered)
        sent = self._socket.send_now(data)
        if sent < len(data):
            self._is_writing = True
            start_new_thread(self._write, (data[sent:],))

    def send(self, packet: Packet | Shared | None) -> None:
        """Write a packet to the attached connection; None ends it after all earlier packets."""
        if isinstance(packet, Shared):
            if self._is_writing:
                self._wait(packet.waiting)
            else:
                self.write(packet.frame)
        elif packet is None:
            self.flush()
            self._end()
        else:
            self.write(framed(packet))

    def _wait(self, item: bytes | SharedFrame) -> None:
        self._append(item)
        self._add_bytes(size_of(item))

    def _end(self) -> None:
        if self._is_writing:
            self._append(None)
            self._close_soon()  # a blocked writer would never close it
        else:
            self._close_socket()

    def _write(self, data: bytes) -> None:
        """Write the rest of a packet, then all waiting packets."""
        try:
            self._write_all(data)
        except TimeoutError:  # the viewer is lost; the system reports it only once
            self.ending = self.ending or Ending.PING_TIMEOUT
        except OSError:
            pass  # disconnected: the reader notices it, too
        self._waiting, self._is_writing, self._exempt = None, False, 0
        self._report_idle()
        if self._is_finishing:
            self._end_writing()

    def _write_all(self, data: bytes) -> None:
        self._socket.sendall(data)
        while self._waiting:
            following = self._waiting.popleft()
            if following is None:
                self._close_socket()
                break
            self._bytes -= size_of(following)
            self._socket.sendall(framed(following))

    def _add_bytes(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self._max_bytes + self._exempt:
            self._disconnect_slow()

    def _disconnect_slow(self) -> None:
        """Disconnect a viewer that reads too slowly. It receives `bye` first, if it still reads."""
        self.close()
        self.ending = Ending.SLOW
        if self._socket is not None:
            self._append(self.encode(bye("slow")))
            self._close_soon()

    def _close_soon(self) -> None:
        def close_later() -> None:
            time.sleep(SLOW_SECONDS)
            self._close_socket()

        start_new_thread(close_later, ())

    def _close_socket(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


SECONDS_BETWEEN_MEASUREMENTS = 0.005


class _Turns(WorkQueue[Outbox]):
    """The outboxes that write their packets in the hub's current turn.

    One turn has the packets of many requests for many viewers. So one clock call for each turn
    measures all of them: the first request of the turn waits longest. A busy worker measures only
    some turns, because a measurement costs a hundredth of a request.
    """

    def __init__(self) -> None:
        # Viewers receive a request before its sender receives the response to it. A large room
        # must not block the worker.
        super().__init__(Outbox.flush, batch_size=100, is_first=True)
        self._began = 0.0
        self._next = 0.0
        """Time of the next measurement."""
        self._histogram: Histogram

    def measure(self, histogram: Histogram, began: float) -> None:
        """Count the time from `began` to the end of the turn, unless an earlier time counts.

        Without packets for a WebSocket, there is nothing to count.
        """
        if began >= self._next and self._items and not self._began:
            self._began, self._histogram = began, histogram

    def do_all(self, items: list[Outbox]) -> None:
        began = self._began
        WorkQueue.do_all(self, items)
        if began:
            self._began, self._next = 0.0, began + SECONDS_BETWEEN_MEASUREMENTS
            self._histogram.observe(time.perf_counter() - began)


_turns = _Turns()
measure_turn = _turns.measure
