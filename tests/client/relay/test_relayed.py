"""Captured requests as requests to a target, and its responses as replies."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.wire_fixture import FIXTURE, samples
from webhook_logger.captured import Body
from webhook_logger.client.http import HttpResponse
from webhook_logger.client.relay.relayed import forwarded, relayed, reply_headers, sendable


@pytest.mark.parametrize(
    ("subpath", "expected"),
    [
        *((same, same) for same in ("", "/", "//a/../%2f", "/%41%zz%")),
        ("/Z\xc3\xbcrich\x85\xff", "/Z%C3%BCrich%85%FF"),
    ],
)
def test_the_subpath_is_forwarded_unchanged(subpath: str, expected: str) -> None:
    assert relayed(replace(samples()[0], subpath=subpath)).subpath == expected


def test_hop_by_hop_headers_are_removed_including_those_that_connection_names() -> None:
    """Read a fixture that the tests of the page use, too."""
    lines = json.loads(FIXTURE.with_name("header_lines.json").read_text("utf-8"))
    left_out, sent_again = (
        tuple((name, value) for name, value in lines[key])
        for key in ("of_one_connection", "sent_again")
    )
    assert sendable((*left_out, *sent_again), b"") == sent_again


def test_content_length_replaces_the_original_framing() -> None:
    assert sendable((("A", "1"), ("content-LENGTH", "002"), ("B", "2")), b"hi") == (
        *(("A", "1"), ("content-LENGTH", "2"), ("B", "2")),
    )
    assert sendable((("A", "1"), ("Transfer-Encoding", "chunked"), ("B", "2")), b"hi") == (
        *(("A", "1"), ("Content-Length", "2"), ("B", "2")),
    )
    assert sendable((("Content-Length", "0"),), b"") == (("Content-Length", "0"),)
    assert sendable((), b"hi") == (("Content-Length", "2"),)


def test_content_length_stays_even_if_connection_names_it() -> None:
    lines = (("Connection", "Content-Length"), ("Content-Length", "2"))
    assert sendable(lines, b"hi") == (("Content-Length", "2"),)


def test_a_target_receives_the_original_host_and_scheme() -> None:
    own = (("X-Forwarded-Host", "evil"), ("x_forwarded_PROTO", "x"), ("Host", "a"), ("B", "1"))
    request = replace(samples()[0], headers=own, host="a", scheme="https", body=Body(b"", 0))
    called = (("X-Forwarded-Host", "a"), ("X-Forwarded-Proto", "https"))
    assert forwarded(request).headers == (("B", "1"), *called)
    kept = forwarded(request, keep_host=True)
    assert kept.headers == (("Host", "a"), ("B", "1"), *called)
    none = forwarded(replace(request, host=""), keep_host=True)
    assert none.headers == (("B", "1"), ("X-Forwarded-Proto", "https"))


def test_hop_by_hop_headers_are_removed_silently_and_other_names_are_returned() -> None:
    lines = (
        *(("Date", "today"), ("Content-Length", "2"), ("Connection", "close, X-Hop")),
        *(("x-hop", "1"), ("X-Dup", "1"), ("Set-Cookie", "a=b"), ("x-dup", "2")),
        *(("X-Accel-Redirect", "/etc"), ("Content-Encoding", "gzip"), ("set-cookie", "c=d")),
    )
    kept, left_out = reply_headers(HttpResponse(200, lines, b"hi"))
    assert kept == (("X-Dup", "1"), ("x-dup", "2"), ("Content-Encoding", "gzip"))
    assert left_out == ["Set-Cookie", "X-Accel-Redirect", "set-cookie"]
