"""A response must be complete before its deadline."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from webhook_logger.client.errors import TooSlow
from webhook_logger.client.http import Http

PAUSE_SECONDS = 0.05


@contextmanager
def dripping(start: bytes, rest: bytes) -> Iterator[str]:
    """Start a server that sends `start` and then repeats `rest`; yield its URL."""
    over = threading.Event()

    def serve() -> None:
        sock, _ = listener.accept()
        with sock, suppress(OSError):
            sock.recv(65_536)
            sock.sendall(start)
            while rest and not over.wait(PAUSE_SECONDS):
                sock.sendall(rest)
            over.wait()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize(
    ("start", "rest"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
    ],
    ids=["head", "interim responses", "body"],
)
def test_a_response_that_arrives_byte_by_byte_times_out(start: bytes, rest: bytes) -> None:
    with dripping(start, rest) as url, Http(timeout=0.5) as http, pytest.raises(TooSlow):
        http.send("POST", url)


def test_a_receiver_that_does_not_read_times_out() -> None:
    with dripping(b"", b"") as url, Http(timeout=0.5) as http, pytest.raises(TooSlow):
        http.send("POST", url, body=bytes(16 * 2**20))


def test_each_request_has_its_own_deadline() -> None:
    with Http(timeout=0.2) as http:
        for _ in range(2):
            with dripping(b"", b"") as url, pytest.raises(TooSlow):
                http.send("POST", url)
