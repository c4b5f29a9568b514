"""Make keys from the secrets that users enter, and functions that check signatures with them."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from webhook_logger import extras
from webhook_logger.providers.errors import MissingPackage, Unsignable
from webhook_logger.providers.provider import Provider
from webhook_logger.providers.signatures.hashes import (
    are_equal,
    from_base64,
    from_hex,
    keyed_hash,
)
from webhook_logger.providers.signatures.signature import Signature, for_secret

Checks = Callable[[bytes, bytes], bool]
"""Returns whether a signature (the second argument) of a content is valid."""


PUBLIC = ("public-key", "jwk")
"""The formats of keys that need `cryptography`."""


class InvalidSecret(Unsignable):
    """The entered secret is not a key of this kind."""


def shared_key(signature: Signature, secret: str, name: str) -> bytes:
    """Return the key of an HMAC. Raises `InvalidSecret`. `name` is the provider's."""
    format_ = signature.secret
    text = secret.removeprefix(format_.prefix)
    if format_.key == "text":
        return text.encode()
    key = from_hex(text) if format_.key == "hex" else from_base64(text)
    if not key:
        raise InvalidSecret(f"The secret is not valid {format_.key}, as {name} requires.")
    return key


def checker(signature: Signature, secret: str, name: str) -> Checks:
    """Return a function that checks signatures. Raises `InvalidSecret` or `MissingPackage`."""
    if signature.kind == "hmac":
        key = shared_key(signature, secret, name)
        return lambda content, sent: are_equal(keyed_hash(signature.hash, key, content), sent)
    text = secret.removeprefix(signature.secret.prefix)
    return public_checker(text, signature.kind, signature.hash, name)


def public_checker(text: str, kind: str, algorithm: str, name: str) -> Checks:
    """Return a function that checks signatures with a public key."""
    module = _public_keys(name)
    try:
        found: Checks = module.checker(module.public_key(text, kind), kind, algorithm)
    except ValueError as error:
        raise InvalidSecret(str(error)) from error
    return found


def private_signature(signature: Signature, secret: str, content: bytes, name: str) -> bytes:
    """Sign with a private key in the PEM format. Raises `InvalidSecret` or `MissingPackage`."""
    module = _public_keys(name)
    try:
        found: bytes = module.sign(secret, signature.kind, signature.hash, content)
    except ValueError as error:
        raise InvalidSecret(
            f"{name} signs with a private key, and verifies with a public one. To sign, enter a "
            "private key in the PEM format."
        ) from error
    return found


def require_package(provider: Provider, secret: str) -> None:
    """Raise `MissingPackage` if all signatures of a provider with this secret need it."""
    signatures = for_secret(list(map(Signature.from_json, provider.signatures)), secret)
    if signatures and all(each.secret.key in PUBLIC for each in signatures):
        _public_keys(provider.name)


def _public_keys(name: str) -> ModuleType:
    """Import the module that uses `cryptography`, or raise `MissingPackage`."""
    try:
        from webhook_logger.providers.signatures import public_keys  # noqa: PLC0415
    except ImportError as error:
        raise MissingPackage(
            f"Signatures of {name} need the package cryptography. Install it with "
            f"{extras.command('signatures')}."
        ) from error
    return public_keys
