"""docs.slack.dev, "Verifying requests from Slack"."""

from __future__ import annotations

from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.provider import (
    OutgoingRequest,
    Provider,
    SignatureClaim,
    SignatureFormat,
)
from webhook_logger.client.signatures.timestamp import TOLERANCE, seconds_in
from webhook_logger.client.signatures.verdict import Verdict
from webhook_logger.headers import HeaderLines

_FORMAT = SignatureFormat("X-Slack-Signature", "v0=")
_TIMESTAMP = "X-Slack-Request-Timestamp"


@dataclass(frozen=True)
class Slack(Provider):
    """Slack signs a timestamp and the body with an HMAC."""

    id = "slack"
    name = "Slack"

    tolerance: int = TOLERANCE
    """Maximum seconds between signing and arrival."""

    def detect(self, request: CapturedRequest) -> bool:
        return request.header(_FORMAT.header) != ""

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        timestamp = seconds_in(request, _TIMESTAMP)
        if isinstance(timestamp, Verdict):
            return timestamp
        signature = _FORMAT.read(request)
        if isinstance(signature, Verdict):
            return signature
        start = f"v0:{request.header(_TIMESTAMP)}:".encode()
        return SignatureClaim(
            secret.encode(),
            (signature,),
            lambda body: start + body,
            timestamp=timestamp,
            tolerance=self.tolerance,
        ).verify(request)

    def sign(self, outgoing: OutgoingRequest, secret: str) -> HeaderLines:
        signed = f"v0:{outgoing.timestamp}:".encode() + outgoing.body
        return (
            (_TIMESTAMP, str(outgoing.timestamp)),
            *_FORMAT.write(secret.encode(), signed),
        )
