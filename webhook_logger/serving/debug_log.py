"""`wsgi.errors`, written to the debug log: libraries report there that a viewer has left."""

from __future__ import annotations

import logging
from io import StringIO

log = logging.getLogger(__name__)


class DebugLog(StringIO):
    """A text file whose lines go to the debug log. A compiled class can't inherit from StringIO."""

    def write(self, text: str) -> int:
        log.debug("%s", text.strip())
        return len(text)
