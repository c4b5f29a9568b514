"""The head's grammar without a socket; the tables of the integration tests cover the rest."""

from __future__ import annotations

import pytest

from webhook_logger.errors import Reason, Refusal
from webhook_logger.serving.head import find_end, parse

GOOD = b"POST /a?b HTTP/1.1\r\nHost: h\r\nX: 1\r\n\r\n"


def read_in_pieces(head: bytes, size: int) -> None:
    """Find the end of a head that arrives in pieces, and parse it."""
    received = bytearray()
    for at in range(0, len(head), size):
        seen = len(received)
        received += head[at : at + size]
        if end := find_end(received, seen):
            parse(bytes(received[:end]))


def test_the_end_is_found_for_every_size_of_reads() -> None:
    for pieces in range(1, len(GOOD) + 1):
        received, seen, ends = bytearray(), 0, []
        for at in range(0, len(GOOD), pieces):
            received += GOOD[at : at + pieces]
            ends.append(find_end(received, seen))
            seen = len(received)
        assert ends[:-1] == [None] * (len(ends) - 1)
        assert ends[-1] == len(GOOD)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"X: a\x00b", Reason.CONTROL_CHARACTER),
        (b"\x16\x03X: a", Reason.CONTROL_CHARACTER),
        (b"Content-Length: \x7f", Reason.CONTROL_CHARACTER),
        (b"X: a\nY: b", Reason.BARE_LINE_FEED),
        (b"X: a\n", Reason.BARE_LINE_FEED),
        (b"X a", Reason.HEADERS_MALFORMED),
    ],
)
def test_the_reason_does_not_depend_on_the_size_of_reads(line: bytes, reason: Reason) -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\n" + line + b"\r\n\r\n"
    for size in (1, 7, len(head)):
        with pytest.raises(Refusal) as refused:
            read_in_pieces(head, size)
        assert refused.value.reason is reason, size


def test_bytes_after_the_end_are_not_checked() -> None:
    assert find_end(bytearray(GOOD + b"\x00\n\n\x16"), 0) == len(GOOD)


@pytest.mark.parametrize(
    ("invalid", "reason"),
    [
        (b"GET / HTTP/1.1\n", Reason.BARE_LINE_FEED),
        (b"\x16\x03\x01", Reason.TLS_NOT_SUPPORTED),
        (b"GET /\x00", Reason.CONTROL_CHARACTER),
        (b"G\x7f", Reason.CONTROL_CHARACTER),
    ],
)
def test_an_invalid_head_is_refused_before_its_end(invalid: bytes, reason: Reason) -> None:
    with pytest.raises(Refusal) as refused:
        find_end(bytearray(invalid), 0)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("lines", "version", "keep_alive"),
    [
        ("", "1.1", True),
        ("Connection: close\r\n", "1.1", False),
        ("Connection: x, CLOSE\r\n", "1.1", False),
        ("Connection: x\r\nConnection: close\r\n", "1.1", False),
        ("", "1.0", False),
        ("Connection: Keep-Alive\r\n", "1.0", True),
        ("Connection: keep-alive, close\r\n", "1.0", False),
    ],
)
def test_keep_alive_follows_version_and_options(lines: str, version: str, keep_alive: bool) -> None:
    head = parse(f"GET / HTTP/{version}\r\nHost: h\r\n{lines}\r\n".encode())
    assert head.keep_alive is keep_alive


def test_http_1_0_ignores_expect() -> None:
    for version, expects in (("1.1", True), ("1.0", False)):
        raw = (
            f"POST / HTTP/{version}\r\nHost: h\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n"
        )
        assert parse(raw.encode()).expects_continue is expects


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        *(
            (lines, Reason.CONTENT_LENGTH_MALFORMED)
            for lines in (
                b"Content-Length: +3",
                b"Content-Length: 3, 3",
                b"Content-Length:",
                b"Content-Length: 3\r\nContent-Length: 3",
                b"Content-Length: 9999999999999999999",
                b"Content-Length: 99999999999999999999999",
                b"Content-Length: 3\r\nTransfer-Encoding: chunked",
                b"Transfer-Encoding: chunked\r\nContent-Length: 3",
            )
        ),
        *(
            (b"Transfer-Encoding:" + value, Reason.TRANSFER_ENCODING_MALFORMED)
            for value in (
                b"",
                b" identity",
                b" chunked, gzip",
                b" , chunked",
                b" chunked,",
                b" chunked\r\nTransfer-Encoding: chunked",
            )
        ),
        (b"A : b", Reason.HEADERS_MALFORMED),
        (b"A: \xff\x00", Reason.CONTROL_CHARACTER),
    ],
)
def test_a_malformed_header_section_is_refused_with_a_reason(lines: bytes, reason: Reason) -> None:
    with pytest.raises(Refusal) as refused:
        parse(b"POST / HTTP/1.1\r\nHost: h\r\n" + lines + b"\r\n\r\n")
    assert refused.value.reason is reason
