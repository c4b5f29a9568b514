"""Refused requests leave a trace: a metric by reason, and a report to the callback's viewers."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from webhook_logger.callbacks import UUID_PATTERN
from webhook_logger.delivery import Delivery
from webhook_logger.errors import Reason
from webhook_logger.metrics import Metrics

_MAX_BEGIN = 512
"""Characters of a request line that are searched for a UUID."""

# A sender that writes its target wrongly still names a callback: `//<uuid>`, `/<uuid>%20`,
# `/<uuid>orders`, `/x/<uuid>`, `<uuid>` without a slash.
_CALLBACK = re.compile(rf"[^?#]*?({UUID_PATTERN})")


class Refusals:
    """Every part of the server reports the requests that it refuses here."""

    def __init__(self, delivery: Delivery, metrics: Metrics, prefix: str) -> None:
        self._delivery = delivery
        self._metrics = metrics
        # Paths of these can contain a UUID, too, but no sender meant a callback.
        self._others = re.compile(
            rf"(?:\S+[ \t]+)?(?:(?i:https?)://[^/?#\s]*)?{re.escape(prefix)}"
            r"/(?:api|docs|socket\.io|static|view)/"
        )

    def count(self, reason: Reason) -> None:
        """Count a refused request without a report to viewers."""
        self._metrics.requests_refused[reason] += 1

    def of_callback(self, uuid: str, reason: Reason) -> None:
        """Count a refused request of a callback, and report it to the callback's viewers."""
        self.count(reason)
        self._delivery.refused(uuid, reason)

    def of_line(self, line: str, reason: Reason) -> None:
        """Count a refused request. Report it where its request line or target names a callback."""
        begin = unquote_to_bytes(line[:_MAX_BEGIN].encode("latin-1")).decode("latin-1")
        named = None if self._others.match(begin) else _CALLBACK.match(begin)
        if named:
            self.of_callback(named[1].lower(), reason)
        else:
            self.count(reason)
