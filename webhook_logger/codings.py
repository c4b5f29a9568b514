"""Undo the content codings of a body (RFC 9110, section 8.4), within limits.

gzip and deflate need the standard library only. br needs the package brotli; zstd needs the package
backports.zstd before Python 3.14. The extra `codings` installs both.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

MAX_BYTES = 16 * 2**20
"""Largest decompressed body, in bytes."""
_MAX_AT_ONCE = 2**20
_MAX_RATIO = 100
"""A body decompresses to at most 1 MiB and 100 times its own size, in all its codings together."""
_MAX_CODINGS = 4
"""Maximum codings of one body: some bodies decompress to themselves, any number of times."""
_STEP = 4096
"""Bytes of input at a time: the decoder copies the rest of the input at the end of a stream."""
_GZIP_START = b"\x1f\x8b\x08"


@dataclass(frozen=True, slots=True)
class Undone:
    """A body without its content codings."""

    content: bytes
    """All of it, or the beginning that could be decoded."""
    codings: tuple[str, ...] = ()
    """The declared codings, in the order in which they were applied."""
    problem: str = ""
    """Why the content is not complete, as a sentence; empty where it is."""


def undo(content: bytes, content_encodings: Sequence[str] = ()) -> Undone:
    """Return a body without the codings of these `Content-Encoding` lines.

    Without any line, gzip is recognised by its first bytes.
    """
    codings = _named(content, content_encodings)
    if len(codings) > _MAX_CODINGS:
        return Undone(b"", codings, f"More than {_MAX_CODINGS} content codings are not undone.")
    most = most_of(len(content))
    for coding in reversed(codings):
        content, problem = _undo_one(content, coding, most)
        if problem:
            return Undone(content, codings, problem)
    return Undone(content, codings)


def most_of(size: int) -> int:
    """Return how many bytes a body of this size may decompress to; the page has the same rule."""
    return min(MAX_BYTES, _MAX_AT_ONCE + _MAX_RATIO * size)


def _named(content: bytes, content_encodings: Sequence[str]) -> tuple[str, ...]:
    listed = ",".join(content_encodings).lower().split(",")
    named = tuple(each for each in (each.strip(" \t") for each in listed) if each)
    if named or not content:
        return tuple(each for each in named if each != "identity") if content else ()
    return ("gzip",) if content.startswith(_GZIP_START) else ()


def _undo_one(content: bytes, coding: str, most: int) -> tuple[bytes, str]:
    """Return the decoded content, and what is wrong with it."""
    decoders = _DECODERS.get(coding)
    if not decoders:
        return b"", f"The content coding {coding[:40]!r} is not known."
    out, problem = b"", ""
    for decoder in decoders:
        out, problem = _collected(decoder(content, most), coding, most)
        if out or not problem:
            break
    return out, problem


def _collected(parts: Iterator[bytes], coding: str, most: int) -> tuple[bytes, str]:
    out = bytearray()
    try:
        for part in parts:
            out += part
            if len(out) > most:
                return bytes(out[:most]), f"Only the first {most} bytes are undone."
    except ImportError as error:
        return b"", f"{coding} needs a package: pip install 'webhook-logger[codings]' ({error})."
    except Exception:  # noqa: BLE001  # each package has errors of its own
        return bytes(out), f"The body is not {coding}, or not whole."
    return bytes(out), ""


def _chunks(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), _STEP):
        yield content[at : at + _STEP]


def _inflate(window_bits: int) -> Callable[[bytes, int], Iterator[bytes]]:
    def parts(content: bytes, most: int) -> Iterator[bytes]:
        stream: Any = None
        for chunk in _chunks(content):
            rest = chunk
            while rest:
                stream = stream or zlib.decompressobj(window_bits)
                yield stream.decompress(rest, most + 1)
                rest = stream.unused_data if stream.eof else stream.unconsumed_tail
                stream = None if stream.eof else stream
        if stream or not content:
            raise EOFError

    return parts


def _brotli(content: bytes, most: int) -> Iterator[bytes]:
    stream = importlib.import_module("brotli").Decompressor()
    if not hasattr(stream, "can_accept_more_data"):
        raise ImportError("brotli 1.2 or newer is needed")
    for chunk in _chunks(content):
        part = stream.process(chunk, output_buffer_limit=_STEP * 16)
        while part or not stream.can_accept_more_data():
            yield part
            part = (
                b"" if stream.is_finished() else stream.process(b"", output_buffer_limit=_STEP * 16)
            )
    if not stream.is_finished():
        raise EOFError


_ZSTD = ("compression.zstd", "backports.zstd")
_ZSTD_WINDOW_LOG = 23
"""8 MiB (RFC 9659)."""


def _zstd(content: bytes, most: int) -> Iterator[bytes]:
    zstd = _zstd_module()
    options = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    stream: Any = None
    for chunk in _chunks(content):
        rest = chunk
        while rest or (stream and not stream.needs_input):
            stream = stream or zstd.ZstdDecompressor(options=options)
            yield stream.decompress(rest, max_length=most + 1)
            rest = stream.unused_data if stream.eof else b""
            stream = None if stream.eof else stream
    if stream or not content:
        raise EOFError


def _zstd_module() -> Any:
    try:
        return importlib.import_module(_ZSTD[0])
    except ImportError:
        return importlib.import_module(_ZSTD[1])


_GZIP, _ZLIB, _DEFLATE = 31, 15, -15
_DECODERS: dict[str, tuple[Callable[[bytes, int], Iterator[bytes]], ...]] = {
    "gzip": (_inflate(_GZIP),),
    "x-gzip": (_inflate(_GZIP),),
    "deflate": (_inflate(_ZLIB), _inflate(_DEFLATE)),  # some senders leave zlib's frame out
    "br": (_brotli,),
    "zstd": (_zstd,),
}
