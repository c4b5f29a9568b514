"""UUIDs, which name callbacks, and the view keys of private callbacks.

A UUID has its 36-character form, where lower case is canonical. A callback whose UUID has version 8
is private: only viewers with its view key can watch it. The UUID is a hash of the key, so the
server can check a key without a list of keys, and a sender cannot find the key.
"""

from __future__ import annotations

import hmac
import re
import secrets
from hashlib import sha256
from uuid import UUID

UUID_PATTERN = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_UUID = re.compile(UUID_PATTERN)

VIEW_KEY_HEADER = "Webhook-View-Key"
"""The header of the API that contains the view key."""
_KEY_BYTES = 16
_KEY = re.compile("[A-Za-z0-9_-]{22}")
_HASHED_BEFORE_KEY = b"webhook-logger view key:"
_PRIVATE_VERSION = "8"
_VERSION_PLACE = 14
_VARIANT = "89ab"
_VARIANT_PLACE = 19


def is_canonical_uuid(text: str) -> bool:
    """Return whether the text is a UUID in its canonical form."""
    return _UUID.fullmatch(text) is not None and text == text.lower()


def canonical_uuid(value: object) -> str:
    """Return the canonical form of a UUID. Raises `ValueError` if `value` is not a UUID."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise ValueError("uuid must be a UUID in its 36-character form")
    return value.lower()


def new_key() -> str:
    """Return a random view key: 128 bits as 22 characters of unpadded base64url."""
    return secrets.token_urlsafe(_KEY_BYTES)


def is_key(value: object) -> bool:
    """Return whether the value has the form of a view key."""
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def uuid_of_key(key: str) -> str:
    """Return the UUID of the private callback with this view key: version 8 of RFC 9562."""
    digest = bytearray(sha256(_HASHED_BEFORE_KEY + key.encode("ascii")).digest()[:16])
    digest[6] = 0x80 | (digest[6] & 0x0F)
    digest[8] = 0x80 | (digest[8] & 0x3F)
    return str(UUID(bytes=bytes(digest)))


def is_private(uuid: str) -> bool:
    """Return whether the callback is private: the version of its UUID is 8.

    This includes UUIDs of version 8 that no key has, such as those of another variant.
    """
    return uuid[_VERSION_PLACE] == _PRIVATE_VERSION


def can_have_key(uuid: str) -> bool:
    """Return whether a view key can have this UUID: version 8 and the variant of RFC 9562."""
    return is_private(uuid) and uuid[_VARIANT_PLACE] in _VARIANT


def may_watch(uuid: str, key: object) -> bool:
    """Return whether a viewer with this key can watch the callback. `key` can have any type.

    `uuid` is canonical. Open callbacks need no key, and ignore any.
    """
    if not is_private(uuid):
        return True
    return is_key(key) and hmac.compare_digest(uuid_of_key(str(key)), uuid)
