"""Captured requests for tests of signatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from tests.wire_fixture import samples
from webhook_logger.captured import Body, CapturedRequest

ARRIVED = 1795322460


def post(
    content: bytes, headers: Mapping[str, str], *, complete: bool = True, **fields: Any
) -> CapturedRequest:
    fields = {"received_at": datetime.fromtimestamp(ARRIVED, timezone.utc), **fields}
    body = Body(content, len(content), complete)
    return replace(samples()[0], headers=tuple(headers.items()), body=body, **fields)
