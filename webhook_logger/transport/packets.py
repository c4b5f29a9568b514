"""Socket.IO packets as viewers send them."""

from __future__ import annotations

from socketio import packet

NOBODYS = ""
"""The name of an event that nobody handles."""


class NamedPacket(packet.Packet):  # type: ignore[misc]  # the library has no types
    """A packet that, where it is an event, has a text for its name.

    python-socketio looks up what else stands there, and an object there is a traceback in the log,
    as often as a viewer likes.
    """

    def decode(self, encoded_packet: str) -> int:
        """An event of another name becomes one that is discarded."""
        attachments: int = super().decode(encoded_packet)
        if self.packet_type in (packet.EVENT, packet.BINARY_EVENT) and self._has_odd_name():
            self.data = [NOBODYS]
        return attachments

    def _has_odd_name(self) -> bool:
        return isinstance(self.data, list) and self.data != [] and not isinstance(self.data[0], str)
