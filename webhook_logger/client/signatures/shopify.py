"""shopify.dev, "Verify webhook deliveries"."""

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

_FORMAT = SignatureFormat("X-Shopify-Hmac-Sha256", encoding="base64")


@dataclass(frozen=True)
class Shopify(Provider):
    """Shopify signs the body with an HMAC; the key is the app's client secret."""

    id = "shopify"
    name = "Shopify"

    def detect(self, request: CapturedRequest) -> bool:
        return request.header(_FORMAT.header) != ""

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        signature = _FORMAT.read(request)
        if isinstance(signature, Verdict):
            return signature
        return SignatureClaim(secret.encode(), (signature,), bytes).verify(request)

    def sign(self, outgoing: OutgoingRequest, secret: str) -> HeaderLines:
        return _FORMAT.write(secret.encode(), outgoing.body)
