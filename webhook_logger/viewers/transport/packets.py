"""Socket.IO packets: check those of viewers, and add a message and reason to a CONNECT_ERROR."""

from __future__ import annotations

from typing import Any

from socketio import packet

from webhook_logger.errors import Reason

UNHANDLED = ""
"""The name of an event without a handler."""
MAX_SHOWN = 100
"""Maximum characters of a namespace in a message."""


class NamedPacket(packet.Packet):  # type: ignore[misc]  # the library has no types
    """A packet whose event name is always a string.

    python-socketio looks up the name in a dictionary. A name that is an object would raise an
    exception and log its traceback.
    """

    data: Any
    path = "/socket.io/"
    """The path of the stream, shown in the message of a CONNECT_ERROR."""

    def encode(self) -> str | list[str | bytes]:
        """Encode; a CONNECT_ERROR gets a `message`: clients do not show python-socketio's text."""
        if self.packet_type == packet.CONNECT_ERROR and isinstance(self.data, str):
            reason, message = self._why_unable()
            self.data = {"message": message, "data": {"reason": reason.word}}
        encoded: str | list[str | bytes] = super().encode()
        return encoded

    def _why_unable(self) -> tuple[Reason, str]:
        if self.namespace in (None, "/"):
            return Reason.ALREADY_CONNECTED, Reason.ALREADY_CONNECTED.meaning
        message = (
            f'This server has no namespace "{self.namespace[:MAX_SHOWN]}". Socket.IO clients use '
            "the path of a URL as the namespace. Connect to the URL without its path, set the "
            f'option `path` to "{self.path}", and name a callback in `auth`, as in '
            '{"uuid": "…"}.'
        )
        return Reason.NAMESPACE_UNKNOWN, message

    def decode(self, encoded_packet: str) -> int:
        """Decode a packet. Replace an event whose name is not a string by one without a handler."""
        attachments: int = super().decode(encoded_packet)
        if self.packet_type in (packet.EVENT, packet.BINARY_EVENT) and self._has_odd_name():
            self.data = [UNHANDLED]
        return attachments

    def _has_odd_name(self) -> bool:
        return isinstance(self.data, list) and self.data != [] and not isinstance(self.data[0], str)


def packet_class(prefix: str) -> type[NamedPacket]:
    """Return the packet class for a stream under a path prefix."""
    return type("PrefixedPacket", (NamedPacket,), {"path": f"{prefix}/socket.io/"})
