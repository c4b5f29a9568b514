"""Convert `QueueUnavailable` to a refusal, for the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from webhook_logger.delivery import QueueUnavailable
from webhook_logger.errors import Refusal


@contextmanager
def queue() -> Iterator[None]:
    """Run a block that uses the queue. Raises `Refusal` with 503 if the queue is unavailable."""
    try:
        yield
    except QueueUnavailable as error:
        raise Refusal(error.reason, str(error), error.seconds) from error
