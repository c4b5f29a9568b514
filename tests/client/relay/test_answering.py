"""What of a target's response can be the callback's reply."""

from __future__ import annotations

from webhook_logger.client.http import Answer
from webhook_logger.client.relay.answering import reply_headers


def test_what_is_of_one_connection_goes_without_a_word_and_the_rest_is_told() -> None:
    lines = (
        *(("Date", "today"), ("Content-Length", "2"), ("Connection", "close, X-Hop")),
        *(("x-hop", "1"), ("X-Dup", "1"), ("Set-Cookie", "a=b"), ("x-dup", "2")),
        *(("X-Accel-Redirect", "/etc"), ("Content-Encoding", "gzip"), ("set-cookie", "c=d")),
    )
    kept, left_out = reply_headers(Answer(200, lines, b"hi"))
    assert kept == (("X-Dup", "1"), ("x-dup", "2"), ("Content-Encoding", "gzip"))
    assert left_out == ["Set-Cookie", "X-Accel-Redirect", "set-cookie"]
