"""standardwebhooks.com, and Svix, whose headers have other names."""

from __future__ import annotations

from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.errors import Invalid
from webhook_logger.client.signatures.hashes import (
    decode_hash,
    encode_hash,
    from_base64,
    keyed_hash,
)
from webhook_logger.client.signatures.provider import OutgoingRequest, Provider, SignatureClaim
from webhook_logger.client.signatures.timestamp import TOLERANCE, seconds_in
from webhook_logger.client.signatures.verdict import Verdict, invalid, malformed, missing
from webhook_logger.headers import HeaderLines

SECRET_PREFIX = "whsec_"  # noqa: S105  # the prefix of secrets
_NOT_BASE64 = "The secret is not valid base64, as Standard Webhooks requires."


@dataclass(frozen=True)
class StandardWebhooks(Provider):
    """Standard Webhooks signs the message id, a timestamp and the body; the secret is base64."""

    id = "standard-webhooks"
    name = "Standard Webhooks, Svix"

    tolerance: int = TOLERANCE
    """Maximum seconds between signing and arrival."""

    def detect(self, request: CapturedRequest) -> bool:
        return request.header(f"{_header_prefix(request)}-signature") != ""

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        claim = self._read(request, secret)
        return claim if isinstance(claim, Verdict) else claim.verify(request)

    def _read(self, request: CapturedRequest, secret: str) -> SignatureClaim | Verdict:
        prefix = _header_prefix(request)
        signatures = _signatures(request, f"{prefix}-signature")
        if isinstance(signatures, Verdict):
            return signatures
        id_ = request.header(f"{prefix}-id")
        if not id_:
            return missing(f"{prefix}-id")
        timestamp = seconds_in(request, f"{prefix}-timestamp")
        if isinstance(timestamp, Verdict):
            return timestamp
        key = _key(secret)
        if not key:
            return invalid("secret", _NOT_BASE64)
        start = f"{id_}.{request.header(f'{prefix}-timestamp')}.".encode("latin-1")
        return SignatureClaim(
            key,
            signatures,
            lambda body: start + body,
            timestamp=timestamp,
            tolerance=self.tolerance,
        )

    def sign(self, outgoing: OutgoingRequest, secret: str) -> HeaderLines:
        key = _key(secret)
        if not key:
            raise Invalid(_NOT_BASE64)
        start = f"{outgoing.id}.{outgoing.timestamp}.".encode("latin-1")
        signature = keyed_hash("SHA-256", key, start + outgoing.body)
        return (
            ("webhook-id", outgoing.id),
            ("webhook-timestamp", str(outgoing.timestamp)),
            ("webhook-signature", f"v1,{encode_hash(signature, 'base64')}"),
        )


def _header_prefix(request: CapturedRequest) -> str:
    return "svix" if request.header("svix-signature") else "webhook"


def _signatures(request: CapturedRequest, header: str) -> tuple[bytes, ...] | Verdict:
    """Parse `v1,K5oZ…= v1,… v1a,…`."""
    entries = [entry for entry in request.header(header).split(" ") if entry]
    if not entries:
        return missing(header)
    symmetric = [entry.removeprefix("v1,") for entry in entries if entry.startswith("v1,")]
    hashes = (decode_hash(text, "base64", "SHA-256") for text in symmetric)
    signatures = tuple(each for each in hashes if each is not None)
    if signatures:
        return signatures
    if any(entry.startswith("v1a,") for entry in entries):
        return malformed(header, "it has only v1a signatures, which no shared secret can check")
    return malformed(header, "it has no v1 signature")


def _key(secret: str) -> bytes | None:
    return from_base64(secret.removeprefix(SECRET_PREFIX))
