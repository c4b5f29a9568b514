"""What the API responds with while the queue is unavailable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from webhook_logger.delivery import QueueUnavailable
from webhook_logger.errors import Refusal


@contextmanager
def queue() -> Iterator[None]:
    """A block that needs it: without it, 503."""
    try:
        yield
    except QueueUnavailable as error:
        raise Refusal(error.reason, str(error), error.seconds) from error
