"""Viewers that start with long-polling: one keeps polling, the other upgrades to WebSocket."""

from __future__ import annotations

import json
import socket
from collections import deque
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import websocket

from tests.support.contract.stream import Conversation
from tests.support.patience import PATIENCE_SECONDS
from tests.support.viewers import Frames, PacketViewer, connect

SEPARATOR = "\x1e"


class PollingViewer(PacketViewer):
    """A viewer that uses Engine.IO's HTTP long-polling, with one request at a time."""

    def __init__(self, url: str, auth: Any = None, source: str = "127.0.0.1") -> None:
        at = urlsplit(url)
        self._http = HTTPConnection(
            at.hostname or "", at.port, timeout=PATIENCE_SECONDS, source_address=(source, 0)
        )
        self._path = at.path + "/socket.io/?EIO=4&transport=polling"
        self._received: deque[str] = deque()
        self._contract = Conversation()
        self.sid = ""
        self._poll()
        self.open = json.loads(self._received.popleft()[1:])
        self._path += "&sid=" + self.open["sid"]
        self.write("40" + (json.dumps(auth) if auth is not None else ""))

    def _write(self, packet: str) -> None:
        self._ask("POST", packet)

    def read(self) -> str:
        while not self._received:
            self._poll()
        return self._received.popleft()

    def _poll(self) -> None:
        self._received.extend(self._ask("GET").split(SEPARATOR))

    def _ask(self, method: str, body: str | None = None) -> str:
        try:
            self._http.request(method, self._path, body and body.encode())
            response = self._http.getresponse()
            text = response.read().decode()
        except HTTPException as error:
            raise OSError(f"the server closed the connection: {error}") from error
        if response.status != 200:
            raise OSError(f"status {response.status}: {text}")
        return text

    def wait_seconds(self, seconds: float) -> None:
        self._http.timeout = seconds
        if self._http.sock:
            self._http.sock.settimeout(seconds)

    def end(self) -> None:
        if self._http.sock:
            self._http.sock.shutdown(socket.SHUT_RDWR)

    def __exit__(self, *_: object) -> None:
        self._http.close()


class UpgradingViewer(PollingViewer):
    """Upgrades to WebSocket at its first captured request, as `io()` does after connecting."""

    def __init__(self, url: str, auth: Any = None, source: str = "127.0.0.1") -> None:
        self._upgraded = False
        self._url, self._source = url, source
        super().__init__(url, auth, source)

    def _write(self, packet: str) -> None:
        if self._upgraded:
            self._socket.send(packet)
        else:
            super()._write(packet)

    def read(self) -> str:
        if self._upgraded and not self._received:
            return self._frames.text()
        packet = super().read()
        if packet.startswith('42["request"') and not self._upgraded:
            self._upgrade()
        return packet

    def _upgrade(self) -> None:
        path = self._path.replace("polling", "websocket")
        address = f"ws://{urlsplit(self._url).netloc}{path}"
        self._socket = websocket.create_connection(
            address, timeout=PATIENCE_SECONDS, socket=connect(self._url, self._source)
        )
        self._frames = Frames(self._socket.sock)
        self._socket.send("2probe")
        assert self._frames.text() == "3probe"
        self._poll()  # receives the packets that the server sent before the upgrade
        self._socket.send("5")
        self._upgraded = True

    def end(self) -> None:
        if self._upgraded:
            self._socket.sock.shutdown(socket.SHUT_RDWR)
        super().end()

    def __exit__(self, *_: object) -> None:
        if self._upgraded:
            self._socket.shutdown()
        super().__exit__()
