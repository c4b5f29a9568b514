"""Edited requests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.client.tui.samples import HOSTILE, sample
from webhook_logger.captured import Body
from webhook_logger.client.errors import Invalid
from webhook_logger.client.tui.draft import MAX_EDITED_BYTES, body_note, draft_of, edited

REQUEST = sample(
    body=b'{\r\n "a": 1}',
    subpath="/caf\xc3\xa9/\xff",
    query_string="q=\x80",
    headers=(("X-Latin", "\xe9"), ("X-Utf", "\xc3\xa9"), ("X-Dup", "1"), ("X-Dup", "1")),
)


def test_unedited_parts_keep_their_bytes() -> None:
    assert edited(draft_of(REQUEST), REQUEST) == REQUEST
    hostile = sample(
        body=HOSTILE.encode(), method="\x7fM", headers=(("X", "\x80\u00ad"), ("Y", "a\tb"))
    )
    draft = draft_of(hostile)
    assert edited(draft, hostile) == hostile
    assert (draft.method + draft.headers).isprintable() or "\n" in draft.headers
    assert not {"\x7f", "\x80", "\xad", "\x1b"} & set(draft.method + draft.headers + draft.body)


def test_each_part_can_be_edited() -> None:
    draft = draft_of(REQUEST)
    assert draft.headers.split("\n")[:2] == ["X-Latin: é", "X-Utf: é"]
    assert draft.body == '{\n "a": 1}'
    headers = draft.headers.replace("X-Dup: 1", "X-Dup: 2", 1) + "\nX-New: ü"
    changed = replace(draft, method="PUT", target="/ü?a=%20&b", headers=headers, body='{\n "a": 2}')
    request = edited(changed, REQUEST)
    assert (request.method, request.subpath) == ("PUT", "/%C3%BC")
    assert request.query_string == "a=%20&b"
    expected = (*REQUEST.headers[:2], ("X-Dup", "2"), ("X-Dup", "1"), ("X-New", "\xc3\xbc"))
    assert request.headers == expected
    assert request.body == Body(b'{\r\n "a": 2}', 11), "line ends stay unchanged"


def test_an_empty_subpath_stays_empty() -> None:
    request = sample()
    assert edited(replace(draft_of(request), target="/?a=1"), request).subpath == ""


@pytest.mark.parametrize(
    ("part", "text", "message"),
    [
        ("method", "PO ST", "A method has letters"),
        ("method", "", "A method has letters"),
        ("target", "a", "A path begins with a slash"),
        ("target", "/a b", "Write %20 for a space"),
        ("headers", "X", "must have the form 'Name: value'"),
        ("headers", "X Y: 1", "must have the form 'Name: value'"),
        ("headers", "X: \x01", "has a control character"),
    ],
)
def test_an_invalid_part_is_named(part: str, text: str, message: str) -> None:
    draft = replace(draft_of(REQUEST), **{part: text})
    with pytest.raises(Invalid, match=message):
        edited(draft, REQUEST)


def test_a_body_that_is_not_text_is_sent_as_captured_or_replaced() -> None:
    mixed = b"a\r\nb\nc"
    for content in (b"\x00\xff", HOSTILE.encode(), mixed, b"x" * (MAX_EDITED_BYTES + 1)):
        request = sample(body=content)
        draft = draft_of(request)
        assert draft.body == ""
        assert "the captured" in body_note(request.body)
        assert edited(draft, request).body.content == content
        assert edited(replace(draft, body="new"), request).body == Body(b"new", 3)
    assert body_note(REQUEST.body) == ""


def test_a_body_that_was_not_kept_can_be_replaced() -> None:
    request = replace(sample(), body=Body(b"", 2_000_000, complete=False))
    assert "was not kept" in body_note(request.body)
    assert edited(draft_of(request), request).body == Body(b"", 0)
