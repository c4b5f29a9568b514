"""What of a target's response can be the callback's reply: status, body, and most header lines."""

from __future__ import annotations

from webhook_logger.client.http import Answer
from webhook_logger.client.relay.relayed import OF_THE_CONNECTION, Headers, named_by_connection
from webhook_logger.settable import may_set

OF_ONE_CONNECTION = OF_THE_CONNECTION | {"content-length", "date"}
"""Each server makes its own of these; nobody misses them."""


def reply_headers(answer: Answer) -> tuple[Headers, list[str]]:
    """The header lines that can go on, and the names of those that are missed; those of one
    connection are not.
    """
    of_this = OF_ONE_CONNECTION | named_by_connection(answer.headers)
    lines = [line for line in answer.headers if line[0].lower() not in of_this]
    kept = tuple(line for line in lines if may_set(line[0]))
    return kept, [name for name, _ in lines if not may_set(name)]
