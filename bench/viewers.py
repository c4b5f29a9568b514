"""Viewers as raw socket clients, many in one process, which pass on every event."""

from __future__ import annotations

import json
import os
import re
import select
import socket
import time
from collections.abc import Callable

from bench.processes import Process

# Senders put a mark into every body. It survives any escaping of an event.
MARK = re.compile(rb"#(\d+)#")
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
PLAIN_GET = "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
READ_BYTES = 256 * 1024
ADDRESSES = 200
"""Local addresses that viewers connect from, so that there are enough ports."""

Seen = Callable[["Viewer", bytes], None]


class Viewer:
    """One connection, which calls `seen` with every event that contains a request."""

    def __init__(self, process: Process, uuid: str, number: int, seen: Seen) -> None:
        system = process.system
        self.uuid = uuid
        self.joined = False
        self.closed = False
        self._join = system.join
        self._kind = system.viewer
        self._seen = seen
        self._buffer = bytearray()
        self._upgraded = False
        source = f"127.0.1.{1 + number % ADDRESSES}"
        self.socket = socket.create_connection(("127.0.0.1", process.port), 30, (source, 0))
        head = PLAIN_GET if self._kind == "sse" else HANDSHAKE
        self.socket.sendall(head.format(path=system.stream.format(uuid=uuid)).encode())
        self.socket.setblocking(False)

    def read(self) -> None:
        """Read the available data and handle its events."""
        try:
            data = self.socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.closed = True
            return
        self._buffer += data
        if not self._upgraded:
            self._read_response_head()
        if self._upgraded:
            self._handle_events() if self._kind == "sse" else self._handle_frames()

    def _read_response_head(self) -> None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        status = bytes(self._buffer[:13])
        if b" 101" not in status and b" 200" not in status:
            raise RuntimeError(f"The server rejected a viewer: {bytes(self._buffer[:300])!r}")
        del self._buffer[: end + 4]
        self._upgraded = True
        self.joined = self._kind != "socketio"

    def _handle_events(self) -> None:
        while (end := self._buffer.find(b"\n\n")) >= 0:
            self._event(bytes(self._buffer[:end]))
            del self._buffer[: end + 2]

    def _handle_frames(self) -> None:
        at, buffer = 0, self._buffer
        while len(buffer) - at >= 2:
            length, begin = buffer[at + 1], at + 2
            if length > 125:
                width = 2 if length == 126 else 8
                begin += width
                if len(buffer) < begin:
                    break
                length = int.from_bytes(buffer[begin - width : begin], "big")
            if len(buffer) < begin + length:
                break
            kind, at = buffer[at] & 0x0F, begin + length
            if kind == 1:
                self._handle_text(bytes(buffer[begin:at]))
            elif kind == 8:
                self.closed = True
        del buffer[:at]

    def _handle_text(self, text: bytes) -> None:
        if self._kind == "websocket" or text.startswith(b'42["request"'):
            self._event(text)
        elif text == b"2":
            self.write(b"3")
        elif text.startswith(b"0"):
            self.write(b"40" + json.dumps({"uuid": self.uuid}).encode())
        elif text.startswith(b"40") and self._join:
            self.write(b"420" + json.dumps([self._join, {"uuid": self.uuid}]).encode())
        elif text.startswith((b'42["joined"', b"430[")):
            self.joined = True

    def _event(self, text: bytes) -> None:
        self._seen(self, text)

    def write(self, text: bytes) -> None:
        """Send a text frame, masked with zeros, which RFC 6455 allows."""
        if len(text) > 125:
            raise ValueError("The text does not fit into a short frame.")
        self.socket.send(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)


class Crowd:
    """All viewers of a scenario."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._viewers: dict[int, Viewer] = {}

    def __len__(self) -> int:
        return len(self._viewers)

    def connect(
        self, process: Process, uuids: list[str], seen: Seen, batch: int = 200
    ) -> list[Viewer]:
        """Connect a viewer for each UUID, `batch` at a time, and wait until all have joined."""
        connected: list[Viewer] = []
        for begin in range(0, len(uuids), batch):
            some = [
                Viewer(process, uuid, begin + n, seen)
                for n, uuid in enumerate(uuids[begin : begin + batch])
            ]
            for viewer in some:
                self._viewers[viewer.socket.fileno()] = viewer
                self._epoll.register(viewer.socket.fileno(), select.EPOLLIN)
            self.read_until(lambda some=some: all(viewer.joined for viewer in some), 120)
            connected += some
        return connected

    def ignore(self, viewer: Viewer) -> None:
        """Stop reading from a viewer, and keep its connection open."""
        self._epoll.unregister(viewer.socket.fileno())

    def read(self, seconds: float) -> None:
        """Read once, and wait at most `seconds` for data."""
        if 0 < seconds < 0.001:  # epoll alone would round this up to a millisecond
            select.select([self._epoll], [], [], seconds)
            seconds = 0
        for number, _ in self._epoll.poll(seconds, 1024):
            viewer = self._viewers[number]
            viewer.read()
            if viewer.closed:
                self._epoll.unregister(number)
                del self._viewers[number]
                viewer.socket.close()

    def read_until(self, condition: Callable[[], object], seconds: float) -> None:
        """Read until the condition is true. Raise TimeoutError after `seconds`."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("The viewers did not receive all events in time.")
            self.read(0.05)

    def drop(self) -> None:
        """Reset all connections at the same time."""
        for viewer in self._viewers.values():
            viewer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        for viewer in self._viewers.values():
            viewer.socket.close()
        self._viewers.clear()


def pin_to_core(core: int) -> None:
    """Keep this process on one core."""
    os.sched_setaffinity(0, {core})
