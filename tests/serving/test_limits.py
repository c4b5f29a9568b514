"""The limits of a head, to the byte."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.exceptions import HTTPException

from webhook_logger.serving.head import find_end, parse
from webhook_logger.serving.limits import ConnectionLimits

LIMITS = ConnectionLimits(target_bytes=300, header_bytes=400, header_lines=10)


def with_target(length: int) -> bytes:
    return b"GET /" + b"x" * (length - 1) + b" HTTP/1.1\r\nHost: h\r\n\r\n"


def with_lines(count: int) -> bytes:
    return b"GET / HTTP/1.1\r\nHost: h\r\n" + b"A: b\r\n" * (count - 1) + b"\r\n"


def with_section(size: int) -> bytes:
    return b"GET / HTTP/1.1\r\nHost: h\r\nA: " + b"b" * (size - 14) + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("raw_of", "limit", "status"),
    [(with_target, 300, 414), (with_lines, 10, 431), (with_section, 400, 431)],
)
def test_a_head_at_the_limit_is_accepted_and_one_above_is_refused(
    raw_of: Callable[[int], bytes], limit: int, status: int
) -> None:
    read(raw_of(limit))
    with pytest.raises(HTTPException) as refused:
        read(raw_of(limit + 1))
    assert refused.value.code == status


def read(raw: bytes) -> None:
    end = find_end(bytearray(raw), 0, LIMITS)
    assert end == len(raw)
    parse(raw, LIMITS)
