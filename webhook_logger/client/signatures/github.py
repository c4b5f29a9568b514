"""docs.github.com: "Validating webhook deliveries"."""

from __future__ import annotations

from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.provider import Claim, Outgoing, Provider, Writing
from webhook_logger.client.signatures.verdict import Verdict
from webhook_logger.headers import HeaderLines

_NOW = Writing("X-Hub-Signature-256", "sha256=")
_BEFORE = Writing("X-Hub-Signature", "sha1=", algorithm="SHA-1")
"""Older servers send this one alone."""


@dataclass(frozen=True)
class GitHub(Provider):
    """An HMAC of the body."""

    id = "github"
    name = "GitHub"

    def detect(self, request: CapturedRequest) -> bool:
        return any(request.header(writing.header) for writing in (_NOW, _BEFORE))

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        found = (writing for writing in (_NOW, _BEFORE) if request.header(writing.header))
        writing = next(found, _NOW)
        signature = writing.read(request)
        if isinstance(signature, Verdict):
            return signature
        claim = Claim(secret.encode(), (signature,), bytes, writing.algorithm)
        return claim.judge(request)

    def sign(self, outgoing: Outgoing, secret: str) -> HeaderLines:
        return _NOW.write(secret.encode(), outgoing.body)
