"""Escape invisible characters in untrusted text for terminals and logs."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]"
)
"""Invisible letters and marks. U+FE0E and U+FE0F only choose between text and emoji."""

_JOINERS = "\u200c\u200d"
_JOINED_SCRIPTS = frozenset(
    (
        *("ARABIC", "SYRIAC", "MANDAIC", "MANICHAEAN", "MONGOLIAN", "NKO", "PHAGS-PA", "ADLAM"),
        *("HANIFI", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU"),
        *("KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR", "TIBETAN", "JAVANESE", "BALINESE"),
    )
)
"""Scripts in which a joiner changes the form of adjacent letters, as the first word of the letters'
Unicode names."""
_VIRAMAS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca")
"""Signs that remove a letter's vowel; a joiner after one chooses the letter's form."""
_EMOJI_MODIFIERS = "\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"

_FLAG = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)"  # such as Scotland's
)


def plain(text: str, keep: str = "") -> str:
    """Return `text` with each invisible character escaped, except those in `keep`.

    Invisible characters are line ends, other control characters, characters that change the text
    direction, and similar. Spaces of any width stay, and so do joiners between letters or emoji
    that they join. `visible` of `static/js/text/format.js` has the same rules; a test compares.
    """
    if text.isprintable() and not _INVISIBLE.search(text):
        return text
    # Every second piece is a flag.
    pieces = enumerate(_FLAG.split(text) if "\U0001f3f4" in text else [text])
    return "".join(piece if at % 2 else _without_flags(piece, keep) for at, piece in pieces)


def _without_flags(text: str, keep: str) -> str:
    return "".join(
        letter if letter in keep or _is_visible(letter) or _joins(text, at) else _escaped(letter)
        for at, letter in enumerate(text)
    )


def _is_visible(letter: str) -> bool:
    if letter.isprintable():
        return not _INVISIBLE.match(letter)
    return unicodedata.category(letter) == "Zs"


def _joins(text: str, at: int) -> bool:
    """Return whether the character at `at` is a joiner between characters that it joins."""
    if text[at] not in _JOINERS or at == 0:
        return False
    before, after = text[at - 1], text[at + 1 : at + 2]
    if before in _VIRAMAS or (_is_joined(before) and _is_joined(after)):
        return True
    if before in _EMOJI_MODIFIERS:
        before = text[max(0, at - 2)]
    return text[at] == "\u200d" and _is_emoji(before) and _is_emoji(after)


def _is_joined(letter: str) -> bool:
    return unicodedata.name(letter, "").partition(" ")[0] in _JOINED_SCRIPTS and (
        unicodedata.category(letter)[0] in "LM"
    )


def _is_emoji(letter: str) -> bool:
    """Return whether it is an emoji, or a sign that can be displayed as one."""
    return letter > "\u2190" and unicodedata.category(letter) in ("So", "Sm")


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
