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
    """Where every part of the server reports the requests that it refuses."""

    def __init__(self, delivery: Delivery, metrics: Metrics, prefix: str) -> None:
        self._delivery = delivery
        self._metrics = metrics
        # These name a callback, too, and no sender asks for them.
        self._others = re.compile(
            rf"(?:\S+[ \t]+)?(?:(?i:https?)://[^/?#\s]*)?{re.escape(prefix)}"
            r"/(?:api|docs|socket\.io|static|view)/"
        )

    def count(self, reason: Reason) -> None:
        """Count a refused request that no viewer hears of here."""
        self._metrics.requests_refused[reason] += 1

    def of_callback(self, uuid: str, reason: Reason) -> None:
        """Count a refused request of a callback, and report it to the callback's viewers."""
        self.count(reason)
        self._delivery.refused(uuid, reason)

    def of_line(self, line: str, reason: Reason) -> None:
        """Count a refused request, of a callback where its request line, or target, names one."""
        begin = unquote_to_bytes(line[:_MAX_BEGIN].encode("latin-1")).decode("latin-1")
        named = None if self._others.match(begin) else _CALLBACK.match(begin)
        if named:
            self.of_callback(named[1].lower(), reason)
        else:
            self.count(reason)
