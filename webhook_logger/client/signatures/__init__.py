"""Signatures of webhooks: checked as the dashboard checks them, and made.

    verdict = signatures.Stripe().verify(request, "whsec_…")
    assert verdict, verdict.text
    lines = signatures.GitHub().sign(signatures.Outgoing(b"{}"), "secret")

`PROVIDERS` has every provider by its id; `detect` tells which one a request looks like.
"""

from __future__ import annotations

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.generic import AnyHmac
from webhook_logger.client.signatures.github import GitHub
from webhook_logger.client.signatures.gitlab import GitLab
from webhook_logger.client.signatures.provider import Outgoing, Provider
from webhook_logger.client.signatures.shopify import Shopify
from webhook_logger.client.signatures.slack import Slack
from webhook_logger.client.signatures.standard_webhooks import StandardWebhooks
from webhook_logger.client.signatures.stripe import Stripe
from webhook_logger.client.signatures.twilio import Twilio
from webhook_logger.client.signatures.verdict import Verdict

__all__ = [
    "PROVIDERS",
    "AnyHmac",
    "GitHub",
    "GitLab",
    "Outgoing",
    "Provider",
    "Shopify",
    "Slack",
    "StandardWebhooks",
    "Stripe",
    "Twilio",
    "Verdict",
    "detect",
]

_ALL: tuple[type[Provider], ...] = (
    # The more special first: GitLab has the headers of Standard Webhooks, too.
    *(GitHub, GitLab, Shopify, Slack, Stripe, Twilio, StandardWebhooks, AnyHmac),
)
PROVIDERS: dict[str, type[Provider]] = {provider.id: provider for provider in _ALL}


def detect(request: CapturedRequest) -> Provider | None:
    """The provider that the request's headers look like."""
    return next((provider() for provider in _ALL if provider().detect(request)), None)
