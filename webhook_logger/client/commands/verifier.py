"""Verify the signatures of requests for `listen --secret`, and respond to handshakes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.commands.certificates import Certificates
from webhook_logger.client.errors import ClientError, Invalid
from webhook_logger.providers import Provider, ProviderError, Verdict, get, ids, recognise
from webhook_logger.providers.handshake_responses import HandshakeResponse
from webhook_logger.providers.handshakes import Handshake, find
from webhook_logger.providers.provider import GENERIC

VARIABLE = "WEBHOOK_SECRET"
"""The environment variable of a secret; `WEBHOOK_SECRET_GITHUB` is the secret of one provider."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of providers."""

    by_provider: Mapping[str, str]
    default: str | None = None
    """For providers without their own."""

    @classmethod
    def read(cls, texts: Iterable[str], environ: Mapping[str, str] = os.environ) -> Secrets:
        """Read `PROVIDER=SECRET` and `SECRET` texts, and the environment. `@FILE` reads a file.

        The texts replace those of the environment.
        """
        found = {
            id_: _content(secret)
            for id_ in (*ids(), GENERIC)
            if (secret := environ.get(f"{VARIABLE}_{id_.upper().replace('-', '_')}"))
        }
        default = None
        for text in (environ.get(VARIABLE, ""), *texts):
            id_, equals, secret = text.partition("=")
            if equals and id_ in (*ids(), GENERIC):
                found[id_] = _content(secret)
            elif text:
                default = _content(text)
        return cls(found, default)

    def __bool__(self) -> bool:
        return bool(self.by_provider) or self.default is not None

    def of(self, provider: Provider) -> str | None:
        """Return the secret of a provider, or None."""
        return self.by_provider.get(provider.id, self.default)


def _content(secret: str) -> str:
    """Return a secret, or the content of `@FILE` without the line break at its end."""
    try:
        if secret.startswith("@"):
            return Path(secret[1:]).read_text(encoding="utf-8").removesuffix("\n")
        secret.encode()
    except UnicodeError as error:
        raise Invalid("A secret is not UTF-8.") from error
    except OSError as error:
        raise Invalid(f"Cannot read {secret[1:]}: {error.strerror}.") from error
    return secret


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check, for people."""

    symbol: str
    """✓, ✗, or ? if the signature could not be checked."""
    text: str


class Verifier:
    """Verifies signatures, and makes the responses to handshakes, with the known secrets."""

    def __init__(
        self, secrets: Secrets, options: Mapping[str, str], certificates: Certificates | None
    ) -> None:
        """`certificates`: where to get the certificates that requests name; None for nowhere."""
        self._secrets = secrets
        self._options = options
        self._certificates = certificates

    @property
    def has_secrets(self) -> bool:
        """Whether there is any secret, and thus a handshake that can be responded to."""
        return bool(self._secrets)

    def check(self, request: CapturedRequest) -> Check | None:
        """Verify a request, or return None if it is not signed or no secret is known."""
        found = recognise(request)
        provider = found.provider if found else get(GENERIC)
        try:
            verdict = self._verdict(provider, request)
        except (ProviderError, ClientError) as error:
            return Check("?", f"The signature was not checked: {error}")
        if verdict is None:
            return None
        return Check("✓" if verdict else "✗", " ".join((verdict.text, *verdict.notes)))

    def _verdict(self, provider: Provider, request: CapturedRequest) -> Verdict | None:
        if provider.id == GENERIC:
            secret = self._secrets.by_provider.get(GENERIC)
        else:
            secret = self._secrets.of(provider) if provider.signatures else None
            secret = self._certificate(provider, request) or secret
        return None if secret is None else provider.verify(request, secret, **self._options)

    def _certificate(self, provider: Provider, request: CapturedRequest) -> str | None:
        if not self._certificates or provider.id in self._secrets.by_provider:
            return None
        url = provider.certificate_url(request)
        return self._certificates.get(url) if url else None

    def handshake(self, request: CapturedRequest) -> Handshake | None:
        """Return the handshake that a request is, if its response needs a secret that is known."""
        found = find(request) if self._secrets else None
        if not found or not found.needs_secret or self._secrets.of(found.provider) is None:
            return None
        return found

    def response(self, found: Handshake) -> HandshakeResponse:
        """Return the response to a handshake. Raises `ProviderError`."""
        return found.response(self._secrets.of(found.provider), self._options)
