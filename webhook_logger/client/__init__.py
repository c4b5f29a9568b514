"""The client, for tools, test suites and the command line. It does not import the server.

with Inbox("https://hooks.example.com") as inbox:
    create_order(webhook=inbox.url)
    request = inbox.wait(timeout=5, where=lambda r: r.method == "POST")
    assert request.json()["type"] == "order.created"
"""

from __future__ import annotations

from webhook_logger.captured import Body
from webhook_logger.client.aio import AsyncInbox
from webhook_logger.client.errors import (
    ClientError,
    Closed,
    Invalid,
    NothingArrived,
    Rejected,
    TooLarge,
    TooSlow,
    Unreachable,
)
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.received import ReceivedRequest as CapturedRequest
from webhook_logger.client.stream.events import (
    ConnectionStatus,
    Event,
    Gap,
    Recovered,
    Refused,
    Responded,
    Responding,
)

__all__ = [
    "AsyncInbox",
    "Body",
    "CapturedRequest",
    "ClientError",
    "Closed",
    "ConnectionStatus",
    "Event",
    "Gap",
    "Inbox",
    "Invalid",
    "NothingArrived",
    "Recovered",
    "Refused",
    "Rejected",
    "Responded",
    "Responding",
    "TooLarge",
    "TooSlow",
    "Unreachable",
]
