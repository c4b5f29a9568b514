"""Text of strangers, fit to be shown on a terminal and in a log."""

from __future__ import annotations


def plain(text: str, keep: str = "") -> str:
    """Return `text` with each invisible character written as an escape, except those in `keep`.

    Invisible are line ends and other control characters, characters that change the direction of
    text, and the like.
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter in keep else _escaped(letter) for letter in text
    )


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
