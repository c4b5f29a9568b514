"""Viewers as raw clients, many in one process: they count what they see and miss nothing."""

from __future__ import annotations

import json
import os
import re
import select
import socket
import time
from collections.abc import Callable

from bench.systems import Process

# The senders put it into every body; it stands in an event however that is escaped.
MARK = re.compile(rb"#(\d+)#")
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
PLAIN_GET = "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
READ_BYTES = 256 * 1024
ADDRESSES = 200
"""Viewers come from so many addresses of this machine, so that ports do not run out."""

Seen = Callable[["Viewer", bytes], None]


class Viewer:
    """One connection; `seen` is called with every event that shows a request."""

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

    def readable(self) -> None:
        """Take all that has come."""
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
            self._begin()
        if self._upgraded:
            self._take_events() if self._kind == "sse" else self._take_frames()

    def _begin(self) -> None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        status = bytes(self._buffer[:13])
        if b" 101" not in status and b" 200" not in status:
            raise RuntimeError(f"a viewer is not let in: {bytes(self._buffer[:300])!r}")
        del self._buffer[: end + 4]
        self._upgraded = True
        self.joined = self._kind != "socketio"

    def _take_events(self) -> None:
        while (end := self._buffer.find(b"\n\n")) >= 0:
            self._event(bytes(self._buffer[:end]))
            del self._buffer[: end + 2]

    def _take_frames(self) -> None:
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
                self._text(bytes(buffer[begin:at]))
            elif kind == 8:
                self.closed = True
        del buffer[:at]

    def _text(self, text: bytes) -> None:
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
        """Send a frame; masked with zeros, as RFC 6455 lets a client do it."""
        if len(text) > 125:
            raise ValueError("too long for a short frame")
        self.socket.send(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)


class Crowd:
    """All viewers of a scenario."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._viewers: dict[int, Viewer] = {}

    def __len__(self) -> int:
        return len(self._viewers)

    def enter(
        self, process: Process, uuids: list[str], seen: Seen, at_once: int = 200
    ) -> list[Viewer]:
        """Let one viewer in for each UUID, so many at once; all have joined at the end."""
        entered: list[Viewer] = []
        for begin in range(0, len(uuids), at_once):
            some = [
                Viewer(process, uuid, begin + n, seen)
                for n, uuid in enumerate(uuids[begin : begin + at_once])
            ]
            for viewer in some:
                self._viewers[viewer.socket.fileno()] = viewer
                self._epoll.register(viewer.socket.fileno(), select.EPOLLIN)
            self.read_until(lambda some=some: all(viewer.joined for viewer in some), 120)
            entered += some
        return entered

    def ignore(self, viewer: Viewer) -> None:
        """Read nothing more of it; its connection stays open."""
        self._epoll.unregister(viewer.socket.fileno())

    def read(self, seconds: float) -> None:
        """Read for so long at most, once."""
        for number, _ in self._epoll.poll(seconds, 1024):
            viewer = self._viewers[number]
            viewer.readable()
            if viewer.closed:
                self._epoll.unregister(number)
                del self._viewers[number]
                viewer.socket.close()

    def read_until(self, true: Callable[[], object], seconds: float) -> None:
        """Read until that is true; fails after so many seconds."""
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                raise TimeoutError("viewers did not see in time what they had to")
            self.read(0.05)

    def leave(self) -> None:
        """All at once, with a reset."""
        for viewer in self._viewers.values():
            viewer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        for viewer in self._viewers.values():
            viewer.socket.close()
        self._viewers.clear()


def pin(core: int) -> None:
    """Keep this process on one core."""
    os.sched_setaffinity(0, {core})
