"""Decode bytes as text, by their byte order mark or declared charset.

Only the charsets that browsers read are supported (WHATWG Encoding Standard). Some of Python's
other codecs warn, take very long for hostile input, or keep each unknown name in memory.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from encodings import normalize_encoding
from encodings.aliases import aliases

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Python's name of a charset, and the codec for it. As in browsers, some codecs are for a superset,
# because senders declare the smaller charset and use the larger one.
_CODECS = {
    **{f"iso8859_{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"cp{n}": f"cp{n}" for n in (866, 874, *range(1250, 1259))},
    **{name: name for name in ("koi8_r", "koi8_u", "mac_roman", "mac_cyrillic", "gb18030")},
    **{name: name for name in ("euc_jp", "iso2022_jp", "utf_8", "utf_16_be", "utf_16_le")},
    **dict.fromkeys(("ascii", "latin_1"), "cp1252"),
    **dict.fromkeys(("iso8859_9",), "cp1254"),
    **dict.fromkeys(("iso8859_11", "tis_620"), "cp874"),
    **dict.fromkeys(("gbk", "gb2312", "x_gbk"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs", "cn_big5"), "big5hkscs"),
    **dict.fromkeys(("shift_jis", "cp932", "x_sjis"), "cp932"),
    **dict.fromkeys(("euc_kr", "cp949"), "cp949"),
    "utf_16": "utf_16_le",
}
_MAX_NAME_CHARACTERS = 40

# Matches in linear time.
_PARAMETER = re.compile(
    r';[ \t]*([^;=" \t]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))', re.DOTALL
)


def decode(content: bytes, content_type: str = "") -> str:
    """Return the text of a body or a part; U+FFFD replaces invalid bytes."""
    return content.decode(codec_of(content, content_type), "replace")


def codec_of(content: bytes, content_type: str = "") -> str:
    """Return the codec that `decode` uses: by a byte order mark, `charset`, or UTF-8."""
    for mark, codec in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return codec
    return _codec_named(parameter(content_type, "charset")) or "utf-8"


def parameter(content_type: str, wanted: str) -> str:
    """Return the first parameter with this name (RFC 9110, section 5.6.6), or an empty text."""
    return next((value for name, value in _parameters(content_type) if name == wanted), "")


def _parameters(content_type: str) -> Iterator[tuple[str, str]]:
    for match in _PARAMETER.finditer(content_type):
        name, quoted, bare = match.groups()
        value = bare.strip(" \t") if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        yield name.lower(), value


def _codec_named(charset: str) -> str | None:
    """Return the codec of a charset, by any of its names, or None if it is not supported."""
    if len(charset) > _MAX_NAME_CHARACTERS or not charset.isascii():
        return None
    name = normalize_encoding(charset.lower())
    return _CODECS.get(aliases.get(name, name))
