"""The packets that an outbox writes: their bytes, and how many bytes each counts for a viewer."""

from __future__ import annotations

import sys
from typing import NamedTuple

from engineio.packet import MESSAGE, Packet

from webhook_logger.viewers.transport.frames import frame, text_head
from webhook_logger.viewers.transport.sse import event_of

OVERHEAD_BYTES = 64
"""Python's memory for each item, in addition to its content."""
MAX_SHARES = 8
"""A frame is in memory once for all viewers of a room, so each viewer is charged a share of it. A
viewer is charged at least an eighth, so that it can hold at most eight times its limit."""

_MESSAGE = b"4"
"""Engine.IO's type of a packet with a Socket.IO packet."""


class SharedFrame(NamedTuple):
    """A frame that waits for several viewers."""

    frame: bytes
    charge: int
    """Number of bytes that it counts for each viewer."""


class Shared:
    """Socket.IO packets for many viewers, encoded and framed once and sent as one."""

    __slots__ = ("_events", "_packets", "_viewers", "_waiting", "frame")

    def __init__(self, *packets: bytes, viewers: int = 1) -> None:
        """Frame the packets for this number of viewers."""
        self._packets = packets
        self._viewers = viewers
        self._waiting: SharedFrame | None = None  # most frames never wait
        self._events: SharedFrame | None = None  # most rooms have no event stream
        parts: list[bytes] = []
        for packet in packets:
            parts += (text_head(len(_MESSAGE) + len(packet)), _MESSAGE, packet)
        self.frame = b"".join(parts)

    @property
    def waiting(self) -> SharedFrame:
        """Return the item in the outboxes of viewers that must wait."""
        if self._waiting is None:
            self._waiting = self._shared(self.frame)
        return self._waiting

    @property
    def events(self) -> SharedFrame:
        """Return the packets as Server-Sent Events."""
        if self._events is None:
            self._events = self._shared(b"".join(map(event_of, self._packets)))
        return self._events

    def _shared(self, data: bytes) -> SharedFrame:
        share = len(data) // min(self._viewers, MAX_SHARES)
        return SharedFrame(data, share + OVERHEAD_BYTES)

    def packets(self) -> list[Packet]:
        """Return the packets one by one, for a polling viewer."""
        return [Packet(MESSAGE, packet.decode()) for packet in self._packets]


def bye(reason: str) -> Packet:
    """Return the last event before a viewer is disconnected, with the word of an `Ending`."""
    return Packet(MESSAGE, f'2["bye",{{"reason":"{reason}"}}]')


def draining(seconds: float) -> Shared:
    """Return the event that notifies viewers for how long this worker still serves them."""
    return Shared(f'2["bye",{{"reason":"draining","seconds":{seconds:g}}}]'.encode())


def framed(item: Packet | SharedFrame | bytes) -> bytes:
    """Return the frame of an item."""
    if isinstance(item, SharedFrame):
        return item.frame
    return item if isinstance(item, bytes) else frame(item.encode())


def size_of(item: Packet | SharedFrame | bytes | None) -> int:
    """Return the size in bytes of a frame, or of a packet that waits for a poll."""
    if isinstance(item, SharedFrame):
        return item.charge
    if isinstance(item, bytes):
        return len(item) + OVERHEAD_BYTES
    data = item.data if item is not None else None
    return sys.getsizeof(data or "") + OVERHEAD_BYTES
