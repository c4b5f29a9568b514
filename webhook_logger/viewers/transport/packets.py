"""Socket.IO packets: those of viewers as they are taken, and why a CONNECT fails."""

from __future__ import annotations

from typing import Any

from socketio import packet

NOBODYS = ""
"""The name of an event that nobody handles."""
MOST_SHOWN = 100
"""Characters of a namespace."""


class NamedPacket(packet.Packet):  # type: ignore[misc]  # the library has no types
    """A packet that, where it is an event, has a text for its name.

    python-socketio looks up what else stands there, and an object there is a traceback in the log,
    as often as a viewer likes.
    """

    data: Any
    path = "/socket.io/"
    """Where the stream is, for those who look elsewhere."""

    def encode(self) -> str | list[str | bytes]:
        """A CONNECT_ERROR has a `message`: clients show an empty one for python-socketio's text."""
        if self.packet_type == packet.CONNECT_ERROR and isinstance(self.data, str):
            self.data = {"message": self._why_unable()}
        encoded: str | list[str | bytes] = super().encode()
        return encoded

    def _why_unable(self) -> str:
        if self.namespace in (None, "/"):
            return "This connection is connected already."
        return (
            f'This server has no namespace "{self.namespace[:MOST_SHOWN]}": Socket.IO clients take '
            "the path of a URL as one. Connect to the URL without its path, set the option `path` "
            f'to "{self.path}", and name a callback in `auth`, as in {{"uuid": "…"}}.'
        )

    def decode(self, encoded_packet: str) -> int:
        """An event of another name becomes one that is discarded."""
        attachments: int = super().decode(encoded_packet)
        if self.packet_type in (packet.EVENT, packet.BINARY_EVENT) and self._has_odd_name():
            self.data = [NOBODYS]
        return attachments

    def _has_odd_name(self) -> bool:
        return isinstance(self.data, list) and self.data != [] and not isinstance(self.data[0], str)


def packets_below(prefix: str) -> type[NamedPacket]:
    """Return the packets of a stream below that path."""
    return type("PacketBelow", (NamedPacket,), {"path": f"{prefix}/socket.io/"})
