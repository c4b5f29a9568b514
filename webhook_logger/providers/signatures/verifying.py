"""Verify the signature of a captured request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers.locations import Values, describe
from webhook_logger.providers.provider import Provider
from webhook_logger.providers.signatures import jwt, twilio
from webhook_logger.providers.signatures.alteration import original_of
from webhook_logger.providers.signatures.hashes import are_equal, from_base64
from webhook_logger.providers.signatures.keys import Checks, InvalidSecret, checker
from webhook_logger.providers.signatures.reading import (
    SentSignature,
    covers_body,
    is_in_body,
    read,
    without_prefix,
)
from webhook_logger.providers.signatures.signature import Signature, chosen, signatures_of
from webhook_logger.providers.signatures.timestamp import age_of, check_age
from webhook_logger.providers.signatures.verdict import (
    Verdict,
    body_altered,
    body_not_kept,
    invalid,
    malformed,
    mismatch,
    missing,
    valid,
)


@dataclass(frozen=True)
class Claim:
    """A request that claims to be signed, and the entered secret."""

    provider: Provider
    request: CapturedRequest
    signature: Signature
    signatures: list[Signature]
    """All of the provider."""
    secret: str
    values: Values


def verify(
    provider: Provider, request: CapturedRequest, secret: str, options: Mapping[str, str]
) -> Verdict:
    """Return the verdict on the signature of a request."""
    values = Values.of(request)
    signatures = signatures_of(provider, values, options)
    if not signatures:
        return invalid("missing", f"{provider.name} does not sign requests like this one.")
    signature = chosen(signatures, secret, values)
    values = replace(values, options=signature.options_for(values, options))
    if not request.body.complete and is_in_body(signature.at):
        return body_not_kept()
    try:
        verdict = _VERIFIERS[signature.kind](
            Claim(provider, request, signature, signatures, secret, values)
        )
    except InvalidSecret as error:
        return invalid("secret", str(error))
    if verdict and signature.note:
        return valid(*verdict.notes, signature.note)
    return verdict


def check_secret(
    provider: Provider, request: CapturedRequest, secret: str, options: Mapping[str, str]
) -> None:
    """Raise `InvalidSecret` if the secret is not a key for the signature of a request.

    Raises `MissingPackage`, too.
    """
    values = Values.of(request)
    signature = chosen(signatures_of(provider, values, options), secret, values)
    checker(signature, secret, provider.name)


def _verify_signed(claim: Claim) -> Verdict:
    """Verify a signature of a content: an HMAC, or one with a public key."""
    signature = claim.signature
    complete = claim.request.body.complete or not covers_body(signature)
    sent = read(signature, claim.values, claim.signatures)
    if isinstance(sent, Verdict):
        return sent
    is_valid = checker(signature, claim.secret, claim.provider.name)
    if not complete:
        return body_not_kept()
    index = _valid_index(claim, sent, is_valid, claim.values.body)
    if index is not None:
        return _valid_verdict(claim, sent, index)
    if signature.kind != "hmac":
        return mismatch("the public key is wrong")
    if not covers_body(signature):
        return mismatch()
    original = original_of(
        claim.values.body,
        lambda guess: _valid_index(claim, sent, is_valid, guess) is not None,
    )
    return body_altered(original) if original else mismatch()


def _valid_index(claim: Claim, sent: SentSignature, is_valid: Checks, body: bytes) -> int | None:
    """Return the index of the signature that is valid if this body was signed, or None."""
    values = replace(claim.values, body=body, timestamp=sent.timestamp)
    content = claim.signature.signed.fill(values.at)
    if content is None:
        return None
    matches = (at for at, each in enumerate(sent.signatures) if is_valid(content, each))
    return next(matches, None)


def _valid_verdict(claim: Claim, sent: SentSignature, index: int) -> Verdict:
    verdict, format_ = valid(), claim.signature.timestamp
    if format_ and sent.seconds is not None:
        age = age_of(sent.seconds, claim.request)
        verdict = check_age(age, format_.tolerance, any_future=format_.future)
    count = len(sent.signatures)
    if not verdict.ok or count == 1:
        return verdict
    which = f"Signature {index + 1} of the {count} in the header is valid."
    return valid(which, *verdict.notes)


def _verify_token(claim: Claim) -> Verdict:
    """Compare a secret that the request contains."""
    signature = claim.signature
    token = claim.values.at(signature.at)
    if not token:
        return missing(signature.at)
    text = without_prefix(signature, token.decode("latin-1"))
    if isinstance(text, Verdict):
        return text
    if not are_equal(text.encode("latin-1"), claim.secret.encode()):
        text = f"The {describe(signature.at)} contains a different secret token."
        return invalid("secret", text)
    return valid()


def _verify_basic(claim: Claim) -> Verdict:
    """Compare Basic credentials (RFC 7617)."""
    signature = claim.signature
    text = claim.values.text_at(signature.at)
    if not text:
        return missing(signature.at)
    scheme, _, encoded = text.partition(" ")
    sent = from_base64(encoded.strip(" ")) if scheme.lower() == "basic" else None
    if sent is None:
        return malformed(signature.at, "it does not contain basic credentials")
    if not are_equal(sent, basic_credentials(claim.values.options, claim.secret)):
        return invalid("secret", f"The {describe(signature.at)} contains different credentials.")
    return valid()


def basic_credentials(options: Mapping[str, str], secret: str) -> bytes:
    """Return `user:password`: the secret alone, or after the option `user`."""
    return (f"{options['user']}:{secret}" if "user" in options else secret).encode()


def _verify_twilio(claim: Claim) -> Verdict:
    return twilio.verify(claim.signature, claim.request, claim.values, claim.secret)


def _verify_jwt(claim: Claim) -> Verdict:
    return jwt.verify(
        claim.signature, claim.request, claim.values, claim.secret, claim.provider.name
    )


_VERIFIERS: dict[str, Callable[[Claim], Verdict]] = {
    **dict.fromkeys(("hmac", "ed25519", "ecdsa", "rsa"), _verify_signed),
    "token": _verify_token,
    "basic": _verify_basic,
    "jwt": _verify_jwt,
    "twilio": _verify_twilio,
}
