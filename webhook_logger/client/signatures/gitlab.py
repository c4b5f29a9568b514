"""docs.gitlab.com, "Webhooks": the secret token, and the signing token of newer versions."""

from __future__ import annotations

from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.hashes import are_equal
from webhook_logger.client.signatures.provider import OutgoingRequest, Provider
from webhook_logger.client.signatures.standard_webhooks import SECRET_PREFIX, StandardWebhooks
from webhook_logger.client.signatures.timestamp import TOLERANCE
from webhook_logger.client.signatures.verdict import Verdict, invalid, missing, valid
from webhook_logger.headers import HeaderLines

_TOKEN = "X-Gitlab-Token"  # noqa: S105  # a header name
_EVENT = "X-Gitlab-Event"


@dataclass(frozen=True)
class GitLab(Provider):
    """GitLab signs like Standard Webhooks if the secret starts with `whsec_`, else it sends the
    secret.
    """

    id = "gitlab"
    name = "GitLab"

    tolerance: int = TOLERANCE
    """Maximum seconds between signing and arrival, with a signing token."""

    def detect(self, request: CapturedRequest) -> bool:
        return any(request.header(name) for name in (_TOKEN, _EVENT))

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        if _is_signing_token(request, secret):
            return StandardWebhooks(self.tolerance).verify(request, secret)
        token = request.header(_TOKEN)
        if not token:
            return missing(_TOKEN)
        if not are_equal(token.encode("latin-1"), secret.encode()):
            return invalid("secret", f"The {_TOKEN} header contains a different secret token.")
        return valid("This is a token, not a signature: the body is not verified.")

    def sign(self, outgoing: OutgoingRequest, secret: str) -> HeaderLines:
        if secret.startswith(SECRET_PREFIX):
            return StandardWebhooks().sign(outgoing, secret)
        return ((_TOKEN, secret.encode().decode("latin-1")),)


def _is_signing_token(request: CapturedRequest, secret: str) -> bool:
    """Return whether to verify a signature. If a request has both headers, the secret decides."""
    if secret.startswith(SECRET_PREFIX):
        return True
    return not request.header(_TOKEN) and request.header("webhook-signature") != ""
