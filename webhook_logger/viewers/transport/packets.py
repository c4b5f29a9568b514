"""Socket.IO packets: checks on those of viewers, and the message and reason of a CONNECT_ERROR."""

from __future__ import annotations

from typing import Any

from socketio import packet

from webhook_logger.errors import Reason

NOBODYS = ""
"""The name of an event without a handler."""
MAX_SHOWN = 100
"""Characters of a namespace that a message shows."""


class NamedPacket(packet.Packet):  # type: ignore[misc]  # the library has no types
    """A packet whose event name is always a string.

    python-socketio looks the name up in a dictionary. A viewer that sent an object in its place
    would add a traceback to the log each time.
    """

    data: Any
    path = "/socket.io/"
    """The path of the stream, for the message of a CONNECT_ERROR."""

    def encode(self) -> str | list[str | bytes]:
        """Give a CONNECT_ERROR a `message`: clients show none for python-socketio's plain text."""
        if self.packet_type == packet.CONNECT_ERROR and isinstance(self.data, str):
            reason, message = self._why_unable()
            self.data = {"message": message, "data": {"reason": reason.word}}
        encoded: str | list[str | bytes] = super().encode()
        return encoded

    def _why_unable(self) -> tuple[Reason, str]:
        if self.namespace in (None, "/"):
            return Reason.ALREADY_CONNECTED, Reason.ALREADY_CONNECTED.meaning
        message = (
            f'This server has no namespace "{self.namespace[:MAX_SHOWN]}": Socket.IO clients take '
            "the path of a URL as one. Connect to the URL without its path, set the option `path` "
            f'to "{self.path}", and name a callback in `auth`, as in {{"uuid": "…"}}.'
        )
        return Reason.NAMESPACE_UNKNOWN, message

    def decode(self, encoded_packet: str) -> int:
        """Decode a packet; an event whose name is no string becomes one that is discarded."""
        attachments: int = super().decode(encoded_packet)
        if self.packet_type in (packet.EVENT, packet.BINARY_EVENT) and self._has_odd_name():
            self.data = [NOBODYS]
        return attachments

    def _has_odd_name(self) -> bool:
        return isinstance(self.data, list) and self.data != [] and not isinstance(self.data[0], str)


def packets_below(prefix: str) -> type[NamedPacket]:
    """Return the class of packets for a stream below a path prefix."""
    return type("PacketBelow", (NamedPacket,), {"path": f"{prefix}/socket.io/"})
