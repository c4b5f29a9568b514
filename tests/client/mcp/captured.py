"""Captured requests for the tests of the MCP server."""

from __future__ import annotations

from datetime import datetime, timezone

from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.mcp.watching import Received


def received(
    body: bytes = b"", *headers: tuple[str, str], number: int = 1, complete: bool = True
) -> Received:
    """Return a request that arrived."""
    request = CapturedRequest(
        uuid="0",
        id="0",
        received_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        method="POST",
        scheme="http",
        host="a",
        path="/0/x",
        subpath="/x",
        query_string="",
        http_version="1.1",
        remote_addr="192.0.2.1",
        headers=headers,
        body=Body(body if complete else b"", len(body), complete),
        epoch="e",
        seq=number,
    )
    return Received(number, request)
