"""Decode a body for display: undo its content codings, then decode its charset.

The result names every decoding step, because the displayed text is not the original bytes.
"""

from __future__ import annotations

import base64
import json
import quopri
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import Any
from urllib.parse import unquote_to_bytes

from webhook_logger import charset, codings
from webhook_logger.headers import HeaderLines

_FORM = "application/x-www-form-urlencoded"
_TEXTUAL = re.compile(
    r"text/|multipart/|(?:.*[/+])?(?:json|xml|javascript|x-ndjson)$|" + re.escape(_FORM)
)
_XML_ENCODING = re.compile(
    rb"\s{0,9}<\?xml[^>]{1,99}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})[\"']"
)
_GUESS = "windows-1252"
"""The charset of text that declares none and is not UTF-8, as in browsers."""
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_FOLD = re.compile(r"\n[ \t]+")
"""A line that begins with white space continues the previous one (RFC 5322, section 2.2.3)."""
_MAX_BOUNDARY = 70
"""RFC 2046, section 5.1.1."""
_MAX_PARTS = 1000
_MAX_DEPTH = 4
"""Maximum depth of nested multipart bodies."""
_MAX_FIELD = 4096
"""Maximum bytes of a field that names the charsets of other fields."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A decoded body."""

    text: str | None
    """None if the body is not text."""
    notes: tuple[str, ...] = ()
    """The decoding steps and errors; empty for plain UTF-8."""


def read(content: bytes, lines: HeaderLines) -> Reading:
    """Decode a body that was sent with these header lines."""
    values = [value for name, value in lines if name.lower() == "content-encoding"]
    decoded = codings.decode(content, values)
    notes = []
    if decoded.codings and (decoded.content or not decoded.problem):
        notes.append(f"{', '.join(decoded.codings)} decoded")
    if decoded.problem:
        notes.append(decoded.problem.rstrip("."))
    content = decoded.content if decoded.content or not decoded.problem else content
    kinds = (value for name, value in lines if name.lower() == "content-type")
    text, label = _text(content, next(kinds, ""))
    return Reading(text, tuple(notes + ([f"read as {label}"] if label else [])))


def _text(content: bytes, content_type: str, depth: int = 0) -> tuple[str | None, str]:
    """Return the text, or None if it is not text, and the charset unless it is UTF-8."""
    media_type = content_type.partition(";")[0].strip(" \t").lower()
    if media_type.startswith("multipart/") and depth <= _MAX_DEPTH:
        boundary = charset.parameter(content_type, "boundary").encode("latin-1", "replace")
        if 0 < len(boundary) <= _MAX_BOUNDARY:
            return _multipart(content, boundary, depth)
    return _single_part(content, content_type, media_type)


def _single_part(content: bytes, content_type: str, media_type: str) -> tuple[str | None, str]:
    """Decode content that is not multipart, like `_text`."""
    codec, label = _codec(content, content_type, media_type)
    if media_type == _FORM and label:
        content = _percent_decoded(content)
    try:
        return content.decode(codec), label
    except UnicodeDecodeError:
        if label:
            return content.decode(codec, "replace"), label
        if _TEXTUAL.match(media_type):
            return content.decode(_GUESS, "replace"), f"{_GUESS}, a guess"
        return None, ""


def _codec(content: bytes, content_type: str, media_type: str) -> tuple[str, str]:
    """Return the codec of a text, and the charset as declared. The name is empty for UTF-8."""
    codec, named = (
        charset.codec_of(content, content_type),
        charset.parameter(content_type, "charset"),
    )
    if codec == "utf-8" and not named:
        named = _declared_in_content(content, media_type)
        codec = charset.codec_of(content, f"{media_type};charset={named}")
    if codec in ("utf-8", "utf_8", "utf-8-sig"):
        return codec, ""
    return codec, "UTF-16" if codec.startswith(("utf-16", "utf_16")) else named


def _declared_in_content(content: bytes, media_type: str) -> str:
    """Return the charset that the content declares: XML in its declaration, JSON by zero bytes."""
    if media_type.endswith(("json", "xml")) and len(content) > 1 and 0 in content[:2]:
        return "utf-16be" if content[0] == 0 else "utf-16le"
    found = _XML_ENCODING.match(content[:200])
    if found:
        return found[1].decode()
    if media_type == _FORM and b"_charset_=" in content[:_MAX_FIELD]:
        return content.partition(b"_charset_=")[2].partition(b"&")[0][:40].decode("latin-1")
    return ""


def _percent_decoded(form: bytes) -> bytes:
    """Percent-decode a form in a charset other than UTF-8, to make it readable."""
    return unquote_to_bytes(form.replace(b"+", b" "))


def _multipart(content: bytes, boundary: bytes, depth: int) -> tuple[str, str]:
    """Decode each part by its charset; return the text, and all charsets other than UTF-8."""
    delimiter = rb"\r?\n--" + re.escape(boundary) + rb"(?=--|[ \t]*(?:\r?\n|\Z))"
    preamble, *chunks = re.split(delimiter, b"\r\n" + content, maxsplit=_MAX_PARTS)
    parts = [_Part.of(chunk) for chunk in takewhile(lambda chunk: chunk[:2] != b"--", chunks)]
    charsets = dict(_charsets(parts))
    shown: list[str] = []
    labels: dict[str, None] = {}
    for part in parts:
        named = charsets.get(part.name) or charsets.get("_charset_", "")
        text, label = part.text(named, depth)
        shown.append(f"--{boundary.decode('latin-1')}\n{part.head}\n{text}")
        if label:
            labels[label] = None
    before = preamble.decode("utf-8", "replace").strip("\r\n")
    return "\n".join(filter(None, (before, *shown))), ", ".join(labels)


@dataclass(frozen=True, slots=True)
class _Part:
    head: str
    content: bytes
    content_type: str
    name: str

    @classmethod
    def of(cls, chunk: bytes) -> _Part:
        """Parse the content between two boundaries."""
        head, *content = _EMPTY_LINE.split(chunk, maxsplit=1)
        text = head.decode("utf-8", "replace").strip(" \t\r\n").replace("\r\n", "\n")
        fields = dict(_field(line) for line in _FOLD.sub(" ", text).split("\n"))
        return cls(
            f"{text}\n" if text else "",
            _decode_transfer_encoding(
                b"".join(content), fields.get("content-transfer-encoding", "")
            ),
            fields.get("content-type", ""),
            charset.parameter(fields.get("content-disposition", ""), "name"),
        )

    def text(self, named: str, depth: int) -> tuple[str, str]:
        """Return the text, and the charset unless it is UTF-8.

        `named` is the charset that another field declares for this part.
        """
        kind = self.content_type or "text/plain"
        if named and not charset.parameter(kind, "charset"):
            kind = f"{kind};charset={named}"
        text, label = _text(self.content, kind, depth + 1)
        return (
            (f"[{len(self.content)} bytes of binary data]", "") if text is None else (text, label)
        )


def _decode_transfer_encoding(content: bytes, encoding: str) -> bytes:
    """Decode the transfer encoding of a part (RFC 2045, section 6).

    Return the content unchanged if the encoding is unknown or the content is invalid.
    """
    if encoding.lower() == "quoted-printable":
        return quopri.decodestring(content)
    if encoding.lower() == "base64":
        with suppress(ValueError):
            return base64.b64decode(b"".join(content.split()), validate=True)
    return content


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(" \t").lower(), value.strip(" \t")


def _charsets(parts: list[_Part]) -> Iterator[tuple[str, str]]:
    """Yield charsets that the fields `_charset_` and `charsets` (SendGrid) declare for others."""
    for part in parts:
        if part.name == "_charset_":
            yield part.name, part.content[:40].decode("latin-1")
        elif part.name == "charsets" and len(part.content) <= _MAX_FIELD:
            yield from _string_members(part.content)


def _string_members(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        named: Any = json.loads(content)
    except (ValueError, RecursionError):
        return
    if isinstance(named, dict):
        yield from ((name, each) for name, each in named.items() if isinstance(each, str))
