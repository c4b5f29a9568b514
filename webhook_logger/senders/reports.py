"""Report to viewers which responses senders received."""

from __future__ import annotations

from datetime import datetime, timezone

import orjson

from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.delivery import Delivery, Receipt, ResponseReport
from webhook_logger.headers import HOP_BY_HOP
from webhook_logger.rates import Rates
from webhook_logger.reply import CallbackResponse

MAX_BODY_BYTES = 16 * 1024
"""Maximum size of a response body that viewers receive. They receive only the size of others."""
MAX_DETAILED_PER_SECOND = 100
"""Maximum responses per callback and worker whose details are reported. Otherwise a large reply to
many small requests could disconnect viewers that read slowly.
"""

_STATUSES_WITHOUT_BODY = (204, 304)


class ResponseReports:
    """Reports the responses that were not known when their requests were published."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._rates = Rates(MAX_DETAILED_PER_SECOND, 1.0)

    def send(
        self, captured: CapturedRequest, receipt: Receipt, response: CallbackResponse, by: str
    ) -> None:
        """Report the response to a request, with its details if a viewer can receive them."""
        # A responder that has just joined on another worker may not be counted yet.
        is_watched = receipt.viewers > 0 or receipt.pending is not None
        is_detailed = is_watched and not self._rates.take(captured.uuid)
        details = details_of(response, captured) if is_detailed else b""
        position = (captured.uuid, receipt.epoch, receipt.seq)
        self._delivery.responded(ResponseReport(*position, response.status, by, details))


def details_of(response: CallbackResponse, captured: CapturedRequest) -> bytes:
    """Return `headers`, `body` and `seconds` of a response as JSON, without the braces.

    The connection adds `Date` and its hop-by-hop headers later.
    """
    has_no_body = response.status in _STATUSES_WITHOUT_BODY
    without = {*HOP_BY_HOP, "content-length"} if has_no_body else HOP_BY_HOP
    content = b"" if has_no_body or captured.method == "HEAD" else response.body
    size = len(content)
    is_complete = size <= MAX_BODY_BYTES
    seconds = (datetime.now(timezone.utc) - captured.received_at).total_seconds()
    details = {
        "headers": [line for line in response.headers if line[0].lower() not in without],
        "body": Body(content if is_complete else b"", size, is_complete).to_wire(),
        "seconds": round(max(0.0, seconds), 3),
    }
    return orjson.dumps(details)[1:-1]
