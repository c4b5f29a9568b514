"""Bodies: what was declared and nothing else, and llhttp reads the same in chunks."""

from __future__ import annotations

from typing import Any

import httptools
import pytest
from hypothesis import strategies as st

from tests.fuzz.cases import fuzz
from tests.fuzz.requests import CUTS, chunked_bodies, in_pieces
from webhook_logger.errors import Reason, Refusal
from webhook_logger.serving.body import RequestBody
from webhook_logger.serving.head import parse
from webhook_logger.serving.wire import Wire

HEAD = b"POST / HTTP/1.1\r\nHost: h\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
NEXT = b"GET / HTTP/1.1\r\n"
SIZES = st.none() | st.integers(1, 40)


class Arriving:
    """Stands for a socket on which bytes arrive in pieces, and then no more."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces

    def recv(self, _most: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def read(head: bytes, data: bytes, cuts: list[int], size: int | None) -> tuple[bytes, bytes]:
    """The body, read in parts of that size, and what is left behind it."""
    sock: Any = Arriving(in_pieces(data, cuts))
    wire = Wire(sock)
    try:
        body = RequestBody(wire, parse(head), lambda _: None)
        content = body.read(size)
        while not body.done:
            content += body.read(size)
        return content, bytes(wire.received) + b"".join(sock.pieces)
    finally:
        wire.close()


class Peer:
    """Collects what llhttp finds."""

    def __init__(self) -> None:
        self.body = b""
        self.complete = False

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


def read_by_llhttp(data: bytes) -> bytes | None:
    """The body; None where it takes no blanks in an extension, which the RFC allows."""
    peer = Peer()
    try:
        httptools.HttpRequestParser(peer).feed_data(data)
    except httptools.HttpParserError as error:
        if "chunk extensions" not in str(error):
            raise
        return None
    assert peer.complete
    return peer.body


@fuzz(pieces=st.lists(st.binary(min_size=1), max_size=4), behind=st.binary(), cuts=CUTS, size=SIZES)
def test_what_is_sent_in_chunks_comes_back_and_what_follows_is_left(
    pieces: list[bytes], behind: bytes, cuts: list[int], size: int | None
) -> None:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    data = chunks + b"0\r\n\r\n" + behind
    assert read(CHUNKED, data, cuts, size) == (b"".join(pieces), behind)


@fuzz(content=st.binary(), behind=st.binary(), cuts=CUTS, size=SIZES)
def test_what_has_a_length_comes_back_and_what_follows_is_left(
    content: bytes, behind: bytes, cuts: list[int], size: int | None
) -> None:
    head = HEAD + b"Content-Length: %d\r\n\r\n" % len(content)
    assert read(head, content + behind, cuts, size) == (content, behind)
    if content:
        with pytest.raises(Refusal) as refused:
            read(head, content[:-1], cuts, size)
        assert refused.value.reason is Reason.BODY_INCOMPLETE


@fuzz(raw=chunked_bodies() | st.binary(), cuts=CUTS, size=SIZES)
def test_llhttp_reads_the_same_in_whatever_is_taken_for_chunks(
    raw: bytes, cuts: list[int], size: int | None
) -> None:
    try:
        content, left = read(CHUNKED, raw + NEXT, cuts, size)
    except Refusal:  # of which a sender that leaves too early is one
        return
    assert read_by_llhttp(CHUNKED + (raw + NEXT).removesuffix(left)) in (content, None)
