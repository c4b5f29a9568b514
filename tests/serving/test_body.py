"""The work that reading a body causes; tests/fuzz/test_body.py tests the content."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.fuzz.test_body import CHUNKED, read
from tests.support.threads import in_this_thread
from webhook_logger.errors import Reason, Refusal
from webhook_logger.serving import body, wire

ONE = b"1\r\na\r\n"


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Return a function that counts how often other green threads could run."""
    taken: list[float] = []
    monkeypatch.setattr(time, "sleep", in_this_thread(taken.append, time.sleep))
    return lambda: len(taken)


def test_others_run_while_many_chunks_of_one_read_are_parsed(turns: Callable[[], int]) -> None:
    count = 10_000
    content, _ = read(CHUNKED, ONE * count + b"0\r\n\r\n", [], None)
    assert content == b"a" * count
    assert turns() == (2 * count + 2) // wire.LINES_PER_TURN


@pytest.mark.parametrize("extension", [b"", b";a=b", b";" + b"a" * 200])
def test_a_body_with_more_framing_than_the_limit_is_refused(
    turns: Callable[[], int], extension: bytes
) -> None:
    chunk = b"1" + extension + b"\r\na\r\n"
    framing = len(chunk) - 1 - body.MAX_FRAMING_FACTOR
    limit = body.MAX_FRAMING_BYTES // framing
    read(CHUNKED, chunk * (limit - 2) + b"0\r\n\r\n", [], None)
    with pytest.raises(Refusal) as refused:
        read(CHUNKED, chunk * (limit + 1) + b"0\r\n\r\n", [], None)
    assert refused.value.reason is Reason.TOO_MANY_CHUNKS


def test_content_raises_the_limit_of_framing() -> None:
    data = b"3\r\nabc\r\n" * 100_000 + b"0\r\n\r\n"
    assert len(read(CHUNKED, data, [], None)[0]) == 300_000
