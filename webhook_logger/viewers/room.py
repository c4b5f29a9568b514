"""The state of one room, and the events for its viewers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from webhook_logger.delivery import Barrier, KeptRequest, ResponseReport
from webhook_logger.errors import Reason
from webhook_logger.viewers.transport import Outbox

MAX_RESPONSES = 1000
"""Maximum responses that are kept until viewers that catch up receive the requests."""
MAX_DETAILS_BYTES = 256 * 1024
"""Maximum total bytes of their details. Above it, responses are kept without details."""


@dataclass
class Room:
    """The viewers of one callback on this worker, and its position in the stream."""

    epoch: str = ""
    """Empty until a barrier, or if requests may be missing."""
    seq: int = 0
    viewers_here: dict[str, Outbox] = field(default_factory=dict)
    """The viewers' outboxes by sid."""
    replaced: set[str] = field(default_factory=set)
    """Those of `viewers_here` that are not counted, because another viewer replaces them."""
    replacing: dict[str, str] = field(default_factory=dict)
    """Those of `viewers_here` that replace a viewer on any worker, and the sid of that one."""
    behind: dict[str, CatchUp] = field(default_factory=dict)
    """By sid, the viewers that are not live: they are at an earlier position than the room."""
    waiting: list[CatchUp] = field(default_factory=list)
    """Viewers that were live until requests may have been missing, and need a barrier."""
    needs_barrier: bool = False
    """Whether the live viewers need a barrier. Its `joined` reports that the queue is available."""
    viewers: int = 0
    """Number of viewers on all workers, as last reported to this worker."""
    has_responder: bool = False
    """Whether the callback has a responder on any worker, as last reported to this worker."""
    presence_sent: tuple[int, bool] | None = (0, False)
    """The `presence` that all viewers here last received; None if they received different ones."""
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

    @property
    def presence(self) -> tuple[int, bool]:
        """Return the number of viewers, and whether there is a responder."""
        return self.viewers, self.has_responder

    @property
    def counted_here(self) -> int:
        """Return the number of viewers on this worker that count."""
        return len(self.viewers_here) - len(self.replaced)

    @property
    def is_waiting(self) -> bool:
        """Return whether viewers wait for a barrier."""
        return self.needs_barrier or bool(self.waiting)

    @property
    def live(self) -> dict[str, Outbox]:
        """Return the viewers at the room's position, which receive each request as it arrives."""
        if not self.behind:
            return self.viewers_here
        return {sid: each for sid, each in self.viewers_here.items() if sid not in self.behind}

    def interrupt(self) -> None:
        """Let the live viewers wait for a barrier, because requests may be missing from now on."""
        if live := self.live:
            self.waiting.append(self.put_behind(self.epoch, self.seq, dict(live)))
            self.report_joined()
        self.epoch, self.seq = "", 0

    def report_joined(self) -> None:
        """Send `joined` to all viewers with their next barrier."""
        self.needs_barrier = bool(self.live)
        for catch_up in self.behind.values():
            catch_up.needs_joined = True

    def put_behind(self, epoch: str, seq: int, viewers: dict[str, Outbox]) -> CatchUp:
        """Let viewers of this room catch up from an earlier position."""
        catch_up = CatchUp(self, epoch, seq, viewers)
        for sid in viewers:
            self.stop_catching_up(sid)
            self.behind[sid] = catch_up
        return catch_up

    def reach(self, barrier: Barrier) -> None:
        """Note the room's position, inside a barrier."""
        if barrier.is_complete:
            self.epoch, self.seq = barrier.epoch, barrier.seq

    def lost(self, uuid: str, count: int) -> dict[str, Any]:
        """Return a `joined` at the room's position, before which requests were lost."""
        joined = {
            "uuid": uuid,
            "epoch": self.epoch,
            "seq": self.seq,
            "missed": count,
            "viewers": self.viewers,
        }
        return {**joined, "responder": True} if self.has_responder else joined

    def stop_catching_up(self, sid: str) -> None:
        """Note that a viewer is live now, or leaves."""
        if catch_up := self.behind.pop(sid, None):
            del catch_up.viewers[sid]


@dataclass(eq=False)
class CatchUp:
    """Viewers that are behind their room, all at the same position of its stream."""

    room: Room
    epoch: str
    seq: int
    viewers: dict[str, Outbox]
    """Those that still catch up."""
    needs_joined: bool = False
    """Whether they get a `joined` even if they missed nothing."""
    responses: dict[tuple[str, int], ResponseReport] = field(default_factory=dict)
    """The latest responses to requests after the viewers' position."""
    details_bytes: int = 0
    """Bytes of the details of `responses`."""

    @property
    def is_at_room(self) -> bool:
        """Return whether the viewers have reached the position of their room."""
        return (self.epoch, self.seq) == (self.room.epoch, self.room.seq)

    def joined(self, barrier: Barrier) -> dict[str, Any]:
        """Return the fields of `joined` that differ from those of a live viewer at the barrier."""
        more = barrier.seq - self.seq if self.epoch == barrier.epoch else 0
        recovered = {"recovered": more} if more > 0 else {}
        return {"epoch": self.epoch, "seq": self.seq, **recovered}

    def has_received(self, responded: ResponseReport) -> bool:
        """Return whether the viewers have received the request. Otherwise keep its response."""
        if responded.epoch == self.epoch and responded.seq <= self.seq:
            return True
        self._keep(responded)
        return False

    def _keep(self, responded: ResponseReport) -> None:
        if self.details_bytes + len(responded.details) > MAX_DETAILS_BYTES:
            responded = responded._replace(details=b"")
        self.responses[responded.epoch, responded.seq] = responded
        self.details_bytes += len(responded.details)
        if len(self.responses) > MAX_RESPONSES:
            oldest = self.responses.pop(next(iter(self.responses)))
            self.details_bytes -= len(oldest.details)

    def copy_responses(self, other: CatchUp) -> None:
        """Keep the responses that another one has kept."""
        self.responses = dict(other.responses)
        self.details_bytes = other.details_bytes

    def packets(self, recovered: Iterable[KeptRequest]) -> list[bytes]:
        """Return the packets of recovered requests, each with its response if that is known."""
        packets = []
        for responded, members in recovered:
            packets.append(request_packet(responded, members))
            late = self.responses.get((responded.epoch, responded.seq))
            if known := responded if responded.status else late:
                packets.append(responded_packet(known))
        return packets


# Events as Socket.IO packets. No field of a position needs JSON escapes.


def joined_packet(joined: dict[str, Any]) -> bytes:
    return b'2["joined",' + orjson.dumps(joined) + b"]"


def request_packet(responded: ResponseReport, members: bytes) -> bytes:
    uuid, epoch, seq, _, _, _ = responded
    position = f'2["request",{{"uuid":"{uuid}","epoch":"{epoch}","seq":{seq},'.encode()
    return b"".join((position, members, b"}]"))


def responded_packet(responded: ResponseReport) -> bytes:
    uuid, epoch, seq, status, by, details = responded
    members = (
        f'2["responded",{{"uuid":"{uuid}","epoch":"{epoch}","seq":{seq},'
        f'"status":{status},"by":"{by}"'
    ).encode()
    return members + b"," + details + b"}]" if details else members + b"}]"
