"""Verify the signatures of requests for `listen --secret`, and respond to handshakes."""

from __future__ import annotations

from collections.abc import Mapping

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.commands.certificates import Certificates
from webhook_logger.client.commands.secrets import Secrets
from webhook_logger.client.display import Check
from webhook_logger.client.errors import ClientError
from webhook_logger.providers import (
    MissingPackage,
    Provider,
    ProviderError,
    Verdict,
    get,
    recognise,
)
from webhook_logger.providers.handshake_responses import HandshakeResponse
from webhook_logger.providers.handshakes import Handshake, find
from webhook_logger.providers.provider import GENERIC


class Verifier:
    """Verifies signatures, and makes the responses to handshakes, with the known secrets."""

    def __init__(
        self, secrets: Secrets, options: Mapping[str, str], certificates: Certificates | None
    ) -> None:
        """`certificates`: where to get the certificates that requests name; None for nowhere."""
        self._secrets = secrets
        self._for_handshakes = secrets
        """The secrets at the start, for which this viewer has a role."""
        self._options = options
        self._certificates = certificates

    @property
    def has_secrets(self) -> bool:
        """Whether there is any secret, and thus a handshake that can be responded to."""
        return bool(self._for_handshakes)

    def set_secret(self, request: CapturedRequest, text: str) -> None:
        """Verify requests of this request's provider with a secret, or with that of `@FILE`.

        Raises `Invalid`.
        """
        self._secrets = self._secrets.with_secret(_signer(request), text)

    def problems(self) -> list[str]:
        """Return what is missing to use the secrets, for people."""
        found = []
        for id_ in sorted(self._secrets.providers()):
            provider = get(id_)
            try:
                provider.require_package(self._secrets.of(provider) or "")
            except MissingPackage as error:
                found.append(str(error))
        return found

    def check(self, request: CapturedRequest) -> Check | None:
        """Verify a request, or return None if it is not signed or no secret is known."""
        provider = _signer(request)
        try:
            verdict = self._verdict(provider, request)
        except (ProviderError, ClientError) as error:
            return Check("?", f"The signature was not checked: {error}")
        if verdict is None:
            return None
        return Check("✓" if verdict else "✗", " ".join((verdict.text, *verdict.notes)))

    def _verdict(self, provider: Provider, request: CapturedRequest) -> Verdict | None:
        if provider.id == GENERIC:
            secret = self._secrets.own(provider)
        else:
            secret = self._secrets.of(provider) if provider.signatures else None
            secret = self._certificate(provider, request) or secret
        return None if secret is None else provider.verify(request, secret, **self._options)

    def _certificate(self, provider: Provider, request: CapturedRequest) -> str | None:
        if not self._certificates or self._secrets.own(provider):
            return None
        url = provider.certificate_url(request)
        return self._certificates.get(url) if url else None

    def handshake(self, request: CapturedRequest) -> Handshake | None:
        """Return the handshake that a request is, if its response needs a secret that is known."""
        found = find(request) if self._for_handshakes else None
        if not found or not found.needs_secret or self._for_handshakes.of(found.provider) is None:
            return None
        return found

    def response(self, found: Handshake) -> HandshakeResponse:
        """Return the response to a handshake. Raises `ProviderError`."""
        return found.response(self._for_handshakes.of(found.provider), self._options)


def signer_name(request: CapturedRequest) -> str:
    """Return the name of the provider whose secret verifies a request."""
    return _signer(request).name


def _signer(request: CapturedRequest) -> Provider:
    found = recognise(request)
    return found.provider if found else get(GENERIC)
