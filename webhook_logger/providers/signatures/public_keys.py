"""Signatures with public keys. The only module that uses `cryptography`, which may be missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from webhook_logger.providers.signatures.hashes import from_base64, from_hex

RAW_ECDSA = "raw-ecdsa"
"""The kind of the signatures of tokens: two numbers, without the DER format around them."""
_ED25519_BYTES = 32
_P256_BYTES = 32
_MAX_CHARACTERS = 32_768
_NOT_A_KEY = "This is not a valid public key."
_KINDS = {
    "ed25519": (ed25519.Ed25519PublicKey, "an Ed25519"),
    "ecdsa": (ec.EllipticCurvePublicKey, "an EC"),
    RAW_ECDSA: (ec.EllipticCurvePublicKey, "an EC"),
    "rsa": (rsa.RSAPublicKey, "an RSA"),
}


def public_key(text: str, kind: str) -> Any:
    """Read a public key or a certificate. Raises `ValueError` with a message for people."""
    text = text.strip()
    try:
        key = _read(text[: _MAX_CHARACTERS + 1], kind)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(_NOT_A_KEY) from error
    class_, name = _KINDS[kind]
    if not isinstance(key, class_):
        raise ValueError(f"This is not {name} key.")
    return key


def _read(text: str, kind: str) -> Any:
    if len(text) > _MAX_CHARACTERS:
        raise ValueError(_NOT_A_KEY)
    if "-----BEGIN CERTIFICATE" in text:
        return x509.load_pem_x509_certificate(text.encode()).public_key()
    if "-----BEGIN" in text:
        return load_pem_public_key(text.encode())
    if text.startswith("{"):
        return _from_jwk(json.loads(text))
    content = (from_hex(text) if kind == "ed25519" else None) or from_base64(text) or b""
    if kind == "ed25519" and len(content) == _ED25519_BYTES:
        return ed25519.Ed25519PublicKey.from_public_bytes(content)
    return load_der_public_key(content)


def _from_jwk(jwk: dict[str, str]) -> Any:
    """Read a JSON Web Key (RFC 7517) of an RSA or P-256 key."""
    if jwk["kty"] == "RSA":
        return rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()
    x, y = _number(jwk["x"]), _number(jwk["y"])
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _number(text: str) -> int:
    content = from_base64(text)
    if not content:
        raise ValueError("a number of the key is not base64url")
    return int.from_bytes(content, "big")


def checker(key: Any, kind: str, algorithm: str) -> Callable[[bytes, bytes], bool]:
    """Return a function that checks whether a signature of a content is valid."""
    parameters = _parameters(kind, algorithm)

    def is_valid(content: bytes, sent: bytes) -> bool:
        signature = _der_of(sent) if kind == RAW_ECDSA else sent
        try:
            key.verify(signature, content, *parameters)
        except InvalidSignature:
            return False
        return True

    return is_valid


def sign(secret: str, kind: str, algorithm: str, content: bytes) -> bytes:
    """Sign with a private key in the PEM format. Raises `ValueError` if it is not one."""
    try:
        key: Any = load_pem_private_key(secret.encode(), None)
        found: bytes = key.sign(content, *_parameters(kind, algorithm))
    except (TypeError, AttributeError) as error:  # another kind of key, or with a password
        raise ValueError(str(error)) from error
    return found


def _parameters(kind: str, algorithm: str) -> tuple[Any, ...]:
    hash_ = getattr(hashes, algorithm.replace("-", ""))()
    return {
        "ed25519": (),
        "ecdsa": (ec.ECDSA(hash_),),
        RAW_ECDSA: (ec.ECDSA(hash_),),
        "rsa": (padding.PKCS1v15(), hash_),
    }[kind]


def _der_of(sent: bytes) -> bytes:
    """Return the DER form of a token's signature (RFC 7518, section 3.4); b"" if it is invalid."""
    if len(sent) != 2 * _P256_BYTES:
        return b""
    numbers = (int.from_bytes(each, "big") for each in (sent[:_P256_BYTES], sent[_P256_BYTES:]))
    return encode_dss_signature(*numbers)
