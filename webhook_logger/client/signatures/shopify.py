"""shopify.dev: "Verify webhook deliveries"."""

from __future__ import annotations

from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.provider import Claim, Outgoing, Provider, Writing
from webhook_logger.client.signatures.verdict import Verdict
from webhook_logger.headers import HeaderLines

_WRITING = Writing("X-Shopify-Hmac-Sha256", encoding="base64")


@dataclass(frozen=True)
class Shopify(Provider):
    """An HMAC of the body with the app's client secret."""

    id = "shopify"
    name = "Shopify"

    def detect(self, request: CapturedRequest) -> bool:
        return request.header(_WRITING.header) != ""

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        signature = _WRITING.read(request)
        if isinstance(signature, Verdict):
            return signature
        return Claim(secret.encode(), (signature,), bytes).judge(request)

    def sign(self, outgoing: Outgoing, secret: str) -> HeaderLines:
        return _WRITING.write(secret.encode(), outgoing.body)
