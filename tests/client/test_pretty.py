"""Bodies for reading."""

from __future__ import annotations

from webhook_logger.captured import Body
from webhook_logger.client.pretty import pretty_body
from webhook_logger.headers import HeaderLines


def lines(content: bytes, media_type: str = "application/json", limit: int = 10_000) -> list[str]:
    headers: HeaderLines = (("Content-Type", media_type),)
    return [line.plain for line in pretty_body(Body(content, len(content)), headers, limit).lines]


def test_json_is_indented_and_keeps_what_was_sent() -> None:
    content = b'{"a":[1.50,{},"\\u00e9"],"a":{"b":null,"c":[[]]},"d":1e999}'
    assert lines(content, "text/plain") == [
        "{",
        '  "a": [',
        "    1.50,",
        "    {},",
        '    "\\u00e9"',
        "  ],",
        '  "a": {',
        '    "b": null,',
        '    "c": [',
        "      []",
        "    ]",
        "  },",
        '  "d": 1e999',
        "}",
    ]
    for content in (b"[]", b'"x"', b"1"):
        assert lines(content) == [content.decode()]


def test_invalid_or_deep_json_is_shown_as_sent() -> None:
    assert lines(b'{"a": \x1b}') == ['{"a": \\x1b}']
    assert lines(b"[" * 5000) == ["[" * 5000]
    deep = b"[" * 100 + b"]" * 100
    assert max(map(len, lines(deep))) < 100


def test_xml_has_a_line_for_each_tag() -> None:
    content = b'<?xml version="1.0"?><a x="1"><b>text</b><c/><d><e>1</e></d></a>'
    expected = [
        '<?xml version="1.0"?>',
        '<a x="1">',
        "  <b>text</b>",
        "  <c/>",
        "  <d>",
        "    <e>1</e>",
        "  </d>",
        "</a>",
    ]
    assert lines(content, "application/soap+xml") == expected
    comment = b"<a><!-- > --></a>"
    assert lines(comment, "text/xml") == [comment.decode()]


def test_a_form_has_a_line_for_each_field() -> None:
    form = "application/x-www-form-urlencoded"
    assert lines(b"a=%C3%A9+b&c&\x1b=1", form) == ["a = é b", "c = ", "\\x1b = 1"]


def test_a_long_body_is_shortened_and_says_so() -> None:
    pretty = pretty_body(Body(b'{"a": 1}', 8), (), 5)
    assert ([line.plain for line in pretty.lines], pretty.hidden) == (['{"a":'], 3)
    assert lines(b"\xff\x00", "image/png") == ["[2 B of binary data]"]
    incomplete = pretty_body(Body(b"", 2_000_000, complete=False), (), 5)
    assert "not kept" in incomplete.lines[0].plain
