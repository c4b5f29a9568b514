"""JSON Web Tokens (RFC 7519) as signatures: their claims must match the request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers.json_values import parse_json
from webhook_logger.providers.locations import Values
from webhook_logger.providers.signatures.hashes import (
    Algorithm,
    are_equal,
    base64url,
    from_base64,
    keyed_hash,
)
from webhook_logger.providers.signatures.keys import (
    InvalidSecret,
    public_checker,
    shared_key,
)
from webhook_logger.providers.signatures.reading import is_in_body, without_prefix
from webhook_logger.providers.signatures.signature import Signature
from webhook_logger.providers.signatures.timestamp import age_of, check_age, span
from webhook_logger.providers.signatures.verdict import (
    Verdict,
    body_not_kept,
    invalid,
    malformed,
    mismatch,
    missing,
    valid,
)
from webhook_logger.providers.templates import template

LEEWAY = 60
"""Seconds by which the clocks of two machines may differ."""
_HASHES: dict[str, Algorithm] = {"HS256": "SHA-256", "HS384": "SHA-384", "HS512": "SHA-512"}
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A token, not yet verified."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    sent: bytes


def verify(
    signature: Signature, request: CapturedRequest, values: Values, secret: str, name: str
) -> Verdict:
    """Verify the token of a request. `name` is the provider's."""
    text = values.text_at(signature.at)
    if not text:
        return missing(signature.at)
    rest = without_prefix(signature, text)
    if isinstance(rest, Verdict):
        return rest
    token = _parsed(rest)
    if token is None:
        return malformed(signature.at, "it is not a JSON Web Token")
    algorithm = token.header.get("alg")
    if algorithm not in signature.algorithms:
        allowed = " or ".join(signature.algorithms)
        return malformed(signature.at, f"its algorithm is not {allowed}")
    if not _is_signed(token, str(algorithm), signature, secret, name):
        return mismatch(*(() if algorithm in _HASHES else ("the public key is wrong",)))
    return _claims_verdict(token.claims, signature, request, values)


def _parsed(text: str) -> Token | None:
    parts = text.split(".", _PARTS)
    if len(parts) != _PARTS or not text.isascii():
        return None
    header, claims, sent = map(from_base64, parts)
    if header is None or claims is None or sent is None:
        return None
    objects = parse_json(header), parse_json(claims)
    if not all(isinstance(each, dict) for each in objects):
        return None
    return Token(*objects, ".".join(parts[:2]).encode(), sent)


def _is_signed(token: Token, algorithm: str, signature: Signature, secret: str, name: str) -> bool:
    if algorithm in _HASHES:
        key = shared_key(signature, secret, name)
        return are_equal(keyed_hash(_HASHES[algorithm], key, token.signed), token.sent)
    text = _one_key(secret, str(token.header.get("kid", "")))
    kind = "rsa" if algorithm == "RS256" else "raw-ecdsa"
    return public_checker(text, kind, "SHA-256", name)(token.signed, token.sent)


def _one_key(secret: str, kid: str) -> str:
    """Return the key with an id, if the secret is a set of keys (RFC 7517, section 5)."""
    keys = parse_json(secret.encode())
    if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
        return secret
    sets = [each for each in keys["keys"] if isinstance(each, dict)]
    found = next((each for each in sets if each.get("kid") == kid), None)
    if found is None:
        raise InvalidSecret("The set of keys does not contain the key that the token names.")
    return json.dumps(found)


def _claims_verdict(
    claims: dict[str, Any], signature: Signature, request: CapturedRequest, values: Values
) -> Verdict:
    for claim, wanted in signature.claims.items():
        filled = template(wanted)
        if not request.body.complete and any(map(is_in_body, filled.locations())):
            return body_not_kept()
        expected, sent = filled.fill(values.at), claims.get(claim)
        if (
            not isinstance(sent, str)
            or expected is None
            or sent.encode("utf-8", "replace") != expected
        ):
            return invalid(
                "body",
                f"The token is valid, but its claim {claim} does not match the request.",
            )
    outside = _outside(claims, request)
    return _age_verdict(claims, signature, request) if outside is None else outside


def _outside(claims: dict[str, Any], request: CapturedRequest) -> Verdict | None:
    """Return the verdict on a token that was not valid when the request arrived, or None."""
    ends, starts = _time(claims, "exp"), _time(claims, "nbf")
    if ends is not None and age_of(ends, request) > LEEWAY:
        late = span(age_of(ends, request))
        text = f"The token is valid, but it expired {late} before the request arrived."
        return invalid("timestamp", text)
    if starts is not None and -age_of(starts, request) > LEEWAY:
        early = span(age_of(starts, request))
        text = f"The token is valid, but it becomes valid only {early} after the request arrived."
        return invalid("timestamp", text)
    return None


def _age_verdict(claims: dict[str, Any], signature: Signature, request: CapturedRequest) -> Verdict:
    issued, format_ = _time(claims, "iat"), signature.timestamp
    if issued is None:
        return malformed(signature.at, "it has no timestamp (iat)") if format_ else valid()
    return check_age(age_of(issued, request), format_.tolerance if format_ else None)


def _time(claims: dict[str, Any], name: str) -> int | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value // 1) if 0 <= value < 10**11 else None


def signed_token(signature: Signature, values: Values, secret: str, name: str, now: int) -> str:
    """Return a token that is valid for five minutes, signed with a shared secret."""
    algorithm = next((each for each in signature.algorithms if each in _HASHES), None)
    if algorithm is None:
        raise InvalidSecret(f"{name} signs with a private key, so it cannot be signed here.")
    claims = {
        claim: (template(text).fill(values.at) or b"").decode("utf-8", "replace")
        for claim, text in signature.claims.items()
    }
    parts = ({"alg": algorithm, "typ": "JWT"}, {**claims, "iat": now, "exp": now + 300})
    start = ".".join(base64url(json.dumps(each, separators=(",", ":")).encode()) for each in parts)
    key = shared_key(signature, secret, name)
    return f"{start}.{base64url(keyed_hash(_HASHES[algorithm], key, start.encode()))}"
