"""A target for forwarded requests: records the raw bytes of each request on kept connections."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.support.patience import PATIENCE_SECONDS
from tests.support.receiver import OK

Respond = Callable[[bytes], bytes]
"""Returns the bytes of the response to a request; empty to close the connection."""


def ok(request: bytes) -> bytes:
    """Return a response with status 200, with a body unless the method is HEAD."""
    return OK.removesuffix(b"ok") if request.startswith(b"HEAD ") else OK


class Endpoint:
    """Accepts requests with a `Content-Length`, or without a body, on any number of connections."""

    def __init__(
        self, respond: Respond = ok, port: int = 0, certificate: Path | None = None
    ) -> None:
        """With a `certificate` for localhost, it serves https."""
        self._respond = respond
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if certificate else None
        if self._tls and certificate:
            self._tls.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", port), backlog=100)
        self.port = int(self._listener.getsockname()[1])
        self.authority = f"127.0.0.1:{self.port}"
        self.url = f"https://localhost:{self.port}" if certificate else f"http://{self.authority}"
        self._received: queue.Queue[bytes] = queue.Queue()
        self._sockets: list[socket.socket] = []

    def received(self, timeout: float = PATIENCE_SECONDS) -> bytes:
        """Return the raw bytes of the next request."""
        return self._received.get(timeout=timeout)

    @property
    def waiting(self) -> int:
        """The number of requests received and not read yet."""
        return self._received.qsize()

    @property
    def connections(self) -> int:
        """The number of connections accepted so far."""
        return len(self._sockets)

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                sock, _ = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets.append(sock)
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        data = bytearray()
        with suppress(OSError):
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._sockets.append(sock)
            while request := self._request(sock, data):
                self._received.put(request)
                response = self._respond(request)
                if not response:
                    break
                sock.sendall(response)
        sock.close()

    def _request(self, sock: socket.socket, data: bytearray) -> bytes:
        """Return the next request; empty when the connection ends."""
        while (end := data.find(b"\r\n\r\n")) < 0:
            if not self._more(sock, data):
                return b""
        end += 4
        for line in bytes(data[:end]).lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                end += int(line.partition(b":")[2])
        while len(data) < end:
            if not self._more(sock, data):
                return b""
        request = bytes(data[:end])
        del data[:end]
        return request

    def _more(self, sock: socket.socket, data: bytearray) -> bool:
        received = sock.recv(262_144)
        data += received
        return bool(received)

    def __enter__(self) -> Endpoint:
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def end(self) -> None:
        """Stop listening and close all connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE_SECONDS)
        self._listener.close()
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def __exit__(self, *_: object) -> None:
        self.end()
