"""Verify signatures of webhooks, with the verdicts of the dashboard, and sign requests.

    verdict = signatures.Stripe().verify(request, "whsec_…")
    assert verdict, verdict.text
    lines = signatures.GitHub().sign(signatures.OutgoingRequest(b"{}"), "secret")

`PROVIDERS` has every provider by its id; `detect` returns the provider of a request.
"""

from __future__ import annotations

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.generic import AnyHmac
from webhook_logger.client.signatures.github import GitHub
from webhook_logger.client.signatures.gitlab import GitLab
from webhook_logger.client.signatures.provider import OutgoingRequest, Provider
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
    "OutgoingRequest",
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
    # Specific ones first, because GitLab also sends the headers of Standard Webhooks.
    *(GitHub, GitLab, Shopify, Slack, Stripe, Twilio, StandardWebhooks, AnyHmac),
)
PROVIDERS: dict[str, type[Provider]] = {provider.id: provider for provider in _ALL}


def detect(request: CapturedRequest) -> Provider | None:
    """Return the provider that the headers of a request match, or None."""
    return next((provider() for provider in _ALL if provider().detect(request)), None)
