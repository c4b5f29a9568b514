"""What names a callback: a UUID in its 36-character form, in any case; lower-case is canonical."""

from __future__ import annotations

import re

UUID_PATTERN = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_UUID = re.compile(UUID_PATTERN)


def is_canonical_uuid(text: str) -> bool:
    """Return whether the text is a UUID in its canonical form."""
    return _UUID.fullmatch(text) is not None and text == text.lower()


def canonical_uuid(value: object) -> str:
    """The canonical form of `value`. Raises `ValueError` when it names no callback."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise ValueError("uuid must be a UUID in its 36-character form")
    return value.lower()
