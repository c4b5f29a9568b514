"""Bytes are decoded by their byte order mark, their charset, or as UTF-8."""

from __future__ import annotations

import codecs
from encodings import aliases

import pytest

from tests.test_captured import of
from webhook_logger import charset
from webhook_logger.captured import Body


@pytest.mark.parametrize(
    ("content_type", "content", "text"),
    [
        ("", "Zoë".encode(), "Zoë"),
        ("text/plain; charset=iso-8859-1", b"Zo\xeb", "Zoë"),
        ("text/plain; charset=ISO-8859-1", b"\x80", "€"),
        ('text/plain; charset="UTF-8"', b"Zo\xff", "Zo\ufffd"),
        ("text/plain;\tCharset = shift_jis ; a=b", "髙".encode("cp932"), "髙"),
        ("text/xml; charset=GB2312", "镕".encode("gbk"), "镕"),
        ("text/plain; charset=euc-kr", "똠".encode("cp949"), "똠"),
        ("text/plain; charset=utf-16", "é".encode("utf-16-le"), "é"),
        ("text/plain; charset=utf-16be", "é".encode("utf-16-be"), "é"),
        # A byte order mark overrides the header, and is not part of the text.
        ("", codecs.BOM_UTF8 + b"a", "a"),
        ("", "é".encode("utf-16"), "é"),
        ("text/plain; charset=utf-8", codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "é"),
        # The first charset counts, and only as a parameter.
        ("text/plain; charset=koi8-r; charset=utf-8", b"\xc1", "а"),
        ('a/b; x="; charset=utf-16;\\"" ; charset=cp1251', b"\xc1", "Б"),
        ('a/b; charset="windows\\-1251"', b"\xc1", "Б"),
        ("a/b; xcharset=utf-16", b"a", "a"),
        ('a/b; x="; charset=utf-16', b"a", "a"),
        # Names that browsers do not accept as a charset; Python accepts some of them.
        ("text/plain; charset=no-such", b"a", "a"),
        ("text/plain; charset=unicode_escape", b"\\q", "\\q"),
        ("text/plain; charset=utf-7", b"+AGE-", "+AGE-"),
        ("text/plain; charset=idna", b"xn--a", "xn--a"),
        ("text/plain; charset=base64", b"a", "a"),
        ("text/plain; charset=a\x00b", b"a", "a"),
        ("text/plain; charset=", b"a", "a"),
        ("charset=utf-16", b"a", "a"),
    ],
)
def test_a_body_is_decoded_by_its_charset(content_type: str, content: bytes, text: str) -> None:
    request = of(headers=(("content-type", content_type),), body=Body(content, len(content)))
    assert request.text == text


def test_python_supports_each_codec() -> None:
    for name, codec in charset._CODECS.items():
        assert codecs.lookup(codec)
        assert aliases.aliases.get(name, name) in charset._CODECS


def test_an_unknown_charset_is_not_cached() -> None:
    import encodings

    known = len(encodings._cache)  # type: ignore[attr-defined]
    for n in range(100):
        charset.decode(b"a", f"text/plain; charset=no-such-{n}")
    assert len(encodings._cache) == known  # type: ignore[attr-defined]
