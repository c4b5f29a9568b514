"""Viewers: one on a real Socket.IO client, and one that reads packets in the order they come."""

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

TEXT_FRAME = 0x81  # whole, and not compressed

Wire = dict[str, Any]


class _InOrder(engineio.Client):  # type: ignore[misc]  # it has no types
    """Handles each message in the thread that reads.

    Engine.IO's client starts a thread for each message, so that one event overtakes another.
    """

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        if target is self.handlers.get("message"):
            return target(*args)
        return super().start_background_task(target, *args, **kwargs)


class _OrderedClient(socketio.Client):  # type: ignore[misc]  # it has no types
    def _engineio_client_class(self) -> type[engineio.Client]:
        return _InOrder


class Viewer:
    """python-socketio's own client, which receives events in the order of the server."""

    def __init__(self, url: str, **auth: Any) -> None:
        self._client = socketio.SimpleClient(reconnection=False)
        self._client.client_class = _OrderedClient
        self._client.connect(
            url, auth=auth or None, transports=["websocket"], wait_timeout=PATIENCE_SECONDS
        )
        stream.check_connected(auth or None, {"sid": self._client.sid})

    def event(self, name: str, timeout: float = PATIENCE_SECONDS) -> Wire:
        """The payload of the next event, asides aside, which must have that name."""
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
    """A connection to the server at `url` from an address of this machine."""
    at = urlsplit(url)
    sock = socket.create_connection((at.hostname, at.port), PATIENCE_SECONDS, (source, 0))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


class Frames:
    """Reads a server's WebSocket frames (RFC 6455, section 5.2), text alone; many and fast."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._buffer = bytearray()

    def text(self) -> str:
        """The next frame's text; raises `OSError` where there is none to come."""
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
            raise ConnectionError(f"a frame that begins with {first:#x}")
        return payload.decode()

    def _need(self, count: int) -> None:
        while len(self._buffer) < count:
            received = self._socket.recv(262_144)
            if not received:
                raise ConnectionError("the server has closed")
            self._buffer += received


class PacketViewer:
    """Socket.IO's protocol by hand, over one WebSocket: sees every packet in its order, and holds
    each to docs/asyncapi.yaml.
    """

    def __init__(self, url: str, auth: Any = None, source: str = "127.0.0.1") -> None:
        address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self._socket = websocket.create_connection(
            address, timeout=PATIENCE_SECONDS, socket=connect(url, source)
        )
        self._frames = Frames(self._socket.sock)
        opened = self.read()
        assert opened[0] == "0", opened
        self.open = json.loads(opened[1:])
        self._contract = stream.Conversation()
        self.sid = ""
        """Its Socket.IO id, once it is connected."""
        self.write("40" + (json.dumps(auth) if auth is not None else ""))

    def write(self, packet: str | bytes) -> None:
        """Send a packet; bytes as a binary frame."""
        self._contract.said(packet)
        self._write(packet)

    def _write(self, packet: str | bytes) -> None:
        send = self._socket.send_binary if isinstance(packet, bytes) else self._socket.send
        send(packet)

    def write_raw(self, data: bytes) -> None:
        """Send bytes below WebSocket, such as many frames at once."""
        self._socket.sock.sendall(data)

    def read(self) -> str:
        """The next packet as it comes."""
        return self._frames.text()

    def packet(self) -> tuple[str, Any]:
        """The next packet as its type and data, pings responded to on the way."""
        while (received := self.read()) == "2":
            self.write("3")
        digits, data = stream.parsed(received)
        self._contract.heard(digits, data)
        if digits == "40":
            self.sid = data["sid"]
        return digits, data

    def events(self, count: int, aside: tuple[str, ...] = ASIDES) -> list[tuple[str, Wire]]:
        """The next events but asides, each a name and a payload."""
        received = []
        while len(received) < count:
            kind, data = self.packet()
            if kind == "42" and data[0] not in aside:
                received.append((data[0], data[1]))
        return received

    def event(self, name: str) -> Wire:
        """The payload of the next event of that name, past all others."""
        while True:
            [(received, payload)] = self.events(1, aside=())
            if received == name:
                return payload

    def wait_seconds(self, seconds: float) -> None:
        """Wait at most this long for the server from now on."""
        self._socket.settimeout(seconds)

    def requests(self, count: int) -> list[Wire]:
        """The next captured requests, past all other events."""
        received: list[Wire] = []
        while len(received) < count:
            received += [payload for name, payload in self.events(1) if name == "request"]
        return received

    def end(self) -> None:
        """End the connection, from another thread than the one that reads."""
        self._socket.sock.shutdown(socket.SHUT_RDWR)

    def cut_off(self) -> None:
        """Go without a word, as a lost connection does."""
        reset(self._socket.sock)

    def __enter__(self) -> PacketViewer:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # the server may be gone before
            self._socket.close()
