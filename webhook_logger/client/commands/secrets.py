"""The secrets of providers, for `listen` and `send`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from webhook_logger.client.errors import Invalid
from webhook_logger.providers import Provider, ids
from webhook_logger.providers.provider import GENERIC

VARIABLE = "WEBHOOK_SECRET"
"""The environment variable of a secret; `WEBHOOK_SECRET_GITHUB` is the secret of one provider."""
_DEFAULT = ""
"""Represents all providers without their own secret."""


def variable(provider: Provider) -> str:
    """Return the name of the variable with the secret of a provider."""
    return _variable(provider.id)


def _variable(id_: str) -> str:
    return f"{VARIABLE}_{id_.upper().replace('-', '_')}"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of providers."""

    sources: tuple[Mapping[str, str], ...]
    """The secrets of the options, and those of the environment, by provider."""

    @classmethod
    def read(cls, texts: Iterable[str], environ: Mapping[str, str] = os.environ) -> Secrets:
        """Read `PROVIDER=SECRET` and `SECRET` texts, and the environment. `@FILE` reads a file.

        The texts count before the environment.
        """
        known = (*ids(), GENERIC)
        own = {id_: environ.get(_variable(id_), "") for id_ in known}
        found = {id_: _content(secret) for id_, secret in own.items() if secret}
        default = environ.get(VARIABLE)
        return cls((_read(texts), {**_read([default] if default else []), **found}))

    def __bool__(self) -> bool:
        return any(self.sources)

    def of(self, provider: Provider) -> str | None:
        """Return the secret for a provider, or None."""
        for source in self.sources:
            if (secret := source.get(provider.id, source.get(_DEFAULT))) is not None:
                return secret
        return None

    def own(self, provider: Provider) -> str | None:
        """Return the secret that is only for this provider, or None."""
        found = (source.get(provider.id) for source in self.sources)
        return next(filter(None, found), None)

    def values(self) -> set[str]:
        """Return all secrets."""
        return {secret for source in self.sources for secret in source.values()}

    def with_secret(self, provider: Provider, text: str) -> Secrets:
        """Return these secrets and another one, which counts before them. `@FILE` reads a file."""
        return Secrets(({provider.id: _content(text)}, *self.sources))

    def providers(self) -> set[str]:
        """Return the ids of the providers with their own secrets."""
        return {id_ for source in self.sources for id_ in source} - {_DEFAULT}


def _read(texts: Iterable[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        id_, equals, secret = text.partition("=")
        if equals and id_ in (*ids(), GENERIC):
            found[id_] = _content(secret)
        else:
            found[_DEFAULT] = _content(text)
    return found


def _content(secret: str) -> str:
    """Return a secret, or the content of `@FILE` without the line break at its end."""
    content = secret
    try:
        if secret.startswith("@"):
            content = Path(secret[1:]).read_text(encoding="utf-8").removesuffix("\n")
        content.encode()
    except UnicodeError as error:
        raise Invalid("A secret is not UTF-8.") from error
    except OSError as error:
        raise Invalid(f"Cannot read {secret[1:]}: {error.strerror}.") from error
    if not content:
        raise Invalid("A secret is empty.")
    return content
