"""Content codings, undone within limits of work and size."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd

from webhook_logger import codings
from webhook_logger.codings import undo

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
def test_a_coding_is_undone(name: str, encode: Callable[[bytes], bytes]) -> None:
    assert undo(encode(TEXT), [name]).content == TEXT
    assert undo(encode(b""), [name]).content == b""
    cut = undo(encode(TEXT)[:-1], [name])
    assert cut.problem == f"The body is not {name.lower()}, or not whole."
    assert TEXT.startswith(cut.content)
    garbage = undo(b"\x00 not compressed at all", [name])
    assert garbage.problem


def test_several_are_undone_in_turn_and_lines_count_as_one_list() -> None:
    content = zlib.compress(gzip.compress(TEXT))
    assert undo(content, ["gzip", "deflate"]).content == TEXT
    assert undo(content, ["identity, gzip , deflate"]).codings == ("gzip", "deflate")
    assert "More than 4" in undo(content, ["gzip"] * 5).problem


def test_gzip_is_known_without_being_named_and_other_bodies_are_left_alone() -> None:
    assert undo(gzip.compress(TEXT)).content == TEXT
    assert undo(TEXT) == codings.Undone(TEXT)
    assert undo(b"", ["gzip"]) == codings.Undone(b"")
    assert undo(TEXT, ["rot13"]).problem == "The content coding 'rot13' is not known."


def test_members_and_frames_that_follow_one_another_are_one_body() -> None:
    assert undo(gzip.compress(b"a") + gzip.compress(b"b"), ["gzip"]).content == b"ab"
    assert undo(zstd.compress(b"a") + zstd.compress(b"b"), ["zstd"]).content == b"ab"


@pytest.mark.parametrize(("name", "encode"), ENCODERS)
def test_a_bomb_is_cut_off_by_its_ratio_and_by_its_size(
    name: str, encode: Callable[[bytes], bytes]
) -> None:
    small = undo(encode(bytes(8 * 2**20)), [name])
    most = codings.most_of(len(encode(bytes(8 * 2**20))))
    assert len(small.content) == most
    assert small.problem == f"Only the first {most} bytes are undone."


def test_the_limit_grows_with_the_body_and_ends_at_16_mib() -> None:
    sizes = (0, 2**16, 2**30)
    assert [codings.most_of(size) for size in sizes] == [2**20, 2**20 + 100 * 2**16, 16 * 2**20]


def test_codings_around_each_other_share_one_limit() -> None:
    twice = gzip.compress(gzip.compress(bytes(12 * 2**20)))
    undone = undo(twice, ["gzip", "gzip"])
    assert len(undone.content) == codings.most_of(len(twice))


def test_nothing_is_larger_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codings, "MAX_BYTES", 1000)
    assert len(undo(gzip.compress(TEXT), ["gzip"]).content) == 1000


def test_the_work_grows_with_the_size_of_the_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each empty member is a start anew, and what is behind it must not be copied each time."""
    copied = []
    steps = codings._chunks
    monkeypatch.setattr(
        codings, "_chunks", lambda content: (copied.append(len(c)) or c for c in steps(content))
    )
    member = gzip.compress(b"")
    undo(member * 10_000, ["gzip"])
    assert sum(copied) == len(member) * 10_000
    assert max(copied) <= codings._STEP


@pytest.mark.parametrize(("name", "modules"), [("br", ["brotli"]), ("zstd", codings._ZSTD)])
def test_a_missing_package_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, modules: list[str]
) -> None:
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    assert "pip install 'webhook-logger[codings]'" in undo(b"x", [name]).problem
