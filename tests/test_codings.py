"""Content codings are decoded within limits of work and size."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd

from webhook_logger import codings, extras
from webhook_logger.codings import decode

TEXT = b'{"name": "Zo\xc3\xab"}' * 100


def raw_deflate(content: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(content) + stream.flush()


ENCODERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("X-GZIP", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
    ("zstd", zstd.compress),
]


@pytest.mark.parametrize(("name", "encode"), ENCODERS)
def test_a_coding_is_decoded(name: str, encode: Callable[[bytes], bytes]) -> None:
    assert decode(encode(TEXT), [name]).content == TEXT
    assert decode(encode(b""), [name]).content == b""
    truncated = decode(encode(TEXT)[:-1], [name])
    assert truncated.problem == f"The body is not valid {name.lower()}, or is truncated."
    assert TEXT.startswith(truncated.content)
    garbage = decode(b"\x00 not compressed at all", [name])
    assert garbage.problem


def test_several_codings_are_decoded_and_lines_form_one_list() -> None:
    content = zlib.compress(gzip.compress(TEXT))
    assert decode(content, ["gzip", "deflate"]).content == TEXT
    assert decode(content, ["identity, gzip , deflate"]).codings == ("gzip", "deflate")
    assert "More than 4" in decode(content, ["gzip"] * 5).problem


def test_undeclared_gzip_is_recognised_and_other_bodies_stay_unchanged() -> None:
    assert decode(gzip.compress(TEXT)).content == TEXT
    assert decode(TEXT) == codings.Decoded(TEXT)
    assert decode(b"", ["gzip"]) == codings.Decoded(b"")
    assert decode(TEXT, ["rot13"]).problem == "The content coding 'rot13' is not supported."


def test_consecutive_members_and_frames_are_one_body() -> None:
    assert decode(gzip.compress(b"a") + gzip.compress(b"b"), ["gzip"]).content == b"ab"
    assert decode(zstd.compress(b"a") + zstd.compress(b"b"), ["zstd"]).content == b"ab"


@pytest.mark.parametrize(("name", "encode"), ENCODERS)
def test_a_decompression_bomb_is_truncated_by_its_ratio_and_size(
    name: str, encode: Callable[[bytes], bytes]
) -> None:
    small = decode(encode(bytes(8 * 2**20)), [name])
    limit = codings.max_decoded_bytes(len(encode(bytes(8 * 2**20))))
    assert len(small.content) == limit
    assert small.problem == f"Only the first {limit} bytes are decoded."


def test_the_limit_grows_with_the_body_and_ends_at_16_mib() -> None:
    sizes = (0, 2**16, 2**30)
    assert [codings.max_decoded_bytes(size) for size in sizes] == [
        2**20,
        2**20 + 100 * 2**16,
        16 * 2**20,
    ]


def test_nested_codings_share_one_limit() -> None:
    twice = gzip.compress(gzip.compress(bytes(12 * 2**20)))
    decoded = decode(twice, ["gzip", "gzip"])
    assert len(decoded.content) == codings.max_decoded_bytes(len(twice))


def test_no_decoded_body_exceeds_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codings, "MAX_BYTES", 1000)
    assert len(decode(gzip.compress(TEXT), ["gzip"]).content) == 1000


def test_many_empty_members_are_decoded_in_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new decoder for each empty member must not copy the rest of the body."""
    copied = []
    steps = codings._chunks
    monkeypatch.setattr(
        codings, "_chunks", lambda content: (copied.append(len(c)) or c for c in steps(content))
    )
    member = gzip.compress(b"")
    decode(member * 10_000, ["gzip"])
    assert sum(copied) == len(member) * 10_000
    assert max(copied) <= codings._STEP


@pytest.mark.parametrize(("name", "modules"), [("br", ["brotli"]), ("zstd", codings._ZSTD)])
def test_a_missing_package_is_reported(
    monkeypatch: pytest.MonkeyPatch, name: str, modules: list[str]
) -> None:
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    assert extras.command("codings") in decode(b"x", [name]).problem
