"""Send many pipelined requests over one connection."""

from __future__ import annotations

from tests.support.sender import Sender

AT_ONCE = 100


def flood(address: tuple[str, int], path: str, count: int) -> None:
    """Post `count` requests, a multiple of `AT_ONCE`, with their numbers as bodies; expect 200s."""
    with Sender(address) as sender:
        for first in range(0, count, AT_ONCE):
            sender.send(b"".join(_post(path, number) for number in range(first, first + AT_ONCE)))
            responses = b""
            while responses.count(b"\r\n\r\n") < AT_ONCE:  # they have no bodies
                received = sender.socket.recv(65536)
                assert received, "the server has closed"
                responses += received
            assert responses.count(b"HTTP/1.1 200 OK\r\n") == AT_ONCE


def _post(path: str, number: int) -> bytes:
    body = str(number)
    head = f"POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()
