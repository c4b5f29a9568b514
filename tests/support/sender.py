"""A sender that writes the given bytes to a socket."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPResponse
from io import BytesIO

from tests.support.contract import http
from tests.support.patience import PATIENCE_SECONDS

MAX_KEPT_BYTES = 20_000
"""Maximum bytes of a request that are kept to check its response."""


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    """Names in lower case; lines of the same name are joined by commas."""
    body: bytes


class Sender:
    """One connection to a server."""

    def __init__(self, address: tuple[str, int], source: str = "") -> None:
        self.socket = socket.create_connection(
            address, timeout=PATIENCE_SECONDS, source_address=(source, 0) if source else None
        )
        self._sent = b""
        """The first bytes sent since the last response."""

    def send(self, data: bytes) -> None:
        self._sent += data[: MAX_KEPT_BYTES - len(self._sent)]
        self.socket.sendall(data)

    def close_half(self) -> None:
        """Close the sending direction and keep receiving."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Reset the connection; data in flight is lost."""
        reset(self.socket)

    def response(self, method: str = "GET") -> Response:
        """Return the next response, after checking it against docs/openapi.yaml."""
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
        """Return everything received until the server closes the connection."""
        received = BytesIO()
        while data := self.socket.recv(65536):
            received.write(data)
        return received.getvalue()

    def is_closed(self) -> bool:
        """Wait for data or the end. Return whether the server has closed the connection."""
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
    """Send `data` over a new connection and return one response."""
    with Sender(address) as sender:
        sender.send(data)
        return sender.response(method=data.partition(b" ")[0].decode("latin-1"))


def post(address: tuple[str, int], path: str, body: bytes = b"", *lines: str) -> Response:
    """Send an ordinary POST request."""
    return ask(address, "POST", path, body, *lines)


def ask(
    address: tuple[str, int], method: str, path: str, body: bytes = b"", *lines: str
) -> Response:
    """Send an ordinary request with this method."""
    head = [f"{method} {path} HTTP/1.1", "Host: test", f"Content-Length: {len(body)}", *lines]
    return send(address, "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)
