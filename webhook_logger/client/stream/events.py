"""The events of an inbox other than captured requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webhook_logger.captured import Body
from webhook_logger.client.received import ReceivedRequest
from webhook_logger.headers import HeaderLines


@dataclass(frozen=True, slots=True)
class Gap:
    """Requests that the server accepted and that this inbox did not get."""

    count: int | None
    """The number of missed requests; None if unknown, because the server restarted its count."""
    reason: Literal["disconnected", "skipped", "overflow"]
    """`disconnected`: the inbox was not connected. `skipped`: the server skipped some. `overflow`:
    too many unread requests were queued in the inbox."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """Requests that the server accepted while this inbox was not connected, and sends now."""

    count: int
    """The number of requests, which follow this event."""


@dataclass(frozen=True, slots=True)
class Responded:
    """The response to the sender of a request. Best effort: gaps do not count these events."""

    epoch: str
    seq: int
    """Identifies the request, together with `epoch`."""
    status: int
    by: str
    """`default`, `reply`, `path`, `handshake` or `responder`."""
    headers: HeaderLines | None = None
    """The header lines; None if the server did not report them, as for most with `default`."""
    body: Body | None = None
    """The body, without its content if that is larger than 16 KiB; None like `headers`."""
    seconds: float | None = None
    """The time from the arrival of the request to its response; None like `headers`."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Requests that the server refused since the last such event. Best effort."""

    count: int
    status: int
    """The status that the latest of them got."""
    reason: str
    """Why, as a stable word (docs/protocol.md)."""
    message: str
    """Why, for people."""


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """The status of the connection."""

    state: Literal["reconnecting", "live", "stalled", "refused"]
    """`live`: joined; every request accepted from now on is delivered. `stalled`: connected, but
    the server cannot deliver now. `refused`: the server refused this inbox permanently."""
    reason: str = ""
    """A message, or the server's reason `draining`, `slow` or `limit`."""


@dataclass(frozen=True, slots=True)
class Responding:
    """Whether this inbox has the role that it asked for with `respond`."""

    active: bool
    reason: str = ""
    """Why it is not."""


Event = ReceivedRequest | Gap | Recovered | Responded | Refused | ConnectionStatus | Responding
