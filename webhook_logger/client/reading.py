"""A body as text for people: its content codings undone, read by its charset. The bytes stay the
truth; what is done to them is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from webhook_logger import charset, codings

Lines = tuple[tuple[str, str], ...]

_FORM = "application/x-www-form-urlencoded"
_TEXTUAL = re.compile(
    r"text/|multipart/|(?:.*[/+])?(?:json|xml|javascript|x-ndjson)$|" + re.escape(_FORM)
)
_XML_ENCODING = re.compile(
    rb"\s{0,9}<\?xml[^>]{1,99}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})[\"']"
)
_GUESS = "windows-1252"
"""For text that names no charset and is not UTF-8, as browsers guess."""
_MOST_BOUNDARY = 70
"""RFC 2046, section 5.1.1."""
_MOST_PARTS = 1000
_MOST_FIELD = 4096
"""Of a field that names the charsets of others, in bytes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A body, read."""

    text: str | None
    """None: it is no text."""
    notes: tuple[str, ...] = ()
    """What was done to have it, and what was wrong; empty for plain UTF-8."""


def read(content: bytes, lines: Lines) -> Reading:
    """Return the text of a body with these header lines."""
    values = [value for name, value in lines if name.lower() == "content-encoding"]
    undone = codings.undo(content, values)
    notes = []
    if undone.codings and (undone.content or not undone.problem):
        notes.append(f"{', '.join(undone.codings)} undone")
    if undone.problem:
        notes.append(undone.problem.rstrip("."))
    content = undone.content if undone.content or not undone.problem else content
    kinds = (value for name, value in lines if name.lower() == "content-type")
    text, label = _text(content, next(kinds, ""))
    return Reading(text, tuple(notes + ([f"read as {label}"] if label else [])))


def _text(content: bytes, content_type: str) -> tuple[str | None, str]:
    """The text, and the charset where it is not UTF-8; None for what is no text."""
    media_type = content_type.partition(";")[0].strip(" \t").lower()
    if media_type.startswith("multipart/"):
        boundary = charset.parameter(content_type, "boundary").encode("latin-1", "replace")
        if 0 < len(boundary) <= _MOST_BOUNDARY:
            return _multipart(content, boundary)
    return _single(content, content_type, media_type)


def _single(content: bytes, content_type: str, media_type: str) -> tuple[str | None, str]:
    """As `_text`, of what has no parts."""
    codec, label = _codec(content, content_type, media_type)
    if media_type == _FORM and label:
        content = _unescaped(content)
    try:
        return content.decode(codec), label
    except UnicodeDecodeError:
        if label:
            return content.decode(codec, "replace"), label
        if _TEXTUAL.match(media_type):
            return content.decode(_GUESS, "replace"), f"{_GUESS}, a guess"
        return None, ""


def _codec(content: bytes, content_type: str, media_type: str) -> tuple[str, str]:
    """The codec of a text, and its name as the sender wrote it; without a name it is UTF-8."""
    codec, named = (
        charset.codec_of(content, content_type),
        charset.parameter(content_type, "charset"),
    )
    if codec == "utf-8" and not named:
        named = _named_inside(content, media_type)
        codec = charset.codec_of(content, f"{media_type};charset={named}")
    if codec in ("utf-8", "utf_8", "utf-8-sig"):
        return codec, ""
    return codec, "UTF-16" if codec.startswith(("utf-16", "utf_16")) else named


def _named_inside(content: bytes, media_type: str) -> str:
    """The charset that a text names or shows itself: XML in its declaration, JSON by its zeros."""
    if media_type.endswith(("json", "xml")) and len(content) > 1 and 0 in content[:2]:
        return "utf-16be" if content[0] == 0 else "utf-16le"
    found = _XML_ENCODING.match(content[:200])
    if found:
        return found[1].decode()
    if media_type == _FORM and b"_charset_=" in content[:_MOST_FIELD]:
        return content.partition(b"_charset_=")[2].partition(b"&")[0][:40].decode("latin-1")
    return ""


def _unescaped(form: bytes) -> bytes:
    """A form whose escapes are undone: in another charset than UTF-8 nobody can read them."""
    return unquote_to_bytes(form.replace(b"+", b" "))


def _multipart(content: bytes, boundary: bytes) -> tuple[str, str]:
    """All parts as text, each by its own charset, and those that are not UTF-8."""
    preamble, *chunks = (b"\r\n" + content).split(b"\r\n--" + boundary, _MOST_PARTS)
    parts = [_Part.of(chunk) for chunk in chunks if not chunk.startswith(b"--")]
    charsets = dict(_charsets(parts))
    shown: list[str] = []
    labels: dict[str, None] = {}
    for part in parts:
        text, label = part.text(charsets.get(part.name) or charsets.get("_charset_", ""))
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
        """Of what stands between two boundaries."""
        head, _, content = chunk.partition(b"\r\n\r\n")
        text = head.decode("utf-8", "replace").strip(" \t\r\n").replace("\r\n", "\n")
        fields = dict(_field(line) for line in text.split("\n"))
        disposition = fields.get("content-disposition", "")
        kind = fields.get("content-type", "")
        return cls(
            f"{text}\n" if text else "", content, kind, charset.parameter(disposition, "name")
        )

    def text(self, named: str) -> tuple[str, str]:
        """Its text, and its charset where that is not UTF-8; `named`: by another field."""
        kind = self.content_type
        if named and not charset.parameter(kind, "charset"):
            kind = f"{kind or 'text/plain'};charset={named}"
        media_type = kind.partition(";")[0].strip(" \t").lower() or "text/plain"
        text, label = _single(self.content, kind, media_type)
        return (
            (f"[{len(self.content)} bytes that are no text]", "") if text is None else (text, label)
        )


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower().strip(), value.strip()


def _charsets(parts: list[_Part]) -> Iterator[tuple[str, str]]:
    """The charsets of fields that other fields name: `_charset_`, and SendGrid's `charsets`."""
    for part in parts:
        if part.name == "_charset_":
            yield part.name, part.content[:40].decode("latin-1")
        elif part.name == "charsets" and len(part.content) <= _MOST_FIELD:
            yield from _object(part.content)


def _object(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        named: Any = json.loads(content)
    except (ValueError, RecursionError):
        return
    if isinstance(named, dict):
        yield from ((name, each) for name, each in named.items() if isinstance(each, str))
