"""Viewers: one uses a real Socket.IO client, the other reads the packets itself, in order."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import engineio
import socketio
import websocket

from tests.support.contract import stream
from tests.support.patience import PATIENCE_SECONDS
from tests.support.sender import reset

# Events that may come between any others.
ASIDES = ("viewers", "status", "refused", "responded", "reply")

TEXT_FRAME = 0x81  # FIN is set; not compressed

Wire = dict[str, Any]


class _InOrder(engineio.Client):  # type: ignore[misc]  # it has no types
    """Handles each message in the thread that reads it.

    Engine.IO's client starts a thread for each message, so that events can change their order.
    """

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        if target is self.handlers.get("message"):
            return target(*args)
        return super().start_background_task(target, *args, **kwargs)


class OrderedClient(socketio.Client):  # type: ignore[misc]  # it has no types
    """A python-socketio client whose handlers run in the order of the events."""

    def _engineio_client_class(self) -> type[engineio.Client]:
        return _InOrder


class Viewer:
    """A viewer that uses python-socketio's client, and receives events in the server's order."""

    def __init__(self, url: str, **auth: Any) -> None:
        self._client = socketio.SimpleClient(reconnection=False)
        self._client.client_class = OrderedClient
        self._client.connect(
            url, auth=auth or None, transports=["websocket"], wait_timeout=PATIENCE_SECONDS
        )
        stream.check_connected(auth or None, {"sid": self._client.sid})

    def event(self, name: str, timeout: float = PATIENCE_SECONDS) -> Wire:
        """Return the payload of the next event, which must have that name, skipping `ASIDES`."""
        while True:
            received, *payload = self._client.receive(timeout=timeout)
            stream.check_event(received, *payload)
            if received == name:
                return dict(payload[0])
            assert received in ASIDES, (received, payload)

    def call(self, name: str, payload: Any) -> Any:
        response = self._client.call(name, payload, timeout=PATIENCE_SECONDS)
        stream.check_acknowledgement(name, payload, response)
        return response

    def __enter__(self) -> Viewer:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()


def connect(url: str, source: str) -> socket.socket:
    """Connect to the server at `url` from the local address `source`."""
    at = urlsplit(url)
    sock = socket.create_connection((at.hostname, at.port), PATIENCE_SECONDS, (source, 0))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


class Frames:
    """A fast reader of a server's WebSocket text frames (RFC 6455, section 5.2)."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._buffer = bytearray()

    def text(self) -> str:
        """Return the text of the next frame. Raise `OSError` when the connection ends."""
        self._need(2)
        first, length = self._buffer[0], self._buffer[1]
        begin = {126: 4, 127: 10}.get(length, 2)
        if begin > 2:
            self._need(begin)
            length = int.from_bytes(self._buffer[2:begin], "big")
        self._need(begin + length)
        payload = self._buffer[begin : begin + length]
        del self._buffer[: begin + length]
        if first != TEXT_FRAME:
            raise ConnectionError(f"not a text frame: it starts with {first:#x}")
        return payload.decode()

    def _need(self, count: int) -> None:
        while len(self._buffer) < count:
            received = self._socket.recv(262_144)
            if not received:
                raise ConnectionError("the server closed the connection")
            self._buffer += received


class PacketViewer:
    """Speaks Socket.IO over one WebSocket without a library.

    Returns every packet in order, after checking it against docs/asyncapi.yaml.
    """

    def __init__(
        self, url: str, auth: Any = None, source: str = "127.0.0.1", host: str | None = None
    ) -> None:
        """`host` is the value of `Host`, that of `url` by default."""
        address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self._socket = websocket.create_connection(
            address, timeout=PATIENCE_SECONDS, socket=connect(url, source), host=host
        )
        self._frames = Frames(self._socket.sock)
        opened = self.read()
        assert opened[0] == "0", opened
        self.open = json.loads(opened[1:])
        self._contract = stream.Conversation()
        self.sid = ""
        """The Socket.IO id, after the viewer has connected."""
        self.write("40" + (json.dumps(auth) if auth is not None else ""))

    def write(self, packet: str | bytes) -> None:
        """Send a packet: text as a text frame, bytes as a binary frame."""
        self._contract.record_sent(packet)
        self._write(packet)

    def _write(self, packet: str | bytes) -> None:
        send = self._socket.send_binary if isinstance(packet, bytes) else self._socket.send
        send(packet)

    def write_raw(self, data: bytes) -> None:
        """Send bytes to the socket, such as several frames at once."""
        self._socket.sock.sendall(data)

    def read(self) -> str:
        """Return the next raw packet."""
        return self._frames.text()

    def packet(self) -> tuple[str, Any]:
        """Return the type and data of the next packet, and respond to pings."""
        while (received := self.read()) == "2":
            self.write("3")
        digits, data = stream.parsed(received)
        self._contract.check_received(digits, data)
        if digits == "40":
            self.sid = data["sid"]
        return digits, data

    def events(self, count: int, aside: tuple[str, ...] = ASIDES) -> list[tuple[str, Wire]]:
        """Return the name and payload of each of the next events, skipping those in `aside`."""
        received = []
        while len(received) < count:
            kind, data = self.packet()
            if kind == "42" and data[0] not in aside:
                received.append((data[0], data[1]))
        return received

    def event(self, name: str) -> Wire:
        """Return the payload of the next event of that name, skipping all others."""
        while True:
            [(received, payload)] = self.events(1, aside=())
            if received == name:
                return payload

    def wait_seconds(self, seconds: float) -> None:
        """Set the socket timeout."""
        self._socket.settimeout(seconds)

    def shrink_buffer(self) -> None:
        """Limit the bytes that the kernel buffers for this viewer while it does not read."""
        self._socket.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)

    def requests(self, count: int) -> list[Wire]:
        """Return the next captured requests, skipping all other events."""
        received: list[Wire] = []
        while len(received) < count:
            received += [payload for name, payload in self.events(1) if name == "request"]
        return received

    def end(self) -> None:
        """Shut the connection down; another thread may be reading from it."""
        self._socket.sock.shutdown(socket.SHUT_RDWR)

    def cut_off(self) -> None:
        """Reset the connection, as a network failure does."""
        reset(self._socket.sock)

    def __enter__(self) -> PacketViewer:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # the server may have closed first
            self._socket.close()
