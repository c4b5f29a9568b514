"""Malformed chunked bodies (RFC 9112, section 7.1)."""

from __future__ import annotations

from tests.integration.malformed.raw import chunks

REST = b"\r\nabc\r\n0\r\n\r\n"


def sized(size: bytes) -> bytes:
    """Return a request with a chunk of three bytes and this chunk size."""
    return chunks(size + REST)


CHUNKED_BODIES = {
    # Sizes
    "a chunk size with 0x": sized(b"0x3"),
    "a chunk size with a plus": sized(b"+3"),
    "a chunk size with a minus": sized(b"-3"),
    "a chunk size of minus zero": chunks(b"-0\r\n\r\n"),
    "a chunk size with an underscore": sized(b"0_3"),
    "a chunk size with a point": sized(b"3.0"),
    "a chunk size with an h": sized(b"3h"),
    "a chunk size after a space": sized(b" 3"),
    "a chunk size after a tab": sized(b"\t3"),
    "a chunk size before a space": sized(b"3 "),
    "a chunk size before a tab": sized(b"3\t"),
    "a chunk size of two numbers": sized(b"3 3"),
    "a chunk size with a comma": sized(b"3,3"),
    "a chunk size in quotes": sized(b'"3"'),
    "a chunk size of a superscript digit": sized(b"\xb3"),
    "a chunk size in full-width digits": sized(b"\xef\xbc\x93"),
    "a chunk size before NUL": sized(b"3\0"),
    "no chunk size": chunks(REST),
    "no chunk at all": chunks(b"hello\r\n\r\n"),
    "a chunk size that is a word": sized(b"xyz"),
    "a chunk size that is 3 in 64 bits": sized(b"10000000000000003"),
    "a chunk size of 64 bits": sized(b"ffffffffffffffff"),
    "a chunk size of 64 bits with a sign": sized(b"8000000000000000"),
    "a chunk size after three hundred zeros": sized(b"0" * 300 + b"3"),
    # Chunks and their ends
    "a chunk shorter than its size": chunks(b"5" + REST),
    "a chunk longer than its size": chunks(b"2" + REST),
    "a chunk longer than its size by a CRLF": chunks(b"3\r\nabc\r\n\r\n0\r\n\r\n"),
    "no CRLF after a chunk": chunks(b"3\r\nabc0\r\n\r\n"),
    "two other bytes after a chunk": chunks(b"3\r\nabcXX0\r\n\r\n"),
    "bare LF after a chunk size": chunks(b"3\nabc\r\n0\r\n\r\n"),
    "bare LF after a chunk": chunks(b"3\r\nabc\n0\r\n\r\n"),
    "bare CR after a chunk size": chunks(b"3\rabc\r\n0\r\n\r\n"),
    "bare CR after a chunk": chunks(b"3\r\nabc\r0\r\n\r\n"),
    "LF before CR after a chunk": chunks(b"3\r\nabc\n\r0\r\n\r\n"),
    "two CR after a chunk size": chunks(b"3\r\r\nabc\r\n0\r\n\r\n"),
    "bare LF after the last chunk": chunks(b"3\r\nabc\r\n0\n\n"),
    "bare LF after the last chunk's size": chunks(b"3\r\nabc\r\n0\n\r\n"),
    "bare LF instead of the empty line after the last chunk": chunks(b"3\r\nabc\r\n0\r\n\n"),
    "bare CR instead of the empty line": chunks(b"3\r\nabc\r\n0\r\n\rX"),
    "two bytes instead of the empty line": chunks(b"3\r\nabc\r\n0\r\nXX"),
    "two last chunks": chunks(b"0\r\n0\r\n\r\n"),
    # Extensions
    "bare LF in a chunk extension": sized(b"3;a\nb"),
    "bare CR in a chunk extension": sized(b"3;a\rb"),
    "bare LF as a chunk extension": sized(b"3;\n"),
    "a line end in a quoted chunk extension": sized(b'3;a="b\r\nc"'),
    "a quoted chunk extension without an end": sized(b'3;a="b'),
    "a chunk extension without a name": sized(b"3;"),
    "a chunk extension with a value and no name": sized(b"3;=a"),
    "a chunk extension without a value": sized(b"3;a="),
    "a chunk extension with a space instead of its semicolon": sized(b"3 a"),
    "two semicolons before a chunk extension": sized(b"3;;a"),
    "a chunk extension with a space in its name": sized(b"3;a b"),
    "a chunk extension of control characters": sized(b"3;a=\x00"),
    "a chunk extension beyond ASCII": sized(b"3;\xe9"),
    "a chunk extension without an end": chunks(b"3;" + b"a" * 10_000),
    "bare LF in the last chunk's extension": chunks(b"0;a\nb\r\n\r\n"),
    "100,000 chunks of a byte": chunks(b"1\r\na\r\n" * 100_000 + b"0\r\n\r\n"),
    "chunks that are mostly extension": chunks(
        (b"1;" + b"x" * 200 + b"\r\na\r\n") * 400 + b"0\r\n\r\n"
    ),
    # Trailers
    "a trailer without a colon": chunks(b"0\r\nnonsense\r\n\r\n"),
    "a trailer without a name": chunks(b"0\r\n: b\r\n\r\n"),
    "a trailer with a space before its colon": chunks(b"0\r\nA : b\r\n\r\n"),
    "a trailer after a space": chunks(b"0\r\n A: b\r\n\r\n"),
    "a folded trailer": chunks(b"0\r\nA: b\r\n c\r\n\r\n"),
    "a trailer ending in bare LF": chunks(b"0\r\nA: b\n\r\n"),
    "a trailer ending in bare CR": chunks(b"0\r\nA: b\rC: d\r\n\r\n"),
    "NUL in a trailer": chunks(b"0\r\nA: \x00\r\n\r\n"),
    "a request line as a trailer": chunks(b"0\r\nGET / HTTP/1.1\r\n\r\n"),
    "too many trailers": chunks(b"0\r\n" + b"A: b\r\n" * 101),
    "a trailer of 10,000 bytes": chunks(b"0\r\nA: " + b"b" * 10_000 + b"\r\n\r\n"),
}
