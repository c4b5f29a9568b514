"""Bodies as real senders write them, with the texts that the page and the element show for each."""

from __future__ import annotations

import base64
import gzip
import zlib

TEXT = b'{"kind": "alert", "n": [1, 2, 3]}'
ZSTD = base64.b64decode("KLUv/QRYCQEAeyJraW5kIjogImFsZXJ0IiwgIm4iOiBbMSwgMiwgM119tjBP5A==")
BROTLI = base64.b64decode("CxCAeyJraW5kIjogImFsZXJ0IiwgIm4iOiBbMSwgMiwgM119Aw==")

JSON = "Content-Type: application/json"
FORM = "Content-Type: application/x-www-form-urlencoded"
MULTIPART = "Content-Type: multipart/form-data; boundary=b"


def coded(coding: str) -> tuple[str, str]:
    return JSON, f"Content-Encoding: {coding}"


def part(name: str, content: bytes, *lines: str) -> bytes:
    head = [f'Content-Disposition: form-data; name="{name}"', *lines]
    return b"--b\r\n" + "\r\n".join(head).encode() + b"\r\n\r\n" + content + b"\r\n"


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


CASES: dict[str, tuple[bytes, tuple[str, ...], tuple[str, ...]]] = {
    "gzip": (gzip.compress(TEXT), coded("gzip"), ('"kind": "alert"', "Sent as gzip")),
    "deflate": (zlib.compress(TEXT), coded("deflate"), ('"kind": "alert"',)),
    "raw deflate": (raw_deflate(TEXT), coded("deflate"), ('"kind": "alert"',)),
    "br": (BROTLI, coded("br"), ('"kind": "alert"', "Sent as br")),
    "zstd": (ZSTD, coded("zstd"), ('"kind": "alert"', "Sent as zstd")),
    "an unknown coding": (TEXT, coded("pear"), ('"kind": "alert"', "can’t decode “pear”")),
    "UTF-16 JSON": (
        '{"name": "Zoë"}'.encode("utf-16"),
        (f"{JSON}; charset=utf-16",),
        ('"name": "Zoë"', "Read as UTF-16LE because of its byte order mark"),
    ),
    "UTF-16 XML": (
        '<?xml version="1.0" encoding="UTF-16"?><a><b>Zoë</b></a>'.encode("utf-16"),
        ("Content-Type: application/xml",),
        ("<b>Zoë</b>", "UTF-16LE"),
    ),
    "Latin-1 JSON": (
        '{"name": "Zoë"}'.encode("latin-1"),
        (f"{JSON}; charset=iso-8859-1",),
        ('"name": "Zoë"', "Read as windows-1252 because the Content-Type says “iso-8859-1”"),
    ),
    "a GBK form": (
        b"subject=%BA%EC%C6%BB%B9%FB&charset=GBK",
        (FORM,),
        ("红苹果", "Decoded as GBK because the field charset says “GBK”"),
    ),
    "a Shift_JIS form": (b"a=%83%8F", (f"{FORM}; charset=Shift_JIS",), ("ワ",)),
    "a raw Latin-1 form": (b"name=G\xfcnther&n=1", (FORM,), ("Günther", "windows-1252")),
    "inbound mail": (
        part("charsets", b'{"text":"iso-8859-1"}') + part("text", b"Gr\xfc\xdfe") + b"--b--",
        (MULTIPART,),
        ("Grüße", "because the field charsets says “iso-8859-1”"),
    ),
    "transfer encodings": (
        part("a", b"Zo=C3=AB", "Content-Transfer-Encoding: quoted-printable")
        + part("b", b"Wm/Dqw==", "Content-Transfer-Encoding: base64")
        + b"--b--",
        (MULTIPART,),
        ("Zoë",),
    ),
    "nested parts": (
        part(
            "files",
            b"--in\r\n\r\ninner one\r\n--in--",
            "Content-Type: multipart/mixed; boundary=in",
        )
        + b"--b--",
        (MULTIPART,),
        ("inner one",),
    ),
    "a preamble": (b"preamble\r\n" + part("a", b"one") + b"--b--", (MULTIPART,), ("one",)),
    "no final boundary": (
        part("a", b"one") + part("b", b"two"),
        (MULTIPART,),
        ("two", "The final boundary is missing"),
    ),
    "broken JSON": (
        b'{"a": 1,\n "b": tru}',
        (JSON,),
        ("Not valid JSON at line 2, column 7", '"b": tru}'),
    ),
    "invalid gzip": (
        TEXT,
        coded("gzip"),
        ('"kind": "alert"', "damaged, incomplete or not “gzip”"),
    ),
    "parts in different charsets": (
        part("charsets", b'{"html":"iso-2022-jp"}')
        + part("html", "<p>こんにちは</p>".encode("iso-2022-jp"))
        + part("list", "4,20 €".encode("cp1252"), "Content-Type: text/csv; charset=windows-1252")
        + b"--b--",
        (MULTIPART,),
        ("<p>こんにちは</p>", "ISO-2022-JP", "4,20 €", "the Content-Type says “windows-1252”"),
    ),
    "an internal DTD": (
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a><d>&b;</d></a>",
        ("Content-Type: application/xml",),
        ("<!DOCTYPE a [\n  <!ENTITY b 'c'>\n]>\n<a>\n  <d>&b;</d>\n</a>",),
    ),
}
