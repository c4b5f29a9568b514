"""A WebSocket server that sends scripted Socket.IO packets, valid or not."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from tests.support.patience import eventually
from tests.support.raw_websocket import TEXT

OPEN = '0{"sid":"a","upgrades":[],"pingInterval":10000,"pingTimeout":5000,"maxPayload":1000000}'
CONNECTED = '40{"sid":"b"}'
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


def event(name: str, *payload: Any) -> str:
    return "42" + json.dumps([name, *payload])


def joined(seq: int, missed: int | None = 0) -> str:
    return event("joined", {"epoch": "e", "seq": seq, "missed": missed, "viewers": 1})


class Received(NamedTuple):
    """A step that waits until the client has sent this number of packets on the connection."""

    packets: int


Step = str | bytes | Callable[[], object] | Received


class PacketServer:
    """Sends one script on each connection, in turn, and the last one on all further connections.

    Text is sent as a packet in a frame, bytes without a frame, and functions are called. `Received`
    waits. Each connection stays open until the client closes it.
    """

    def __init__(self, *scripts: list[Step]) -> None:
        self._scripts = list(scripts)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.received: list[list[str]] = []
        """The packets that the client sent on each connection."""
        self.closed = 0
        """The number of connections that the client has closed."""
        self._threads: list[threading.Thread] = []

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
                thread = threading.Thread(target=self._serve, args=(sock, script), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket, script: list[Step]) -> None:
        packets: list[str] = []
        self.received.append(packets)
        with sock, suppress(OSError):
            sock.sendall(_handshake(_head(sock)))
            sender = threading.Thread(target=_send, args=(sock, script, packets), daemon=True)
            sender.start()
            with suppress(OSError):
                _receive(sock, packets)
            self.closed += 1
            sender.join()

    def __enter__(self) -> PacketServer:
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()


def _send(sock: socket.socket, script: list[Step], packets: list[str]) -> None:
    with suppress(OSError):  # the client closed the connection
        for step in script:
            if isinstance(step, Received):
                eventually(lambda wanted=step.packets: len(packets) >= wanted)
            elif callable(step):
                step()
            else:
                sock.sendall(step if isinstance(step, bytes) else _frame(step))


def _receive(sock: socket.socket, packets: list[str]) -> None:
    """Append the text frames of the client, which have a mask (RFC 6455, section 5.2)."""
    with sock.makefile("rb") as file:
        while head := file.read(2):
            size = head[1] & 0x7F
            if size > 125:
                size = int.from_bytes(file.read(2 if size == 126 else 8), "big")
            mask, data = file.read(4), file.read(size)
            if head[0] & 0x0F == TEXT:
                packets.append(
                    bytes(byte ^ mask[place % 4] for place, byte in enumerate(data)).decode()
                )


def _head(sock: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        received = sock.recv(65536)
        if not received:
            raise ConnectionError("the client closed the connection")
        head += received
    return head


def _handshake(head: bytes) -> bytes:
    [key] = [line[19:] for line in head.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key: ")]
    accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
    lines = (b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade")
    return b"\r\n".join((*lines, b"Sec-WebSocket-Accept: " + accept, b"", b""))


def _frame(packet: str) -> bytes:
    data = packet.encode()
    return b"\x81\x7f" + len(data).to_bytes(8, "big") + data  # RFC 6455, section 5.2
