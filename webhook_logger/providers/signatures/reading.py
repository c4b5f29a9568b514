"""Read the signatures and the timestamp of a request, as sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webhook_logger.providers.locations import SHA256, Values
from webhook_logger.providers.signatures import timestamp
from webhook_logger.providers.signatures.hashes import decode, decode_hash
from webhook_logger.providers.signatures.signature import Pairs, Signature
from webhook_logger.providers.signatures.verdict import Verdict, malformed, missing

_ASYMMETRIC = {"ed25519": "an Ed25519", "ecdsa": "an ECDSA", "rsa": "an RSA"}
_ED25519_BYTES = 64
MAX_SIGNATURES = 20
"""Maximum signatures of a request that are verified."""
IN_SIGNATURE = ("pair", "list")
"""Values of `timestamp.at` for a timestamp that is a part of the signature's value."""
_BODY_KINDS = ("body", "json", "form", "crc32", *SHA256)


@dataclass(frozen=True, slots=True)
class SentSignature:
    """The signatures of a request, one of which must be valid, and their timestamp."""

    signatures: tuple[bytes, ...]
    timestamp: str | None
    """As sent."""
    seconds: int | None
    """The timestamp in seconds since 1970."""


def read(
    signature: Signature, values: Values, others: Sequence[Signature] = ()
) -> SentSignature | Verdict:
    """Read the signatures and the timestamp, or return the verdict on what is wrong with them.

    `others` are all signatures of the provider.
    """
    text = values.text_at(signature.at)
    if not text:
        return missing(signature.at)
    found, sent_time = _found(signature, text, others)
    if isinstance(found, Verdict):
        return found
    absent = next((each for each in _needed(signature) if not values.at(each)), None)
    if absent:
        return missing(absent)
    return _with_time(signature, values, found, sent_time)


def without_prefix(signature: Signature, text: str) -> str | Verdict:
    """Return a value without its prefix, or the verdict on a value that does not have it."""
    if _has_prefix(text, signature.prefix):
        return text[len(signature.prefix) :]
    return malformed(signature.at, f"it does not start with “{signature.prefix}”")


def _has_prefix(text: str, prefix: str) -> bool:
    """Return whether a text has a prefix. Authentication schemes are case-insensitive."""
    start = text[: len(prefix)]
    return start == prefix or (prefix.endswith(" ") and start.lower() == prefix.lower())


def covers_body(signature: Signature) -> bool:
    """Return whether the signed content depends on the body."""
    return any(each.partition(":")[0] in _BODY_KINDS for each in signature.signed.locations())


def is_in_body(location: str) -> bool:
    """Return whether a location is a part of the body."""
    return location.partition(":")[0] in _BODY_KINDS


def _needed(signature: Signature) -> list[str]:
    """Return the locations that the signed content needs, besides the whole body."""
    every = signature.signed.locations(required=True)
    return [each for each in every if each not in ("timestamp", "form") and ":" in each]


def _found(
    signature: Signature, text: str, others: Sequence[Signature]
) -> tuple[tuple[bytes, ...] | Verdict, str | None]:
    """Return the signatures in a value, and the timestamp if the value is a list of pairs."""
    if signature.pairs:
        return _from_pairs(signature, signature.pairs, text)
    if signature.separator:
        return _from_list(signature, text, others)
    rest = without_prefix(signature, text)
    if isinstance(rest, Verdict):
        return rest, None
    content = _decoded(signature, rest)
    if content is None:
        return malformed(signature.at, f"it does not contain {_described(signature)}"), None
    return (content,), None


def _described(signature: Signature) -> str:
    if signature.kind in _ASYMMETRIC:
        return f"{_ASYMMETRIC[signature.kind]} signature in {signature.encoding}"
    return f"a {signature.hash} hash in {signature.encoding}"


def _decoded(signature: Signature, text: str) -> bytes | None:
    if signature.kind not in _ASYMMETRIC:
        return decode_hash(text, signature.encoding, signature.hash)
    content = decode(text, signature.encoding)
    if signature.kind == "ed25519" and content is not None and len(content) != _ED25519_BYTES:
        return None
    return content or None


def _from_pairs(
    signature: Signature, pairs: Pairs, text: str
) -> tuple[tuple[bytes, ...] | Verdict, str | None]:
    """Read a value such as `t=1492774577,v1=5257a8…,v1=…,v0=…`."""
    sent_time = next(iter(_values(pairs.timestamp, pairs, text)), None) if pairs.timestamp else None
    if signature.timestamp and signature.timestamp.at == "pair":
        time = None if sent_time is None else timestamp.parse(sent_time, signature.timestamp.unit)
        if time is None:
            return malformed(signature.at, f"it has no timestamp ({pairs.timestamp}=)"), None
    entries = _values(pairs.signature, pairs, text)
    found = _all_decoded(signature, entries)
    if not found:
        return malformed(signature.at, f"it has no {pairs.signature} signature"), None
    return found, sent_time


def _values(name: str, pairs: Pairs, text: str) -> list[str]:
    # A sender can leave out the space after a comma.
    entries = (pair.strip(" \t") for pair in text.split(pairs.separator.strip() or " "))
    start = f"{name}="
    return [entry[len(start) :] for entry in entries if entry.startswith(start)]


def _all_decoded(signature: Signature, entries: list[str]) -> tuple[bytes, ...]:
    found = (_decoded(signature, entry) for entry in entries[:MAX_SIGNATURES])
    return tuple(each for each in found if each is not None)


def _from_list(
    signature: Signature, text: str, others: Sequence[Signature]
) -> tuple[tuple[bytes, ...] | Verdict, str | None]:
    """Read a value such as `v1,K5oZ…= v1,… v1a,…` or, with a timestamp, `1659641851000,5257a8…`."""
    parts = (entry.strip(" \t") for entry in text.split(signature.separator))
    entries = [entry for entry in parts if entry]
    if not entries:
        return missing(signature.at), None
    if signature.timestamp and signature.timestamp.at == "list":
        first, *entries = entries
        if timestamp.parse(first, signature.timestamp.unit) is None:
            return malformed(signature.at, "it has no timestamp at its start"), None
        return _entries(signature, entries, others), first
    return _entries(signature, entries, others), None


def _entries(
    signature: Signature, entries: list[str], others: Sequence[Signature]
) -> tuple[bytes, ...] | Verdict:
    own = [entry for entry in entries if _has_prefix(entry, signature.prefix)]
    found = _all_decoded(signature, [entry[len(signature.prefix) :] for entry in own])
    if found:
        return found
    public = [each for each in others if each.at == signature.at and each.kind in _ASYMMETRIC]
    for other in public if signature.kind == "hmac" else ():
        if any(_has_prefix(entry, other.prefix) for entry in entries):
            name = _version(other)
            problem = f"it has only {name} signatures, which no shared secret can check"
            return malformed(signature.at, problem)
    if not signature.prefix:
        return malformed(signature.at, f"it does not contain {_described(signature)}")
    return malformed(signature.at, f"it has no {_version(signature)} signature")


def _version(signature: Signature) -> str:
    """Return the name in a prefix, such as `v1` in `v1,`."""
    return signature.prefix.rstrip(",=: ")


def _with_time(
    signature: Signature, values: Values, found: tuple[bytes, ...], sent_time: str | None
) -> SentSignature | Verdict:
    format_ = signature.timestamp
    if format_ is None:
        return SentSignature(found, sent_time, None)
    if format_.at not in IN_SIGNATURE:
        sent_time = values.text_at(format_.at)
        if not sent_time:
            return missing(format_.at)
    seconds = timestamp.parse(sent_time or "", format_.unit)
    if seconds is None:
        return malformed(format_.at, timestamp.PROBLEMS[format_.unit])
    return SentSignature(found, sent_time, seconds)
