"""UUIDs, which name callbacks: in the 36-character form, where lower case is canonical."""

from __future__ import annotations

import re

UUID_PATTERN = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_UUID = re.compile(UUID_PATTERN)


def is_canonical_uuid(text: str) -> bool:
    """Return whether the text is a UUID in its canonical form."""
    return _UUID.fullmatch(text) is not None and text == text.lower()


def canonical_uuid(value: object) -> str:
    """Return the canonical form of a UUID. Raises `ValueError` if `value` is not a UUID."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise ValueError("uuid must be a UUID in its 36-character form")
    return value.lower()
