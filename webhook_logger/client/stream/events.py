"""What comes out of an inbox: captured requests, and what happened between them, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webhook_logger.captured import CapturedRequest


@dataclass(frozen=True, slots=True)
class Gap:
    """Requests that were accepted and did not come, at this place of the stream."""

    count: int | None
    """How many; None when that can't be told: the server began to count anew."""
    why: Literal["away", "hole", "unread"]
    """The inbox was not connected; the server left some out; too much waited here to be read."""


@dataclass(frozen=True, slots=True)
class Responded:
    """The response to the sender of a request; best effort, not counted in gaps."""

    epoch: str
    seq: int
    """With the epoch: which request."""
    status: int
    by: str
    """`default`, `reply`, `path` or `responder`."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Requests that the server refused since the last one of these; best effort."""

    count: int
    status: int
    """The status that the sender of the latest one got."""
    reason: str
    """Why, as a stable word of docs/protocol.md."""
    message: str
    """Why, for people."""


@dataclass(frozen=True, slots=True)
class Link:
    """How the connection stands."""

    state: Literal["reconnecting", "live", "stalled", "refused"]
    """`live`: joined, all that is accepted from here on comes. `stalled`: connected, but the server
    can't deliver now. `refused`: the server will not have this inbox; nothing more comes."""
    reason: str = ""
    """In words, or the server's `draining`, `slow` or `limit`."""


@dataclass(frozen=True, slots=True)
class Responding:
    """Whether this inbox responds to the callback's requests, where that was asked for."""

    yes: bool
    reason: str = ""
    """Why it does not."""


Event = CapturedRequest | Gap | Responded | Refused | Link | Responding
