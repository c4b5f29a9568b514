"""A body has exactly its declared bytes, and llhttp decodes chunks in the same way."""

from __future__ import annotations

from typing import Any

import httptools
import pytest
from hypothesis import strategies as st

from tests.fuzz.cases import fuzz
from tests.fuzz.requests import SPLITS, chunked_bodies, in_pieces
from webhook_logger.errors import Reason, Refusal
from webhook_logger.serving.body import RequestBody
from webhook_logger.serving.head import parse
from webhook_logger.serving.wire import Wire

HEAD = b"POST / HTTP/1.1\r\nHost: h\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
NEXT = b"GET / HTTP/1.1\r\n"
SIZES = st.none() | st.integers(1, 40)


class PiecewiseSocket:
    """A socket substitute that receives the pieces one by one, then end of file."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces

    def recv(self, _size: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def read(head: bytes, data: bytes, splits: list[int], size: int | None) -> tuple[bytes, bytes]:
    """Read the body in parts of that size. Return it and the bytes after it."""
    sock: Any = PiecewiseSocket(in_pieces(data, splits))
    wire = Wire(sock)
    try:
        body = RequestBody(wire, parse(head), lambda _: None)
        content = body.read(size)
        while not body.done:
            content += body.read(size)
        return content, bytes(wire.received) + b"".join(sock.pieces)
    finally:
        wire.close()


class LlhttpBody:
    """Collects the body that llhttp decodes."""

    def __init__(self) -> None:
        self.body = b""
        self.complete = False

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


def read_by_llhttp(data: bytes) -> bytes | None:
    """Return the body; None if llhttp refuses blanks in an extension, which the RFC allows."""
    peer = LlhttpBody()
    try:
        httptools.HttpRequestParser(peer).feed_data(data)
    except httptools.HttpParserError as error:
        if "chunk extensions" not in str(error):
            raise
        return None
    assert peer.complete
    return peer.body


@fuzz(
    pieces=st.lists(st.binary(min_size=1), max_size=4),
    following=st.binary(),
    splits=SPLITS,
    size=SIZES,
)
def test_a_chunked_body_is_decoded_and_the_next_bytes_remain(
    pieces: list[bytes], following: bytes, splits: list[int], size: int | None
) -> None:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    data = chunks + b"0\r\n\r\n" + following
    assert read(CHUNKED, data, splits, size) == (b"".join(pieces), following)


@fuzz(content=st.binary(), following=st.binary(), splits=SPLITS, size=SIZES)
def test_a_body_with_a_length_is_read_and_the_next_bytes_remain(
    content: bytes, following: bytes, splits: list[int], size: int | None
) -> None:
    head = HEAD + b"Content-Length: %d\r\n\r\n" % len(content)
    assert read(head, content + following, splits, size) == (content, following)
    if content:
        with pytest.raises(Refusal) as refused:
            read(head, content[:-1], splits, size)
        assert refused.value.reason is Reason.BODY_INCOMPLETE


@fuzz(raw=chunked_bodies() | st.binary(), splits=SPLITS, size=SIZES)
def test_llhttp_decodes_accepted_chunks_to_the_same_body(
    raw: bytes, splits: list[int], size: int | None
) -> None:
    try:
        content, left = read(CHUNKED, raw + NEXT, splits, size)
    except Refusal:  # also for a body that ends too early
        return
    assert read_by_llhttp(CHUNKED + (raw + NEXT).removesuffix(left)) in (content, None)
