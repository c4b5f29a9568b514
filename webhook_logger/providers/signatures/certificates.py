"""Find the certificate that a request names. Nothing here fetches it."""

from __future__ import annotations

from urllib.parse import urlsplit

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers.locations import Values
from webhook_logger.providers.provider import Provider
from webhook_logger.providers.rules import compiled
from webhook_logger.providers.signatures.signature import chosen, signatures_of

_HTTPS_PORT = 443


def certificate_url(provider: Provider, request: CapturedRequest) -> str | None:
    """Return the URL of the certificate that a request names, if it is on the provider's host."""
    values = Values.of(request)
    signatures = signatures_of(provider, values, {})
    if not signatures:
        return None
    certificate = chosen(signatures, "", values).certificate
    url = values.text_at(certificate["at"]) if certificate else None
    return url if certificate and url and _is_on(url, certificate["hosts"]) else None


def _is_on(url: str, hosts: str) -> bool:
    """Return whether a URL is an https URL whose host matches an expression."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or "@" in parts.netloc or port not in (None, _HTTPS_PORT):
        return False
    return compiled(hosts).search(parts.hostname or "") is not None
