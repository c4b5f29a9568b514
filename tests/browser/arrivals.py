"""Sends requests for a page to show, over one persistent connection."""

from __future__ import annotations

import time

from tests.support.processes import Server
from tests.support.sender import Sender

BODY = b'{"event": "order.paid", "total": 12.50, "items": [1, 2, 3]}'


def arrive(server: Server, path: str, count: int, per_second: float = float("inf")) -> None:
    """Send `count` requests; `{}` in `path` is replaced by the number of the request, from 1."""
    start = time.monotonic()
    with Sender(server.address) as sender:
        for number in range(count):
            time.sleep(max(0, start + number / per_second - time.monotonic()))
            head = f"POST {path.format(number + 1)} HTTP/1.1\r\nHost: test\r\n"
            fields = f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
            sender.send((head + fields).encode() + BODY)
            assert sender.response().status == 200
