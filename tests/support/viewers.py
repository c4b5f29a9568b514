"""Viewers: one on a real Socket.IO client, and one that reads packets in the order they come."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import socketio
import websocket

from tests.support.sender import reset

WAIT_SECONDS = 10

# Events that may come between any others.
ASIDES = ("viewers", "status", "refused")

Wire = dict[str, Any]


class Viewer:
    """python-socketio's own client. It may mix up the order of events: wait for one at a time."""

    def __init__(self, url: str, **auth: Any) -> None:
        self._client = socketio.SimpleClient(reconnection=False)
        self._client.connect(url, auth=auth or None, transports=["websocket"])

    def event(self, name: str, timeout: float = WAIT_SECONDS) -> Wire:
        """The payload of the next event, asides aside, which must have that name."""
        while True:
            received, *payload = self._client.receive(timeout=timeout)
            if received == name:
                return dict(payload[0])
            assert received in ASIDES, (received, payload)

    def call(self, name: str, payload: Any) -> Any:
        return self._client.call(name, payload, timeout=WAIT_SECONDS)

    def __enter__(self) -> Viewer:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()


class PacketViewer:
    """Socket.IO's protocol by hand, over one WebSocket: sees every packet in its order."""

    def __init__(self, url: str, auth: Any = None) -> None:
        address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self._socket = websocket.create_connection(address, timeout=WAIT_SECONDS)
        opened = self._socket.recv()
        assert opened[0] == "0", opened
        self.open = json.loads(opened[1:])
        self.sid = ""
        """Its Socket.IO id, once it is connected."""
        self.write("40" + (json.dumps(auth) if auth is not None else ""))

    def write(self, packet: str) -> None:
        self._socket.send(packet)

    def packet(self) -> tuple[str, Any]:
        """The next packet as its type and data, pings answered on the way."""
        while (received := self._socket.recv()) == "2":
            self._socket.send("3")
        digits = received[: len(received) - len(received.lstrip("0123456789"))]
        rest = received[len(digits) :]
        data = json.loads(rest) if rest else None
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
        """Wait so long for a packet from now on."""
        self._socket.settimeout(seconds)

    def requests(self, count: int) -> list[Wire]:
        """The next captured requests, past all other events."""
        received: list[Wire] = []
        while len(received) < count:
            received += [payload for name, payload in self.events(1) if name == "request"]
        return received

    def cut_off(self) -> None:
        """Go without a word, as a lost connection does."""
        reset(self._socket.sock)

    def __enter__(self) -> PacketViewer:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # the server may be gone before
            self._socket.close()
