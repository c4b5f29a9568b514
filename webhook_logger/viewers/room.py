"""The state of one room, and the events for its viewers."""

from __future__ import annotations

from dataclasses import dataclass, field

from webhook_logger.delivery import ResponseReport
from webhook_logger.errors import Reason
from webhook_logger.viewers.transport import Outbox


@dataclass
class Room:
    """The viewers of one callback on this worker, and their position in its stream."""

    epoch: str = ""
    seq: int = 0
    viewers_here: dict[str, Outbox] = field(default_factory=dict)
    """The viewers' outboxes by sid."""
    paused: bool = False
    """Whether requests may be missing, so that none are sent before the next barrier."""
    needs_barrier: bool = False
    """Whether the viewers need a new barrier. Its `joined` reports that they are live again."""
    viewers: int = 0
    """Number of viewers on all workers, as last reported to this worker."""
    viewers_sent: int | None = 0
    """The number that all viewers here last received; None if they received different ones."""
    refused: int = 0
    """Refused requests that were not reported to the viewers yet."""
    refused_reason: Reason = Reason.BAD_REQUEST
    """The reason of the latest refusal."""
    reply_used: bool = False
    """Whether the reply was used since the viewers last received it."""
    replies: int = 0
    """Number of changes of the reply that were reported to this worker."""
    is_sending: bool = False
    """Whether a task is sending notices."""


# Events as Socket.IO packets. No field of a position needs JSON escapes.


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
