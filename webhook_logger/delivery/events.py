"""A captured request's event as JSON. The position is known only after the request is accepted."""

from __future__ import annotations

import orjson

from webhook_logger.captured import CapturedRequest


def members_of(request: CapturedRequest) -> bytes:
    """Return the JSON object without its braces, `uuid`, `epoch` and `seq`."""
    wire = request.to_wire()
    del wire["uuid"], wire["epoch"], wire["seq"]
    return orjson.dumps(wire)[1:-1]
