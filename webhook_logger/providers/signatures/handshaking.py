"""Respond to handshakes that need the secret."""

from __future__ import annotations

from collections.abc import Mapping

from webhook_logger.providers.handshakes import (
    COMPUTED,
    FoundHandshake,
    HandshakeResponse,
    respond,
)
from webhook_logger.providers.signatures.hashes import encode_hash, keyed_hash
from webhook_logger.providers.signatures.verifying import verify
from webhook_logger.providers.templates import template


def answer(found: FoundHandshake, secret: str, options: Mapping[str, str]) -> HandshakeResponse:
    """Return the response that shows knowledge of the secret."""
    entry, values = found.entry, found.values
    if entry.get("verify") and not verify(found.provider, found.request, secret, options):
        return respond(entry.get("invalid", {"status": 401}), values.at)
    computed = entry.get("computed")
    if computed is None:
        return respond(entry["respond"], values.at)
    signed = template(computed["signed"]).fill(values.at) or b""
    hash_ = keyed_hash(computed["hash"], secret.encode(), signed)
    text = computed.get("prefix", "") + encode_hash(hash_, computed["encoding"])

    def value_of(location: str) -> bytes | None:
        return text.encode() if location == COMPUTED else values.at(location)

    return respond(entry["respond"], value_of)
