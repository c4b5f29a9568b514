"""A room: the viewers on this worker of one callback, what they know, and events for them."""

from __future__ import annotations

from dataclasses import dataclass, field

from webhook_logger.delivery import ResponseReport
from webhook_logger.errors import Reason
from webhook_logger.viewers.transport import Outbox


@dataclass
class Room:
    """The viewers on this worker of one callback, and up to where they have seen its stream."""

    epoch: str = ""
    seq: int = 0
    viewers_here: dict[str, Outbox] = field(default_factory=dict)
    """By their sid, where to send what is for each."""
    paused: bool = False
    """What comes may have holes, and is held back."""
    unsure: bool = False
    """Its viewers were notified that the queue is down; `joined` says that they are live again."""
    viewers: int = 0
    """On all workers, as far as it is known here."""
    viewers_told: int | None = 0
    """What every viewer here was told; None when they were told different numbers."""
    refused: int = 0
    """Refused requests that were not reported to the viewers yet."""
    refused_for: Reason = Reason.BAD_REQUEST
    """The reason of the latest one."""
    reply_used: bool = False
    """The reply holds for fewer requests than the viewers were told."""
    replies: int = 0
    """How often the reply was set, as far as it is known here."""
    telling: bool = False
    """Whether notices are being sent."""


# Events as Socket.IO's packets. Nothing in a position needs escaping.


def request_packet(responded: ResponseReport, members: bytes) -> bytes:
    uuid, epoch, seq, *_ = responded
    position = f'2["request",{{"uuid":"{uuid}","epoch":"{epoch}","seq":{seq},'.encode()
    return b"".join((position, members, b"}]"))


def responded_packet(responded: ResponseReport) -> bytes:
    uuid, epoch, seq, status, by = responded
    return (
        f'2["responded",{{"uuid":"{uuid}","epoch":"{epoch}","seq":{seq},'
        f'"status":{status},"by":"{by}"}}]'
    ).encode()
