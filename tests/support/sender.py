"""A sender that writes bytes to a socket, exactly as it is told."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPResponse
from io import BytesIO

from tests.support.contract import http
from tests.support.patience import PATIENCE_SECONDS

MAX_OF_A_REQUEST = 20_000
"""How many of its bytes are looked at to know what was asked."""


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    """Names in lower case, lines of the same name as one list."""
    body: bytes


class Sender:
    """One connection to a server."""

    def __init__(self, address: tuple[str, int], source: str = "") -> None:
        self.socket = socket.create_connection(
            address, timeout=PATIENCE_SECONDS, source_address=(source, 0) if source else None
        )
        self._sent = b""
        """Since the last response, as far as it is looked at."""

    def send(self, data: bytes) -> None:
        self._sent += data[: MAX_OF_A_REQUEST - len(self._sent)]
        self.socket.sendall(data)

    def close_half(self) -> None:
        """Say that nothing more is sent, and still listen."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Go at once, and let the server throw away what is on its way."""
        reset(self.socket)

    def response(self, method: str = "GET") -> Response:
        """The next response, which is as docs/openapi.yaml says."""
        with closing(HTTPResponse(self.socket, method=method)) as response:
            response.begin()
            body = response.read()
        headers: dict[str, str] = {}
        for name, value in response.getheaders():
            before = headers.get(name.lower())
            headers[name.lower()] = value if before is None else f"{before}, {value}"
        http.check(self._sent, response.status, headers, body)
        self._sent = b""
        return Response(response.status, headers, body)

    def rest(self) -> bytes:
        """All that comes until the server closes."""
        received = BytesIO()
        while data := self.socket.recv(65536):
            received.write(data)
        return received.getvalue()

    def is_closed(self) -> bool:
        """Whether the server has closed; fails when it neither closes nor sends."""
        return self.socket.recv(1) == b""

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def reset(connection: socket.socket) -> None:
    """Close with a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def send(address: tuple[str, int], data: bytes) -> Response:
    """Send `data` over a connection of its own, and read one response."""
    with Sender(address) as sender:
        sender.send(data)
        return sender.response(method=data.partition(b" ")[0].decode("latin-1"))


def post(address: tuple[str, int], path: str, body: bytes = b"", *lines: str) -> Response:
    """An ordinary POST."""
    return ask(address, "POST", path, body, *lines)


def ask(
    address: tuple[str, int], method: str, path: str, body: bytes = b"", *lines: str
) -> Response:
    """An ordinary request of that method."""
    head = [f"{method} {path} HTTP/1.1", "Host: test", f"Content-Length: {len(body)}", *lines]
    return send(address, "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)
