"""The registry of providers: recognise their requests, and verify and create their signatures.

    found = providers.recognise(request)
    verdict = providers.get("stripe").verify(request, "whsec_…")
    assert verdict, verdict.text

Each provider is a file in `registry/` that `schema.json` describes. The page reads the same files,
with an interpreter in `static/js/providers/`. Files and signature code are loaded when needed.
"""

from __future__ import annotations

from webhook_logger.providers.provider import Provider, UnknownProvider, get, ids, providers
from webhook_logger.providers.recognition import Recognition, recognise

__all__ = [
    "Provider",
    "Recognition",
    "UnknownProvider",
    "get",
    "ids",
    "providers",
    "recognise",
]
