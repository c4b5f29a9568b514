"""docs.gitlab.com: "Webhooks": the secret token, and the signing token of newer versions."""

from __future__ import annotations

from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.hashes import same
from webhook_logger.client.signatures.provider import Outgoing, Provider
from webhook_logger.client.signatures.standard_webhooks import SECRET_PREFIX, StandardWebhooks
from webhook_logger.client.signatures.timestamp import TOLERANCE
from webhook_logger.client.signatures.verdict import Verdict, missing, right, wrong
from webhook_logger.headers import HeaderLines

_TOKEN = "X-Gitlab-Token"  # noqa: S105  # the header's name
_EVENT = "X-Gitlab-Event"


@dataclass(frozen=True)
class GitLab(Provider):
    """A secret that starts with `whsec_` signs as Standard Webhooks do; another one is sent."""

    id = "gitlab"
    name = "GitLab"

    tolerance: int = TOLERANCE
    """Seconds between signing and arrival, of a signing token."""

    def detect(self, request: CapturedRequest) -> bool:
        return any(request.header(name) for name in (_TOKEN, _EVENT))

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        if _is_signing_token(request, secret):
            return StandardWebhooks(self.tolerance).verify(request, secret)
        token = request.header(_TOKEN)
        if not token:
            return missing(_TOKEN)
        if not same(token.encode("latin-1"), secret.encode()):
            return wrong("secret", f"The {_TOKEN} header contains a different secret token.")
        return right("This is a token, not a signature: the body is not verified.")

    def sign(self, outgoing: Outgoing, secret: str) -> HeaderLines:
        if secret.startswith(SECRET_PREFIX):
            return StandardWebhooks().sign(outgoing, secret)
        return ((_TOKEN, secret.encode().decode("latin-1")),)


def _is_signing_token(request: CapturedRequest, secret: str) -> bool:
    """A request may have both: what was entered says which is meant."""
    if secret.startswith(SECRET_PREFIX):
        return True
    return not request.header(_TOKEN) and request.header("webhook-signature") != ""
