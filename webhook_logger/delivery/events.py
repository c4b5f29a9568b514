"""A captured request's event as JSON. The position is known only after the request is accepted."""

from __future__ import annotations

from typing import Any, Protocol

import orjson


class Publishable(Protocol):
    """The parts of a request that delivery uses."""

    @property
    def uuid(self) -> str:
        """The UUID of the callback."""

    @property
    def id(self) -> str:
        """The id of the request. Equal ids mean the same request."""

    def members(self) -> dict[str, Any]:
        """Return the event's payload without `uuid`, `epoch` and `seq`."""


def members_of(request: Publishable) -> bytes:
    """Return the JSON object without its braces, `uuid`, `epoch` and `seq`."""
    return orjson.dumps(request.members())[1:-1]
