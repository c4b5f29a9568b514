"""Read WebSocket messages with wsproto, and build WebSocket frames (RFC 6455)."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

from wsproto.frame_protocol import (
    CloseReason,
    Frame,
    FrameDecoder,
    MessageDecoder,
    Opcode,
    ParseFailed,
)

READ_BYTES = 16 * 1024


# RFC 6455, section 7.4, and its IANA registry. Applications can use 3000 to 4999.
_CODES = frozenset((1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)))


def frame(payload: str | bytes) -> bytes:
    """Return a whole message, text or binary, as one frame."""
    if isinstance(payload, bytes):
        return _head(_BINARY, len(payload)) + payload
    text = payload.encode()
    return text_head(len(text)) + text


def text_head(size: int) -> bytes:
    """Return the beginning of a frame with a whole UTF-8 text message of that many bytes.

    All viewers share the frame, because no extensions are negotiated.
    """
    return _head(_TEXT, size)


def _head(kind: int, size: int) -> bytes:
    """Return the head of an unmasked frame (RFC 6455, section 5.2)."""
    if size < 126:
        return _SMALL.pack(kind, size)
    if size < 2**16:
        return _MEDIUM.pack(kind, 126, size)
    return _LARGE.pack(kind, 127, size)


_TEXT, _BINARY = 0x81, 0x82
_SMALL, _MEDIUM, _LARGE = Struct(">BB"), Struct(">BBH"), Struct(">BBQ")


def pong(payload: bytes) -> bytes:
    """Return the pong for a ping, whose payload has at most 125 bytes."""
    return b"\x8a%c%b" % (len(payload), payload)


def close(code: bytes) -> bytes:
    """Return a Close frame with the two bytes of a code, or without a code."""
    return b"\x88%c%b" % (len(code), code)


class ViewerClosed(Exception):
    """The viewer has closed the connection, or sent a Close frame."""

    def __init__(self, last: bytes = b"") -> None:
        super().__init__()
        self.last = last
        """The Close frame to send before the end; empty for none."""


class ProtocolViolation(ViewerClosed):
    """The viewer has violated the protocol, and receives a Close frame with the code."""

    def __init__(self, code: CloseReason) -> None:
        super().__init__(close(code.to_bytes(2, "big")))


class MessageTooLarge(ProtocolViolation):
    """A message is larger than the limit."""

    def __init__(self) -> None:
        super().__init__(CloseReason.MESSAGE_TOO_BIG)


def is_pong(data: bytes) -> bool:
    """Return whether the bytes are one masked frame with Engine.IO's packet PONG.

    Most viewers send nothing else for hours. So it pays to recognize this frame without a parser.
    """
    return len(data) == 7 and data.startswith(b"\x81\x81") and data[2] ^ data[6] == ord("3")


class ViewerMessages:
    """The messages of one viewer, read frame by frame."""

    def __init__(
        self,
        recv: Callable[[int], bytes],
        respond: Callable[[bytes], None],
        admit: Callable[[], None],
        max_bytes: int,
        recv_now: Callable[[int], bytes | None] | None = None,
    ) -> None:
        """`recv_now` is like `recv`, but does not wait, and returns None if nothing has arrived.
        With it, `next` does not wait for the beginning of a message.
        """
        self.recv = recv
        self.recv_now = recv_now
        self.respond = respond
        """Sends control frames, such as pongs."""
        self._admit = admit
        """Called before each frame of any kind is handled. Can wait or raise."""
        self._max_bytes = max_bytes
        self._frames = FrameDecoder(client=False)
        self._message = MessageDecoder()
        self._parts: list[str | bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> None:
        """Begin with bytes that were already received. Raises `ViewerClosed` at the end."""
        if not data:
            raise ViewerClosed
        self._frames.receive_bytes(data)

    def next(self) -> str | bytes | None:
        """Return the next message, and wait until it is complete.

        Return None if no message has begun to arrive, and there is a `recv_now`. Raises
        `ViewerClosed`.
        """
        while True:
            try:
                part = self._frames.process_buffer()
                self._check_size()
                message = self._take(part) if part else None
            except ParseFailed as error:
                raise ProtocolViolation(error.code) from error
            if message is not None:
                return message
            if not part and not self._read():
                return None

    def _read(self) -> bool:
        """Read more bytes. Return False if it need not wait for them."""
        is_between = self._frames.header is None and not len(self._frames.buffer)
        if self.recv_now and is_between and self._message.opcode is None:
            data = self.recv_now(READ_BYTES)
        else:
            data = self.recv(READ_BYTES)
        if data is None:
            return False
        self.feed(data)
        return True

    def _check_size(self) -> None:
        """Check the size that a header declares, before any of a large message is buffered."""
        header = self._frames.header
        if header is None or header.opcode.iscontrol():
            return
        if self._size + header.payload_len - self._frames.payload_consumed > self._max_bytes:
            raise MessageTooLarge

    def _take(self, part: Frame) -> str | bytes | None:
        """Handle a frame, or a part of one; return the message if it is now complete."""
        if part.frame_finished:
            self._admit()
        if part.opcode.iscontrol():
            self._control(part.opcode, bytes(part.payload))  # type: ignore[arg-type]
            return None
        self._size += len(part.payload)
        if self._size > self._max_bytes:
            raise MessageTooLarge
        if part.frame_finished and not part.message_finished and not part.payload:
            raise ProtocolViolation(CloseReason.PROTOCOL_ERROR)  # an empty fragment only costs work
        part = self._message.process_frame(part)
        self._parts.append(part.payload)  # type: ignore[arg-type]
        if not part.message_finished:
            return None
        message = self._parts[0][:0].join(self._parts)  # type: ignore[arg-type]
        self._parts, self._size = [], 0
        return message

    def _control(self, opcode: Opcode, payload: bytes) -> None:
        if opcode is Opcode.PING:
            self.respond(pong(payload))
        elif opcode is Opcode.CLOSE:
            raise ViewerClosed(close(_code(payload)))


def _code(payload: bytes) -> bytes:
    """Return the code of a Close frame, to echo it (RFC 6455, section 5.5.1), or `b""` without one.

    Raises `ProtocolViolation` for an invalid code or reason.
    """
    if payload and int.from_bytes(payload[:2], "big") not in _CODES:
        raise ProtocolViolation(CloseReason.PROTOCOL_ERROR)  # also for a payload of one byte
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise ProtocolViolation(CloseReason.INVALID_FRAME_PAYLOAD_DATA) from None
    return payload[:2]
