"""A receiver on raw sockets: records requests as bytes and responds with any bytes."""

from __future__ import annotations

import queue
import socket
import threading
from contextlib import suppress

from tests.support.patience import PATIENCE_SECONDS

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
DRIP_SECONDS = 0.05


class Receiver:
    """Reads one request per connection and sends `response`; none if it is empty."""

    def __init__(self, response: bytes = OK) -> None:
        self._response = response
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.authority = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = f"http://{self.authority}"
        self._received: queue.Queue[bytes] = queue.Queue()
        self._sockets: list[socket.socket] = []

    def received(self) -> bytes:
        """Return the raw bytes of the next request."""
        return self._received.get(timeout=PATIENCE_SECONDS)

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                sock, _ = self._listener.accept()
                self._sockets.append(sock)
                with suppress(OSError):  # this connection was reset
                    self._receive(sock)

    def _receive(self, sock: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            received = sock.recv(65536)
            if not received:
                return  # closed without a request
            data += received
        head, _, body = data.partition(b"\r\n\r\n")
        size = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                size = int(line.partition(b":")[2])
        while len(body) < size:
            received = sock.recv(65536)
            if not received:
                return  # closed before the end of the body
            body += received
        self._received.put(head + b"\r\n\r\n" + body)
        self._reply(sock)

    def _reply(self, sock: socket.socket) -> None:
        if self._response:
            sock.sendall(self._response)
            sock.shutdown(socket.SHUT_WR)

    def __enter__(self) -> Receiver:
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE_SECONDS)
        for sock in (self._listener, *self._sockets):
            sock.close()


class Dripping(Receiver):
    """Sends the start of a response, then single bytes at intervals until the client closes."""

    def _reply(self, sock: socket.socket) -> None:
        with suppress(OSError):
            sock.sendall(self._response)
            sock.settimeout(DRIP_SECONDS)
            while True:
                sock.sendall(b"2")
                with suppress(TimeoutError):
                    if not sock.recv(1):
                        return
