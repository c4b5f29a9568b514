"""Any bytes are a valid head or are refused, and h11 reads valid heads in the same way."""

from __future__ import annotations

from operator import attrgetter

import h11
import pytest
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException

from tests.fuzz.cases import fuzz
from tests.fuzz.requests import SPLITS, heads, in_pieces
from webhook_logger.serving.head import Head, find_end, parse

REFUSALS = (400, 414, 431, 501, 505)
FIELDS = attrgetter(
    *("method", "target", "http_version", "headers", "variables", "content_length", "chunked"),
    *("keep_alive", "upgrades", "expects_continue"),
)


def read(pieces: list[bytes]) -> Head | int | None:
    """Return the head, the status of its refusal, or None if the head is incomplete."""
    received, end = bytearray(), None
    try:
        for piece in pieces:
            seen = len(received)
            received += piece
            end = find_end(received, seen)
            if end is not None:
                return parse(bytes(received[:end]))
    except HTTPException as error:
        return error.code
    return None


@fuzz(
    raw=st.binary(),
    begin=st.sampled_from([b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: "]),
)
def test_any_bytes_are_a_head_or_refused(raw: bytes, begin: bytes) -> None:
    for data in (begin + raw, begin + raw + b"\r\n\r\n"):
        outcome = read([data])
        assert outcome is None or isinstance(outcome, Head) or outcome in REFUSALS


@fuzz(raw=heads())
def test_an_accepted_head_is_unambiguous(raw: bytes) -> None:
    head = read([raw])
    if not isinstance(head, Head):
        assert head is None or head in REFUSALS
        return
    names = [name.lower() for name, _ in head.headers]
    assert names.count("host") == 1 or (head.http_version == "1.0" and "host" not in names)
    assert not (head.chunked and "content-length" in names)
    assert names.count("content-length") == (head.content_length is not None)
    assert head.target == "*" or head.target.startswith("/")
    assert not set("\r\n\0") & set("".join(part for line in head.headers for part in line))


@fuzz(raw=heads())
def test_h11_reads_an_accepted_head_in_the_same_way(raw: bytes) -> None:
    head = read([raw])
    # h11 refuses bytes from 0x80 in a target.
    if isinstance(head, Head) and raw.partition(b"\r\n")[0].isascii():
        peer = h11.Connection(h11.SERVER)
        peer.receive_data(raw)
        request = peer.next_event()
        assert isinstance(request, h11.Request)
        assert (request.method.decode(), request.http_version.decode()) == (
            head.method,
            head.http_version,
        )
        lines = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in request.headers.raw_items()]
        assert lines == list(head.headers)


@fuzz(raw=heads(), splits=SPLITS)
def test_the_result_does_not_depend_on_the_pieces_that_arrive(
    raw: bytes, splits: list[int]
) -> None:
    whole, parts = read([raw]), read(in_pieces(raw, splits))
    assert isinstance(whole, int) == isinstance(parts, int)
    if isinstance(whole, Head):
        assert FIELDS(whole) == FIELDS(parts)
    elif whole is None:
        assert parts is None


@pytest.mark.parametrize("raw", [b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"])
def test_a_valid_head_is_accepted(raw: bytes) -> None:
    assert isinstance(read([raw]), Head)
