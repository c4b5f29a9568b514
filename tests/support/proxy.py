"""TCP relays that drop data: messages to subscribers, WebSocket handshakes, or everything."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TypeVar

Kind = TypeVar("Kind", bound="Relay")


class Relay(ABC):
    """Relays connections to an address; `_pass_on` decides which data passes."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._target = address
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []

    @property
    def authority(self) -> str:
        """The address that it listens on."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    @abstractmethod
    def _pass_on(self, data: bytes, sink: socket.socket, client: socket.socket) -> None:
        """Handle data for one end of the connection that `client` opened."""

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(self._target)
                except ConnectionRefusedError:
                    client.close()
                    continue
                self._sockets += [client, server]
                for ends in ((client, server, client), (server, client, client)):
                    threading.Thread(target=self._relay, args=ends, daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._pass_on(data, sink, client)
            sink.shutdown(socket.SHUT_RDWR)

    def __enter__(self: Kind) -> Kind:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for sock in (self._listener, *self._sockets):
            sock.close()


class DeafeningProxy(Relay):
    """Relays to `port`; `deafen` drops all further messages to the current subscribers."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port))
        self.url = f"redis://{self.authority}/0"
        self._subscribers: set[socket.socket] = set()
        self._deaf: set[socket.socket] = set()
        self._pace = 0.0

    def slow_down(self, bytes_a_second: int) -> None:
        """Limit the rate of messages to subscribers."""
        self._pace = 1 / bytes_a_second

    def deafen(self) -> None:
        self._deaf |= self._subscribers

    def _pass_on(self, data: bytes, sink: socket.socket, client: socket.socket) -> None:
        if sink is not client and b"\r\nSUBSCRIBE\r\n" in data:
            self._subscribers.add(client)
        if sink is client and client in self._subscribers:
            threading.Event().wait(len(data) * self._pace)
        if not (sink is client and client in self._deaf):
            sink.sendall(data)


class SwallowingProxy(Relay):
    """Relays to a server; requests for an upgrade are dropped and get no response."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address)
        self.url = f"http://{self.authority}"
        self.swallowed = 0

    def _pass_on(self, data: bytes, sink: socket.socket, client: socket.socket) -> None:
        if b"\r\nupgrade: websocket" in data.lower():
            self.swallowed += 1
        else:
            sink.sendall(data)


class LosingProxy(Relay):
    """Relays to a server; `lose` drops all data and closes nothing, as a lost network does."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address)
        self.url = f"http://{self.authority}"
        self._is_lost = False
        self._dead: set[socket.socket] = set()

    def lose(self) -> None:
        """Drop all data, also of connections that are opened before `restore`."""
        self._is_lost = True

    def restore(self) -> None:
        """Relay new connections. Those that were open before stay dead."""
        self._dead.update(self._sockets)
        self._is_lost = False

    def _pass_on(self, data: bytes, sink: socket.socket, client: socket.socket) -> None:
        if not (self._is_lost or client in self._dead):
            sink.sendall(data)


class SwitchingProxy(Relay):
    """Relays to one Redis, until `point_to` names another, as a DNS name or a virtual IP does."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port))
        self.url = f"redis://{self.authority}/0"

    def point_to(self, port: int, close: bool = True) -> None:
        """Send new connections to this port, and close the existing ones if `close`."""
        self._target = ("127.0.0.1", port)
        ended, self._sockets = self._sockets if close else [], [] if close else self._sockets
        for sock in ended:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _pass_on(self, data: bytes, sink: socket.socket, client: socket.socket) -> None:
        sink.sendall(data)
