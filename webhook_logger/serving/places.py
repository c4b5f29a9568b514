"""How many connections a worker takes, and how many of them viewers may hold."""

from __future__ import annotations

from werkzeug.exceptions import ServiceUnavailable

VIEWERS_SHARE = 0.9


class Places:
    """The worker's connections; viewers hold theirs for long, so a tenth is kept from them."""

    def __init__(self, connections: int) -> None:
        self.connections = connections
        self._viewers_left = int(connections * VIEWERS_SHARE)

    def take_viewers_place(self) -> None:
        """Raises `ServiceUnavailable` when viewers hold their share."""
        if not self._viewers_left:
            raise ServiceUnavailable(
                "This worker has as many viewers as it can take.", retry_after=5
            )
        self._viewers_left -= 1

    def free_viewers_place(self) -> None:
        """For a viewer that has left."""
        self._viewers_left += 1
