"""The registry of providers: recognise their requests, and verify and create their signatures.

    found = providers.recognise(request)
    verdict = providers.get("stripe").verify(request, "whsec_…")
    assert verdict, verdict.text

Each provider is a file in `registry/` that `schema.json` describes. The page reads the same files,
with an interpreter in `static/js/providers/`. Files and signature code are loaded when needed.
"""

from __future__ import annotations

from webhook_logger.providers.errors import (
    InvalidOption,
    MissingPackage,
    ProviderError,
    UnknownEvent,
    UnknownProvider,
    Unsignable,
)
from webhook_logger.providers.outgoing import OutgoingRequest, SignedRequest
from webhook_logger.providers.provider import Provider, get, ids, providers
from webhook_logger.providers.recognition import Recognition, recognise
from webhook_logger.providers.signatures.verdict import Verdict
from webhook_logger.providers.summary import Summary, summarise

__all__ = [
    "InvalidOption",
    "MissingPackage",
    "OutgoingRequest",
    "Provider",
    "ProviderError",
    "Recognition",
    "SignedRequest",
    "Summary",
    "UnknownEvent",
    "UnknownProvider",
    "Unsignable",
    "Verdict",
    "get",
    "ids",
    "providers",
    "recognise",
    "summarise",
]
