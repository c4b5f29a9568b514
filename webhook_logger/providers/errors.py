"""The errors of providers. Messages say what happened, then what to do."""

from __future__ import annotations


class ProviderError(ValueError):
    """The base class."""


class UnknownProvider(ProviderError, LookupError):
    """The registry has no provider with this id."""


class UnknownEvent(ProviderError, LookupError):
    """The registry has no sample of this event."""


class Unsignable(ProviderError):
    """The request cannot be signed like this: the secret, an option or the request is invalid."""


class InvalidOption(Unsignable):
    """An option of a signature is invalid."""


class MissingPackage(ProviderError, ImportError):
    """The signature needs a package that is not installed."""
