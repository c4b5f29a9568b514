"""Requests as lines for a terminal: readable, and nothing in them acts on it."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from tests.wire_fixture import UUID, samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.show import shown, size, summary
from webhook_logger.plain import plain

HOSTILE = "\x1b[31mred\x1b]0;title\x07\x9b2J\r\x08\x7f\u202e\u2066\u200b\u2028\xad\ufeff"


def lines(request: CapturedRequest, headers: bool = False, body: bool = False) -> list[str]:
    """As they are written into a file."""
    written = io.StringIO()
    console = Console(file=written, soft_wrap=True, markup=False, emoji=False, highlight=False)
    console.print(shown(request, headers=headers, body=body))
    return written.getvalue().removesuffix("\n").split("\n")


def with_body(content: bytes) -> CapturedRequest:
    return replace(samples()[0], body=Body(content, len(content)))


def test_a_summary_has_what_one_looks_for() -> None:
    request = replace(samples()[0], headers=(("content-TYPE", "Application/JSON; charset=utf-8"),))
    text = summary(request).plain
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d  POST    /json/%C3%A9\?a=1&a=2&b  "
        r"57 B  application/json  203\.0\.113\.9  #1",
        text,
    )


def test_the_callback_itself_is_a_slash() -> None:
    request = replace(samples()[0], path=f"/{UUID}", subpath="", query_string="")
    assert "POST    /  57 B" in summary(request).plain


def test_controls_and_what_turns_text_around_are_escaped() -> None:
    escaped = plain(HOSTILE)
    assert escaped.isprintable()
    assert escaped.startswith(r"\x1b[31mred\x1b]0;title\x07\x9b2J\r\x08\x7f\u202e\u2066")
    assert plain("é 日本 😀 [bold]") == "é 日本 😀 [bold]"


def test_nothing_that_a_sender_chooses_reaches_the_terminal_as_it_is() -> None:
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


def test_no_markup_is_read_from_senders() -> None:
    request = replace(samples()[0], query_string="[red]x[/red][link=http://e]:smile:")
    assert "[red]x[/red][link=http://e]:smile:" in summary(request).plain


def test_header_lines_show_as_they_came() -> None:
    shown_lines = lines(samples()[0], headers=True)
    assert shown_lines[1:6] == [
        *("  Host: hooks.example.com", "  X-Dup: 1", "  x-dup: 2", "  X_Latin: é", ""),
    ]


def test_what_is_utf_8_is_read_as_that_and_else_as_latin_1() -> None:
    sent = "Zürich".encode().decode("latin-1")
    request = replace(
        samples()[0], subpath=f"/{sent}", query_string="", headers=(("X", sent), ("Y", "Z\xfc"))
    )
    shown_lines = lines(request, headers=True)
    assert "  /Zürich  " in shown_lines[0]
    assert shown_lines[1:3] == ["  X: Zürich", "  Y: Zü"]


def test_trailers_stand_behind_the_body_they_came_with() -> None:
    request = replace(with_body(b"hi"), headers=(), trailers=(("X-Sum", "1"),))
    assert lines(request, headers=True)[-3:] == ["  hi", "  Trailers:", "  X-Sum: 1"]
    assert "Sum" not in str(lines(request))


def test_what_was_done_to_read_a_body_is_told() -> None:
    request = replace(with_body(b"Zo\xeb"), headers=(("Content-Type", "a/b; charset=latin1"),))
    assert lines(request)[1:] == ["  [read as latin1]", "  Zoë"]


def test_a_long_body_is_shortened_unless_it_is_wanted() -> None:
    request = with_body(b"x" * 300 + b"\nb\nc\nd\ne\nf\ng\n")
    assert lines(request)[1:] == [
        *(f"  {'x' * 200}…", "  b", "  c", "  d", "  e", "  … 2 more lines"),
    ]
    assert lines(request, body=True)[1:] == [
        *(f"  {'x' * 300}", "  b", "  c", "  d", "  e", "  f", "  g"),
    ]


def test_line_ends_of_windows_are_line_ends_and_others_are_shown() -> None:
    assert lines(with_body(b"a\r\nb\rc\x0bd\r\n"))[1:] == ["  a", r"  b\rc\x0bd"]


def test_bytes_that_are_no_text_are_told_and_not_shown() -> None:
    assert lines(with_body(bytes(range(256))))[1:] == ["  [256 B that are no text]"]
    [large] = [request for request in samples() if not request.body.complete]
    assert lines(large)[1:] == [
        "  [5.0 MB, over the limit of the server: its content is not known]"
    ]
    assert lines(with_body(b""))[1:] == []


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1834, "1.8 kB"), (1_048_576, "1.0 MB")]
)
def test_sizes_are_short(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize("content", [b"\n", b"\t", b"\x01\n", b"[b]\n"])
def test_a_mebibyte_of_anything_is_written_at_once(content: bytes) -> None:
    many = 2**20 // len(content)
    assert len(lines(with_body(content * many), body=True)) == 1 + (many if b"\n" in content else 1)
