"""Make keys from the secrets that users enter, and check signatures with them.

Only this module uses `cryptography`, and only for public keys, which the standard library lacks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from webhook_logger.providers.errors import MissingPackage, Unsignable
from webhook_logger.providers.signatures.hashes import (
    Algorithm,
    are_equal,
    from_base64,
    from_hex,
    keyed_hash,
)
from webhook_logger.providers.signatures.signature import Signature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

Checks = Callable[[bytes, bytes], bool]
"""Returns whether a signature (the second argument) of a content is valid."""

_ED25519_BYTES = 32
_MAX_KEY_CHARACTERS = 32_768
_NOT_A_KEY = "This is not a valid public key."
_KINDS = {"ed25519": "an Ed25519", "ecdsa": "an EC", "rsa": "an RSA"}


class InvalidSecret(Unsignable):
    """The entered secret is not a key of this kind."""


def shared_key(signature: Signature, secret: str, name: str) -> bytes:
    """Return the key of an HMAC. Raises `InvalidSecret`. `name` is the provider's."""
    format_ = signature.secret
    if format_.key == "text":
        return secret.removeprefix(format_.prefix).encode()
    text = secret.removeprefix(format_.prefix)
    key = from_hex(text) if format_.key == "hex" else from_base64(text)
    if not key:
        raise InvalidSecret(f"The secret is not valid {format_.key}, as {name} requires.")
    return key


def checker(signature: Signature, secret: str, name: str) -> Checks:
    """Return a function that checks signatures. Raises `InvalidSecret` or `MissingPackage`."""
    if signature.kind == "hmac":
        key = shared_key(signature, secret, name)
        return lambda content, sent: are_equal(keyed_hash(signature.hash, key, content), sent)
    require_cryptography(name)
    key = public_key(secret.removeprefix(signature.secret.prefix), signature.kind)
    return public_checker(key, signature.kind, signature.hash)


def require_cryptography(name: str) -> None:
    """Raise `MissingPackage` unless `cryptography` is installed."""
    try:
        import cryptography  # noqa: F401, PLC0415
    except ImportError as error:
        raise MissingPackage(
            f"Signatures of {name} need the package cryptography. Install the extra `signatures`, "
            'such as with pip install "webhook-logger[signatures]".'
        ) from error


def public_key(text: str, kind: str) -> Any:
    """Read a public key or a certificate. Raises `InvalidSecret` if it is another kind of key."""
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    text = text.strip()
    if len(text) > _MAX_KEY_CHARACTERS:
        raise InvalidSecret(_NOT_A_KEY)
    try:
        if "-----BEGIN CERTIFICATE" in text:
            key: Any = x509.load_pem_x509_certificate(text.encode()).public_key()
        elif "-----BEGIN" in text:
            key = serialization.load_pem_public_key(text.encode())
        elif text.startswith("{"):
            key = _from_jwk(json.loads(text))
        else:
            key = _from_bytes(text, kind)
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidSecret(_NOT_A_KEY) from error
    if not isinstance(key, _types()[kind]):
        raise InvalidSecret(f"This is not {_KINDS[kind]} key.")
    return key


def _types() -> dict[str, type]:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415

    return {
        "ed25519": ed25519.Ed25519PublicKey,
        "ecdsa": ec.EllipticCurvePublicKey,
        "rsa": rsa.RSAPublicKey,
    }


def _from_bytes(text: str, kind: str) -> Any:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    content = (from_hex(text) if kind == "ed25519" else None) or from_base64(text) or b""
    if kind == "ed25519" and len(content) == _ED25519_BYTES:
        return ed25519.Ed25519PublicKey.from_public_bytes(content)
    return serialization.load_der_public_key(content)


def _from_jwk(jwk: dict[str, str]) -> Any:
    """Read a JSON Web Key (RFC 7517) of an RSA or P-256 key."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415

    if jwk["kty"] == "RSA":
        return rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()
    return ec.EllipticCurvePublicNumbers(
        _number(jwk["x"]), _number(jwk["y"]), ec.SECP256R1()
    ).public_key()


def _number(text: str) -> int:
    content = from_base64(text)
    if not content:
        raise ValueError("a number of the key is not base64url")
    return int.from_bytes(content, "big")


def public_checker(key: Any, kind: str, algorithm: Algorithm) -> Checks:
    """Return a function that checks signatures with a public key."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, padding  # noqa: PLC0415

    hash_ = _hash(algorithm)
    more: tuple[Any, ...] = {
        "ed25519": (),
        "ecdsa": (ec.ECDSA(hash_),),
        "rsa": (padding.PKCS1v15(), hash_),
    }[kind]

    def is_valid(content: bytes, sent: bytes) -> bool:
        try:
            key.verify(sent, content, *more)
        except InvalidSignature:
            return False
        return True

    return is_valid


def _hash(algorithm: Algorithm) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415

    found: HashAlgorithm = getattr(hashes, algorithm.replace("-", ""))()
    return found


def private_signature(secret: str, signature: Signature, content: bytes, name: str) -> bytes:
    """Sign with a private key in the PEM format. Raises `InvalidSecret`."""
    require_cryptography(name)
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, padding  # noqa: PLC0415

    hash_ = _hash(signature.hash)
    more: tuple[Any, ...] = {
        "ed25519": (),
        "ecdsa": (ec.ECDSA(hash_),),
        "rsa": (padding.PKCS1v15(), hash_),
    }[signature.kind]
    try:
        key: Any = serialization.load_pem_private_key(secret.encode(), None)
        found: bytes = key.sign(content, *more)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidSecret(
            f"{name} signs with a private key, and verifies with a public one. To sign, enter a "
            "private key in the PEM format."
        ) from error
    return found


def raw_ecdsa(sent: bytes) -> bytes | None:
    """Return the DER form of an ECDSA signature of a JWT (RFC 7518, section 3.4), or None."""
    from cryptography.hazmat.primitives.asymmetric.utils import (  # noqa: PLC0415
        encode_dss_signature,
    )

    half = 32
    if len(sent) != 2 * half:
        return None
    numbers = (int.from_bytes(each, "big") for each in (sent[:half], sent[half:]))
    return encode_dss_signature(*numbers)
