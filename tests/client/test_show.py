"""Requests are formatted for a terminal, and cannot control it."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from tests.wire_fixture import UUID, samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.show import format_request, size, summary
from webhook_logger.plain import plain

HOSTILE = "\x1b[31mred\x1b]0;title\x07\x9b2J\r\x08\x7f\u202e\u2066\u200b\u2028\xad\ufeff"


def lines(request: CapturedRequest, headers: bool = False, body: bool = False) -> list[str]:
    """Return the lines as they are written to a file."""
    written = io.StringIO()
    console = Console(file=written, soft_wrap=True, markup=False, emoji=False, highlight=False)
    console.print(format_request(request, headers=headers, body=body))
    return written.getvalue().removesuffix("\n").split("\n")


def with_body(content: bytes) -> CapturedRequest:
    return replace(samples()[0], body=Body(content, len(content)))


def test_a_summary_is_one_line() -> None:
    request = replace(samples()[0], headers=(("content-TYPE", "Application/JSON; charset=utf-8"),))
    text = summary(request).plain
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d  POST    /json/%C3%A9\?a=1&a=2&b  order\.created  "
        r"57 B  application/json  203\.0\.113\.9  #1",
        text,
    )


def test_an_empty_subpath_is_shown_as_a_slash() -> None:
    request = replace(samples()[0], path=f"/{UUID}", subpath="", query_string="")
    assert "POST    /  order.created  57 B" in summary(request).plain


def test_control_and_direction_characters_are_escaped() -> None:
    escaped = plain(HOSTILE)
    assert escaped.isprintable()
    assert escaped.startswith(r"\x1b[31mred\x1b]0;title\x07\x9b2J\r\x08\x7f\u202e\u2066")
    assert plain("é 日本 😀 [bold]") == "é 日本 😀 [bold]"


def test_text_from_senders_is_escaped_everywhere() -> None:
    latin = HOSTILE.encode().decode("latin-1")
    request = replace(
        samples()[0],
        method=f"GET{latin}",
        path=f"/{UUID}/{latin}",
        subpath=f"/{latin}",
        query_string=latin,
        remote_addr=HOSTILE,
        headers=(("Content-Type", latin), (latin, latin)),
        body=Body(f"{HOSTILE}\nb\t".encode(), 9),
    )
    for body in (True, False):
        shown_lines = lines(request, headers=True, body=body)
        assert all(line.replace("\t", "").isprintable() for line in shown_lines)


def test_markup_from_senders_is_plain_text() -> None:
    request = replace(samples()[0], query_string="[red]x[/red][link=http://e]:smile:")
    assert "[red]x[/red][link=http://e]:smile:" in summary(request).plain


def test_header_lines_are_shown_unchanged() -> None:
    shown_lines = lines(samples()[0], headers=True)
    assert shown_lines[1:6] == [
        *("  Host: hooks.example.com", "  X-Dup: 1", "  x-dup: 2", "  X_Latin: é", ""),
    ]


def test_header_lines_are_decoded_as_utf_8_or_latin_1() -> None:
    sent = "Zürich".encode().decode("latin-1")
    request = replace(
        samples()[0], subpath=f"/{sent}", query_string="", headers=(("X", sent), ("Y", "Z\xfc"))
    )
    shown_lines = lines(request, headers=True)
    assert "  /Zürich  " in shown_lines[0]
    assert shown_lines[1:3] == ["  X: Zürich", "  Y: Zü"]


def test_trailers_follow_the_body() -> None:
    request = replace(with_body(b"hi"), headers=(), trailers=(("X-Sum", "1"),))
    assert lines(request, headers=True)[-3:] == ["  hi", "  Trailers:", "  X-Sum: 1"]
    assert "Sum" not in str(lines(request))


def test_the_decoding_of_a_body_is_named() -> None:
    request = replace(with_body(b"Zo\xeb"), headers=(("Content-Type", "a/b; charset=latin1"),))
    assert lines(request)[1:] == ["  [read as latin1]", "  Zoë"]


def test_a_long_body_is_shortened_by_default() -> None:
    request = with_body(b"x" * 300 + b"\nb\nc\nd\ne\nf\ng\n")
    assert lines(request)[1:] == [
        *(f"  {'x' * 200}…", "  b", "  c", "  d", "  e", "  … 2 more lines"),
    ]
    assert lines(request, body=True)[1:] == [
        *(f"  {'x' * 300}", "  b", "  c", "  d", "  e", "  f", "  g"),
    ]


def test_crlf_ends_a_line_and_other_line_ends_are_escaped() -> None:
    assert lines(with_body(b"a\r\nb\rc\x0bd\r\n"))[1:] == ["  a", r"  b\rc\x0bd"]


def test_binary_data_is_not_shown() -> None:
    assert lines(with_body(bytes(range(256))))[1:] == ["  [256 B of binary data]"]
    [large] = [request for request in samples() if not request.body.complete]
    assert lines(large)[1:] == ["  [5.0 MB, over the server's limit: its content was not kept]"]
    assert lines(with_body(b""))[1:] == []


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1834, "1.8 kB"), (1_048_576, "1.0 MB")]
)
def test_sizes_are_short(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize("content", [b"\n", b"\t", b"\x01\n", b"[b]\n"])
def test_a_body_of_one_mebibyte_is_written_at_once(content: bytes) -> None:
    many = 2**20 // len(content)
    assert len(lines(with_body(content * many), body=True)) == 1 + (many if b"\n" in content else 1)
