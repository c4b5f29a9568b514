"""A worker asks the next Sentinel if one of them responds with anything else than a master."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from webhook_logger.delivery import QueueAddress
from webhook_logger.delivery.redis.sentinel import Sentinels

MASTER = b"*2\r\n$8\r\n10.0.0.1\r\n$4\r\n6379\r\n"
DETAILS = b"*2\r\n$12\r\nconfig-epoch\r\n$1\r\n3\r\n"


@contextmanager
def responding(response: bytes) -> Iterator[int]:
    """Send this response to each client, and yield the port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1000)
            self.request.sendall(response)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b":1\r\n:1\r\n",
        b"*1\r\n$1\r\nx\r\n*0\r\n",
        b"*2\r\n$1\r\nx\r\n$1\r\nx\r\n" + DETAILS,
        MASTER + b"*1\r\n$12\r\nconfig-epoch\r\n",
        MASTER + b"*0\r\n",
        b"-ERR unknown command\r\n",
        b"",
    ],
)
def test_another_service_is_skipped(response: bytes) -> None:
    with responding(response) as other, responding(MASTER + DETAILS) as sentinel:
        url = f"redis+sentinel://127.0.0.1:{other},127.0.0.1:{sentinel}/queue"
        assert Sentinels(QueueAddress.parse(url)).find_master() == ("10.0.0.1", 6379)
