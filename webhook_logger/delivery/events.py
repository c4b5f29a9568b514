"""A captured request's event as JSON; its position is known only once the request is accepted."""

from __future__ import annotations

import orjson

from webhook_logger.captured import CapturedRequest


def members_of(request: CapturedRequest) -> bytes:
    """Return the members of the JSON object but `uuid`, `epoch` and `seq`, without its braces."""
    wire = request.to_wire()
    del wire["uuid"], wire["epoch"], wire["seq"]
    return orjson.dumps(wire)[1:-1]
