"""Decode bodies by their content codings and charset."""

from __future__ import annotations

import gzip
import json

import pytest

from webhook_logger.client.reading import Reading, read
from webhook_logger.headers import HeaderLines

TEXT = "Zoë übt 日本語, 红苹果"


def of_type(value: str) -> HeaderLines:
    return (("Content-Type", value),)


@pytest.mark.parametrize(
    ("content_type", "content", "text", "label"),
    [
        ("text/plain", "Zoë".encode(), "Zoë", ""),
        ("text/plain; charset=utf-8", "Zoë".encode(), "Zoë", ""),
        ("", "Zoë".encode("utf-8-sig"), "Zoë", ""),
        ("text/plain; charset=ISO-8859-1", b"Zo\xeb", "Zoë", "ISO-8859-1"),
        ('application/json; charset="latin1"', b'"Zo\xeb"', '"Zoë"', "latin1"),
        ("application/json", '"Zoë"'.encode("utf-16"), '"Zoë"', "UTF-16"),
        ("application/json", '"Zoë"'.encode("utf-16-le"), '"Zoë"', "UTF-16"),
        ("application/problem+json", '"Zoë"'.encode("utf-16-be"), '"Zoë"', "UTF-16"),
        ("text/plain; charset=gbk", "红苹果".encode("gbk"), "红苹果", "gbk"),
        ("text/plain; charset=Shift_JIS", "日本語".encode("cp932"), "日本語", "Shift_JIS"),
        ("text/plain; charset=iso-2022-jp", "日本".encode("iso2022_jp"), "日本", "iso-2022-jp"),
        (
            "application/xml",
            b'<?xml version="1.0" encoding="windows-1252"?><a>\x80</a>',
            '<?xml version="1.0" encoding="windows-1252"?><a>€</a>',
            "windows-1252",
        ),
        ("text/plain; charset=rot13", "Zoë".encode(), "Zoë", ""),
        ("application/x-www-form-urlencoded", b"a=Zo\xeb", "a=Zoë", "windows-1252, a guess"),
        ("text/plain; charset=ascii-ish", b"Zo\xeb\x81", "Zoë\ufffd", "windows-1252, a guess"),
        ("text/plain; charset=shift_jis", b"\x93\xfa\x93", "日\ufffd", "shift_jis"),
        ("application/x-www-form-urlencoded", b"a=%BA%EC+b", "a=%BA%EC+b", ""),
        ("application/x-www-form-urlencoded;charset=GBK", b"a=%BA%EC+b", "a=红 b", "GBK"),
        (
            "application/x-www-form-urlencoded",
            b"_charset_=shift_jis&a=%93%FA",
            "_charset_=shift_jis&a=日",
            "shift_jis",
        ),
        ("application/octet-stream", b"\xff\x00", None, ""),
        ("image/png", b"\x89PNG", None, ""),
    ],
)
def test_a_text_is_decoded_by_its_charset(
    content_type: str, content: bytes, text: str | None, label: str
) -> None:
    notes = (f"read as {label}",) if label else ()
    assert read(content, of_type(content_type)) == Reading(text, notes)


def test_content_codings_are_decoded_and_named() -> None:
    lines = (("Content-Encoding", "gzip"), *of_type("text/plain; charset=gbk"))
    content = gzip.compress("红".encode("gbk"))
    assert read(content, lines) == Reading("红", ("gzip decoded", "read as gbk"))
    assert read(b"plain", lines[:1]) == Reading(
        "plain", ("The body is not valid gzip, or is truncated",)
    )
    truncated = read(gzip.compress(b"x" * 9)[:-1], lines[:1])
    assert truncated == Reading(
        "x" * 9, ("gzip decoded", "The body is not valid gzip, or is truncated")
    )


def multipart(*parts: tuple[str, bytes], end: bytes = b"--") -> bytes:
    written = b"".join(
        b"--B\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (head.encode(), content)
        for head, content in parts
    )
    return written + b"--B" + end


def test_each_part_is_decoded_by_the_charset_that_it_or_another_field_declares() -> None:
    charsets = json.dumps({"text": "iso-8859-1", "html": "iso-2022-jp", "to": 1}).encode()
    content = multipart(
        ('name="charsets"', charsets),
        ('name="text"', b"Gr\xfc\xdfe"),
        ('name="html"', "りんご".encode("iso2022_jp")),
        ('name="to"', "Zoë".encode()),
        ('name="a"; filename="a.csv"\r\nContent-Type: text/csv; charset=windows-1252', b"\x80"),
        ('name="i"; filename="i.png"\r\nContent-Type: image/png', b"\x89PNG"),
    )
    reading = read(content, of_type("multipart/form-data; boundary=B"))
    assert reading.notes == ("read as iso-8859-1, iso-2022-jp, windows-1252",)
    for text in ("Grüße", "りんご", "Zoë", "€", "[4 bytes of binary data]", "filename"):
        assert text in str(reading.text)


def test_a_header_line_of_a_part_may_be_folded() -> None:
    kind = 'form-data;\r\n name="a"\r\nContent-Type: text/plain;\r\n\tcharset=windows-1252'
    content = multipart((kind.removeprefix("form-data;"), b"\x80"))
    reading = read(content, of_type("multipart/form-data; boundary=B"))
    assert reading.notes == ("read as windows-1252",)
    assert "€" in str(reading.text)


def test_a_preamble_and_a_missing_final_boundary_are_allowed() -> None:
    kind = of_type("multipart/form-data; boundary=B")
    content = b"before\r\n" + multipart(('name="a"', b"one"), ('name="b"', b"two"), end=b"")
    text = str(read(content, kind).text)
    assert text.startswith("before\n--B\n")
    assert "one" in text
    assert "two" in text
    sjis = multipart(('name="_charset_"', b"shift_jis"), ('name="a"', "日".encode("cp932")))
    assert read(sjis, kind).notes == ("read as shift_jis",)


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", f"multipart/form-data; boundary={'-' * 71}", "multipart/x; boundary="],
)
def test_without_a_valid_boundary_the_body_is_one_text(content_type: str) -> None:
    assert read(b"--a\r\n\r\nZo\xeb", of_type(content_type)).text == "--a\r\n\r\nZoë"


def test_nested_parts_are_decoded_to_a_depth_of_four() -> None:
    content = b"--B9\r\nContent-Type: text/plain; charset=latin1\r\n\r\nZo\xeb\r\n--B9--"
    for inner in (9, 8, 7):
        head = b"--B%d\r\nContent-Type: multipart/mixed; boundary=B%d\r\n\r\n" % (inner - 1, inner)
        content = head + content + b"\r\n--B%d--" % (inner - 1)
    reading = read(content, of_type("multipart/mixed; boundary=B6"))
    assert reading.notes == ("read as latin1",)
    assert "Zoë" in str(reading.text)
    for _ in range(2000):
        content = b"--B\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n" + content
    assert read(content, of_type("multipart/mixed; boundary=B")).text


@pytest.mark.parametrize(
    ("encoding", "content", "text"),
    [
        (b"Base64", b"Wm/D\r\nqw==", "Zoë"),
        (b"quoted-printable", b"Zo=C3=ab =3D 1=\r\n!", "Zoë = 1!"),
        (b"base64", b"%%%", "%%%"),
        (b"x-uuencode", b"%%%", "%%%"),
    ],
)
def test_the_transfer_encoding_of_a_part_is_decoded(
    encoding: bytes, content: bytes, text: str
) -> None:
    part = b"--B\r\nContent-Transfer-Encoding: %b\r\n\r\n%b\r\n--B--" % (encoding, content)
    assert str(read(part, of_type("multipart/mixed; boundary=B")).text).endswith(f"\n{text}")


def test_lines_can_end_with_lf_and_content_after_the_final_boundary_is_ignored() -> None:
    content = b"--B\nX: 1\n\none\n--Bee\n--B--\n\n--B\n\nafter"
    assert read(content, of_type("multipart/x; boundary=B")).text == "--B\nX: 1\n\none\n--Bee"
