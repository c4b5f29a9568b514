"""Packets for one viewer: written together where they come together. Packets that the socket does
not take wait, up to a number of bytes."""

from __future__ import annotations

import socket
import sys
import threading
import time
from _thread import start_new_thread  # Thread.start waits, and others run meanwhile
from collections import deque
from contextlib import suppress
from queue import Empty
from typing import Any

from engineio.packet import MESSAGE, Packet

from webhook_logger.metrics import Ending
from webhook_logger.viewers.transport.frames import frame, text_frame
from webhook_logger.viewers.transport.turns import Turns

MAX_BYTES = 6 * 2**20
"""The default. The allocator adds to it: a worker grows by up to 8 MiB for a viewer."""
BYTES_OF_AN_ITEM = 64
"""What Python needs for each item, in addition to its content."""
SLOW_SECONDS = 2.0
"""How long a viewer that was too slow has to read the reason why it is cut off."""

MAX_A_POLL = 16
"""Maximum packets in one poll: python-engineio's clients end a connection that sends more."""

MAX_BYTES_TOGETHER = 64 * 1024
"""More bytes than this are written without waiting for others."""


def bye(reason: str) -> Packet:
    """The last event for a viewer that is cut off: `slow` or `limit`."""
    return Packet(MESSAGE, f'2["bye",{{"reason":"{reason}"}}]')


class Shared:
    """Socket.IO packets for many viewers, encoded and framed once and sent as one."""

    __slots__ = ("_packets", "frame")

    def __init__(self, *packets: bytes) -> None:
        self._packets = packets
        self.frame = b"".join([text_frame(b"4" + packet) for packet in packets])

    def packets(self) -> list[Packet]:
        """Return them one by one, for a viewer that polls."""
        return [Packet(MESSAGE, packet.decode()) for packet in self._packets]


class Outbox:
    """Replaces the queue of an Engine.IO session, and has its interface.

    Packets wait for a poll until a WebSocket is attached. From then on they are written in the same
    order, together with all others of this turn of the hub. A green thread writes only while the
    socket's buffer is full.
    """

    __slots__ = (
        *("_bytes", "_closed", "_finishes", "_gathered", "_most", "_socket", "_taken", "_waiting"),
        *("_wake", "_writes", "ending"),
    )

    def __init__(self, most_bytes: int = MAX_BYTES) -> None:
        self._most = most_bytes
        self._waiting: deque[Any] | None = None  # of most viewers nothing ever waits
        self._gathered: list[bytes] | None = None
        self._bytes = 0
        """The size of all packets that are gathered or wait."""
        self._socket: Any = None
        self._writes = False
        self._closed = False
        self._taken = 0
        """Packets that the current poll has taken."""
        self._wake: threading.Event | None = None
        self._finishes = False
        self.ending: Ending | None = None
        """Why this worker cuts the viewer off; None where the viewer leaves by itself."""

    # What Engine.IO asks of a queue

    def put(self, packet: Packet | Shared | None) -> None:
        """Send a packet; None ends the connection after all earlier packets. Never blocks."""
        if self._closed:
            return
        if self._socket is not None:
            self._send(packet)
            return
        for one in packet.packets() if isinstance(packet, Shared) else (packet,):
            if not self._closed:
                self._append(one)
                self._weigh(_weight(one))
        if self._wake:
            self._wake.set()

    def get(self, block: bool = True, timeout: float | None = None) -> Packet | None:
        """Return the next packet of a poll, whose first call blocks. Raises `queue.Empty`."""
        self._taken = 1 if block else self._taken + 1
        if not self._waiting and block:
            self._wake = threading.Event()
            self._wake.wait(timeout)
            self._wake = None
        if not self._waiting or self._taken > MAX_A_POLL:
            raise Empty
        packet: Packet | None = self._waiting.popleft()
        self._bytes -= _weight(packet)
        return packet

    def task_done(self) -> None:
        """Do nothing: Engine.IO calls it, and nothing waits for it."""

    def join(self) -> None:
        """Do nothing: the end of a session does not wait for its packets."""

    # Its WebSocket

    def attach(self, sock: Any) -> None:
        """Write packets to a WebSocket from now on, first those that wait for a poll."""
        self._socket = sock
        if self._closed:
            self._end()  # given up while it polled, so that it comes back
        elif self._waiting:
            # By a thread, which takes turns: thousands may wait, and none is framed yet.
            self._writes = True
            start_new_thread(self._write, (b"",))

    def close(self) -> None:
        """Discard all packets: the connection has ended."""
        self._closed = True
        self._waiting, self._gathered, self._bytes = None, None, 0

    def finish(self, last: bytes) -> None:
        """Write the last bytes after all packets that wait, and end this side of the connection.

        Without last bytes, all packets are discarded. Later ones are not sent.
        """
        if self._closed or not last:
            self.close()
            return
        self.write(last)
        self.flush()
        self._closed = self._finishes = True
        if not self._writes:
            self._end_writing()

    def _end_writing(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def _append(self, item: Any) -> None:
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(item)

    def write(self, data: bytes) -> None:
        """Write bytes of the WebSocket protocol after earlier packets."""
        if self._writes:
            self._append(data)
            self._weigh(_weight(data))
            return
        if self._gathered is None:
            self._gathered = [data]
            _turns.add(self)
        else:
            self._gathered.append(data)
        self._bytes += len(data)
        if self._bytes > MAX_BYTES_TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Write the gathered packets."""
        gathered, self._gathered = self._gathered, None
        if not gathered:
            return  # an earlier call has written them
        self._bytes = 0
        data = gathered[0] if len(gathered) == 1 else b"".join(gathered)
        sent = self._socket.send_now(data)
        if sent < len(data):
            self._writes = True
            start_new_thread(self._write, (data[sent:],))

    def _send(self, packet: Packet | Shared | None) -> None:
        if packet is not None:
            self.write(_framed(packet))
        else:
            self.flush()
            self._end()

    def _end(self) -> None:
        if self._writes:
            self._append(None)
            self._cut_soon()  # a writer that is stuck never comes to it
        else:
            self._cut()

    def _write(self, data: bytes) -> None:
        """Write the rest of a packet, and then all that wait, until none is left."""
        with suppress(OSError):  # it is gone, as its reader finds, too
            self._socket.sendall(data)
            while self._waiting:
                following = self._waiting.popleft()
                if following is None:
                    self._cut()
                    break
                self._bytes -= _weight(following)
                is_framed = isinstance(following, bytes)
                self._socket.sendall(following if is_framed else _framed(following))
        self._waiting, self._writes = None, False
        if self._finishes:
            self._end_writing()

    def _weigh(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self._most:
            self._give_up()

    def _give_up(self) -> None:
        """Cut off a viewer that reads too slowly. It receives `bye` first, if it still reads."""
        self.close()
        self.ending = Ending.SLOW
        if self._socket is not None:
            self._append(_framed(bye("slow")))
            self._cut_soon()

    def _cut_soon(self) -> None:
        def cut() -> None:
            time.sleep(SLOW_SECONDS)
            self._cut()

        start_new_thread(cut, ())

    def _cut(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


def _framed(packet: Packet | Shared) -> bytes:
    return packet.frame if isinstance(packet, Shared) else frame(packet.encode())


def _weight(item: Packet | bytes | None) -> int:
    """Return the size of a packet that waits for a poll, or of a frame, in bytes."""
    if isinstance(item, bytes):
        return len(item) + BYTES_OF_AN_ITEM
    data = item.data if item is not None else None
    return sys.getsizeof(data or "") + BYTES_OF_AN_ITEM


# A large room must not keep the worker to itself.
_turns: Turns[Outbox] = Turns(Outbox.flush, at_once=100)
