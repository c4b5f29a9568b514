"""docs.github.com, "Validating webhook deliveries"."""

from __future__ import annotations

from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.provider import (
    OutgoingRequest,
    Provider,
    SignatureClaim,
    SignatureFormat,
)
from webhook_logger.client.signatures.verdict import Verdict
from webhook_logger.headers import HeaderLines

_SHA256 = SignatureFormat("X-Hub-Signature-256", "sha256=")
_SHA1 = SignatureFormat("X-Hub-Signature", "sha1=", algorithm="SHA-1")
"""Older servers send only this header."""


@dataclass(frozen=True)
class GitHub(Provider):
    """GitHub signs the body with an HMAC."""

    id = "github"
    name = "GitHub"

    def detect(self, request: CapturedRequest) -> bool:
        return any(request.header(format_.header) for format_ in (_SHA256, _SHA1))

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        found = (format_ for format_ in (_SHA256, _SHA1) if request.header(format_.header))
        format_ = next(found, _SHA256)
        signature = format_.read(request)
        if isinstance(signature, Verdict):
            return signature
        claim = SignatureClaim(secret.encode(), (signature,), bytes, format_.algorithm)
        return claim.verify(request)

    def sign(self, outgoing: OutgoingRequest, secret: str) -> HeaderLines:
        return _SHA256.write(secret.encode(), outgoing.body)
