"""Signatures that a test expects, one function for each provider.

    from webhook_logger.client.signatures import github, stripe
    inbox.assert_received(signature=github("secret"))

Their names are the ids of the providers, with `_` for `-`, such as `standard_webhooks`. `generic`
is any other HMAC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from webhook_logger import providers
from webhook_logger.captured import CapturedRequest

__tracebackhide__ = True  # pytest shows the line of the test, not the client's own code


@dataclass(frozen=True)
class SignedBy:
    """A signature of one provider with one secret, which `repr` does not show."""

    provider: str
    """The id."""
    secret: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Raises `ProviderError`: the provider or an option is unknown, or a package is missing."""
        provider = providers.get(self.provider)
        provider.check_options(self.options)
        provider.require_package(self.secret)

    def verify(self, request: CapturedRequest) -> providers.Verdict:
        """Return the verdict on the signature of a request."""
        return providers.get(self.provider).verify(request, self.secret, **self.options)


class Signer(Protocol):
    """A function of this module."""

    def __call__(self, secret: str, **options: str) -> SignedBy:
        """Return the signature that a request must have; docs/providers.md has the options."""


def __getattr__(name: str) -> Signer:
    """Return the function of a provider. Raises `UnknownProvider`, which names a similar one."""
    if name.startswith("_"):
        raise AttributeError(name)
    provider = providers.get(name.replace("_", "-")).id

    def signed(secret: str, **options: str) -> SignedBy:
        return SignedBy(provider, secret, options)

    return signed


def __dir__() -> list[str]:
    return ["SignedBy", *(name.replace("-", "_") for name in (*providers.ids(), "generic"))]
