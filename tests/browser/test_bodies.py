"""Bodies as senders in the field write them: what the page makes of each, on one page."""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.processes import Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

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
    "a coding that nobody knows": (TEXT, coded("pear"), ('"kind": "alert"', "can’t undo “pear”")),
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
    "parts in parts": (
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
    "an internal DTD": (
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a><d>&b;</d></a>",
        ("Content-Type: application/xml",),
        ("<!DOCTYPE a [\n  <!ENTITY b 'c'>\n]>\n<a>\n  <d>&b;</d>\n</a>",),
    ),
}


def body_of(page: Page, server: Server, uuid: str, kind: str) -> Locator:
    """Send a case, open it, and give its body."""
    body, lines, _ = CASES[kind]
    path = f"/{kind.replace(' ', '-')}"
    post(server.address, f"/{uuid}{path}", body, *lines)
    page.locator(".row", has_text=path).click()
    expect(page.locator("request-detail h2")).to_contain_text(path)
    return page.locator("request-body")


def test_each_is_read_as_its_sender_meant_it(
    server: Server, open_page: Callable[..., Page], uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    for kind, (_, _, shown) in CASES.items():
        body = body_of(page, server, uuid, kind)
        for text in shown:
            expect(body, kind).to_contain_text(text)


def test_the_filter_finds_what_is_in_compressed_bodies(
    server: Server, open_page: Callable[..., Page], uuid: str
) -> None:
    page = open_page(server, f"/view/{uuid}")
    for kind in ("gzip", "br", "zstd", "UTF-16 XML"):
        body_of(page, server, uuid, kind)
    page.get_by_role("searchbox").fill("body:alert")
    expect(page.locator(".row")).to_have_count(3)
