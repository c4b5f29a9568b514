"""Count refused requests by reason, and report them to the callback's viewers."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from webhook_logger.callbacks import UUID_PATTERN
from webhook_logger.delivery import Delivery
from webhook_logger.errors import Reason
from webhook_logger.metrics import Metrics
from webhook_logger.top import TopList

_MAX_BEGIN = 512
"""Maximum characters of a request line that are searched for a UUID."""

# A wrong target can still name a callback: `//<uuid>`, `/<uuid>%20`, `/<uuid>orders`, `/x/<uuid>`,
# `<uuid>` without a slash.
_CALLBACK = re.compile(rf"[^?#]*?({UUID_PATTERN})")


class Refusals:
    """Receives the refused requests of every part of the server."""

    def __init__(
        self, delivery: Delivery, metrics: Metrics, prefix: str, top: TopList | None = None
    ) -> None:
        self._delivery = delivery
        self._metrics = metrics
        self._top = top
        # These paths can contain a UUID, too, but are not requests to a callback.
        self._others = re.compile(
            rf"(?:\S+[ \t]+)?(?:(?i:https?)://[^/?#\s]*)?{re.escape(prefix)}"
            r"/(?:api|docs|socket\.io|static|view)/"
        )

    def count(self, reason: Reason) -> None:
        """Count a refused request without a report to viewers."""
        self._metrics.requests_refused[reason] += 1
        if self._top:
            self._top.refused(reason)

    def of_callback(self, uuid: str, reason: Reason) -> None:
        """Count a refused request of a callback, and report it to the callback's viewers."""
        self.count(reason)
        self._delivery.refused(uuid, reason)

    def of_line(self, line: str, reason: Reason) -> None:
        """Count a refused request. Report it if its request line or target names a callback."""
        begin = unquote_to_bytes(line[:_MAX_BEGIN].encode("latin-1")).decode("latin-1")
        named = None if self._others.match(begin) else _CALLBACK.match(begin)
        if named:
            self.of_callback(named[1].lower(), reason)
        else:
            self.count(reason)
