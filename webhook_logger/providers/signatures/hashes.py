"""Keyed hashes and their encodings."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Literal

Algorithm = Literal["SHA-1", "SHA-256", "SHA-384", "SHA-512"]
Encoding = Literal["hex", "base64", "base64url"]

ALGORITHMS: dict[Algorithm, int] = {"SHA-1": 20, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64}
"""The sizes of the hashes, in bytes."""

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")
_WHITE_SPACE = str.maketrans("", "", "\t\n\f\r ")


def keyed_hash(algorithm: Algorithm, key: bytes, content: bytes) -> bytes:
    """Return the HMAC (RFC 2104) of `content`."""
    return hmac.digest(key, content, algorithm.replace("-", ""))


def sha256(content: bytes) -> bytes:
    """Return the SHA-256 hash of `content`."""
    return hashlib.sha256(content).digest()


def are_equal(one: bytes, other: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one, other)


def encode_hash(content: bytes, encoding: Encoding) -> str:
    """Encode a hash."""
    if encoding == "base64url":
        return base64url(content)
    return content.hex() if encoding == "hex" else base64.b64encode(content).decode()


def base64url(content: bytes) -> str:
    """Encode base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decode(text: str, encoding: Encoding) -> bytes | None:
    """Decode hex or base64, or return None."""
    return from_hex(text) if encoding == "hex" else from_base64(text)


def decode_hash(text: str, encoding: Encoding, algorithm: Algorithm) -> bytes | None:
    """Decode a hash, or return None if the text is not a hash of this algorithm."""
    content = decode(text, encoding)
    return content if content is not None and len(content) == ALGORITHMS[algorithm] else None


def from_hex(text: str) -> bytes | None:
    """Decode hex in either case, or return None."""
    return bytes.fromhex(text) if _HEX.fullmatch(text) else None


def from_base64(text: str) -> bytes | None:
    """Decode base64 or base64url, padded or not, or return None."""
    text = text.translate(_WHITE_SPACE).replace("-", "+").replace("_", "/")
    if len(text) % 4 == 0:
        text = text.removesuffix("=").removesuffix("=")
    if "=" in text:
        return None
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return None
