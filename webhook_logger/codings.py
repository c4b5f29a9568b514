"""Decode the content codings of a body (RFC 9110, section 8.4), within limits.

gzip and deflate need only the standard library. br needs the package brotli; zstd needs the package
backports.zstd before Python 3.14. The extra `codings` installs both.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from webhook_logger import extras

MAX_BYTES = 16 * 2**20
"""Maximum size of a decompressed body, in bytes."""
_MAX_BASE_BYTES = 2**20
_MAX_RATIO = 100
"""A body decompresses to at most 1 MiB plus 100 times its size, over all its codings."""
_MAX_CODINGS = 4
"""Maximum codings of one body, because some bodies decompress to themselves."""
_STEP = 4096
"""Bytes of input per step: a decoder copies the remaining input at the end of a stream."""
_GZIP_START = b"\x1f\x8b\x08"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body without its content codings."""

    content: bytes
    """The complete content, or the part that could be decoded."""
    codings: tuple[str, ...] = ()
    """The declared codings, in the order in which the sender applied them."""
    problem: str = ""
    """Why the content is not complete; empty if it is."""


def decode(content: bytes, content_encodings: Sequence[str] = ()) -> Decoded:
    """Decode a body by the values of its `Content-Encoding` lines.

    Without such a line, gzip is recognised by its first bytes.
    """
    codings = _codings_of(content, content_encodings)
    if len(codings) > _MAX_CODINGS:
        return Decoded(b"", codings, f"More than {_MAX_CODINGS} content codings are not supported.")
    limit = max_decoded_bytes(len(content))
    for coding in reversed(codings):
        content, problem = _decode_one(content, coding, limit)
        if problem:
            return Decoded(content, codings, problem)
    return Decoded(content, codings)


def max_decoded_bytes(size: int) -> int:
    """Return the maximum decompressed size of a body of this size, as on the page."""
    return min(MAX_BYTES, _MAX_BASE_BYTES + _MAX_RATIO * size)


def _codings_of(content: bytes, content_encodings: Sequence[str]) -> tuple[str, ...]:
    listed = ",".join(content_encodings).lower().split(",")
    named = tuple(each for each in (each.strip(" \t") for each in listed) if each)
    if named or not content:
        return tuple(each for each in named if each != "identity") if content else ()
    return ("gzip",) if content.startswith(_GZIP_START) else ()


def _decode_one(content: bytes, coding: str, limit: int) -> tuple[bytes, str]:
    """Return the decoded content and the problem, if there is one."""
    decoders = _DECODERS.get(coding)
    if not decoders:
        return b"", f"The content coding {coding[:40]!r} is not supported."
    out, problem = b"", ""
    for decoder in decoders:
        out, problem = _collect(decoder(content, limit), coding, limit)
        if out or not problem:
            break
    return out, problem


def _collect(parts: Iterator[bytes], coding: str, limit: int) -> tuple[bytes, str]:
    out = bytearray()
    try:
        for part in parts:
            out += part
            if len(out) > limit:
                return bytes(out[:limit]), f"Only the first {limit} bytes are decoded."
    except ImportError as error:
        return b"", f"{coding} needs a package: {extras.command('codings')} ({error})."
    except Exception:  # noqa: BLE001  # each package has its own errors
        return bytes(out), f"The body is not valid {coding}, or is truncated."
    return bytes(out), ""


def _chunks(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), _STEP):
        yield content[at : at + _STEP]


def _inflate(window_bits: int) -> Callable[[bytes, int], Iterator[bytes]]:
    def parts(content: bytes, limit: int) -> Iterator[bytes]:
        stream: Any = None
        for chunk in _chunks(content):
            rest = chunk
            while rest:
                stream = stream or zlib.decompressobj(window_bits)
                yield stream.decompress(rest, limit + 1)
                rest = stream.unused_data if stream.eof else stream.unconsumed_tail
                stream = None if stream.eof else stream
        if stream or not content:
            raise EOFError

    return parts


def _brotli(content: bytes, limit: int) -> Iterator[bytes]:
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


def _zstd(content: bytes, limit: int) -> Iterator[bytes]:
    zstd = _zstd_module()
    options = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    stream: Any = None
    for chunk in _chunks(content):
        rest = chunk
        while rest or (stream and not stream.needs_input):
            stream = stream or zstd.ZstdDecompressor(options=options)
            yield stream.decompress(rest, max_length=limit + 1)
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
    "deflate": (_inflate(_ZLIB), _inflate(_DEFLATE)),  # some senders omit the zlib header
    "br": (_brotli,),
    "zstd": (_zstd,),
}
