"""A WebSocket client that sends any bytes and returns raw frames (RFC 6455)."""

from __future__ import annotations

from contextlib import suppress

from tests.support.viewers import connect

HANDSHAKE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
MASK = b"\x01\x02\x03\x04"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN = 0x80

Frame = tuple[int, bytes]
"""The first byte and the payload."""


def frame(opcode: int, payload: bytes = b"", fin: bool = True, mask: bytes = MASK) -> bytes:
    """Return one client frame; without a mask if `mask` is empty."""
    size, masked = len(payload), 0x80 if mask else 0
    head = bytes((opcode | (FIN if fin else 0),))
    if size < 126:
        head += bytes((masked | size,))
    elif size < 2**16:
        head += bytes((masked | 126,)) + size.to_bytes(2, "big")
    else:
        head += bytes((masked | 127,)) + size.to_bytes(8, "big")
    if mask:
        payload = bytes(byte ^ mask[number % 4] for number, byte in enumerate(payload))
    return head + mask + payload


class RawWebSocket:
    """One WebSocket, after its handshake."""

    def __init__(self, url: str) -> None:
        self.socket = connect(url, "127.0.0.1")
        self.socket.sendall(HANDSHAKE.encode())
        self._received = b""
        while b"\r\n\r\n" not in self._received:
            self._receive()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head

    def send(self, *frames: bytes) -> None:
        self.socket.sendall(b"".join(frames))

    def frame(self) -> Frame:
        """Return the next frame. Raise `EOFError` when the server has closed the connection."""
        while (size := self._size()) is None:
            self._receive()
        begin, end = size
        received = self._received[0], self._received[begin:end]
        self._received = self._received[end:]
        return received

    def rest(self) -> list[Frame]:
        """Return all frames until the server closes the connection. A reset raises `OSError`."""
        frames = []
        with suppress(EOFError):
            while True:
                frames.append(self.frame())
        return frames

    def _size(self) -> tuple[int, int] | None:
        """Return the start and end of the payload; None if more data is needed."""
        data = self._received
        if len(data) < 2:
            return None
        begin = {126: 4, 127: 10}.get(data[1], 2)
        length = int.from_bytes(data[2:begin], "big") if begin > 2 else data[1]
        end = begin + length
        return (begin, end) if len(data) >= max(begin, end) else None

    def _receive(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self._received += data

    def __enter__(self) -> RawWebSocket:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
