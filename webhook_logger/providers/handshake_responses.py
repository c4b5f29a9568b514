"""The responses to handshakes, as the registry describes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from webhook_logger.headers import FIELD_VALUE, HeaderLines
from webhook_logger.providers.json_values import replace_texts
from webhook_logger.providers.locations import readable
from webhook_logger.providers.templates import MAX_TEXT_BYTES, ValueOf, template

if TYPE_CHECKING:
    from webhook_logger.providers.handshakes import Handshake

COMPUTED = "computed"
"""The placeholder of a value that depends on the secret."""
_TEXT = ("Content-Type", "text/plain; charset=utf-8")
_JSON = ("Content-Type", "application/json")


@dataclass(frozen=True, slots=True)
class HandshakeResponse:
    """The response that a provider expects."""

    status: int
    headers: HeaderLines
    """Values are Latin-1, as in a captured request."""
    body: bytes
    about: str
    """A description of the exchange, for people."""


class Unanswerable(ValueError):
    """The response to a handshake cannot contain one of the request's values."""


def filled_in(entry: Mapping[str, Any], about: str, value_of: ValueOf) -> HandshakeResponse:
    """Fill in a response of the registry. Raises `Unanswerable`."""
    lines = [(name, _line(text, value_of)) for name, text in entry.get("headers", {}).items()]
    body = b""
    if "json" in entry:
        filled = replace_texts(entry["json"], lambda text: readable(_content(text, value_of)))
        body = json.dumps(filled, ensure_ascii=False, separators=(",", ":")).encode()
        lines.append(_JSON)
    elif "text" in entry:
        body = readable(_content(entry["text"], value_of)).encode()
        lines.append(_TEXT)
    return HandshakeResponse(entry.get("status", 200), tuple(lines), body, about)


def _line(text: str, value_of: ValueOf) -> str:
    line = _content(text, value_of).decode("latin-1")
    if not FIELD_VALUE.fullmatch(line):
        raise Unanswerable("A header cannot contain this value.")
    return line.strip(" \t")


def _content(text: str, value_of: ValueOf) -> bytes:
    def short(location: str) -> bytes | None:
        value = value_of(location)
        return None if value is None or len(value) > MAX_TEXT_BYTES else value

    content = template(text).fill(short)
    if content is None:
        raise Unanswerable("A value is missing or too long.")
    return content


def with_secret(handshake: Handshake, secret: str, options: Mapping[str, str]) -> HandshakeResponse:
    """Return the response that shows knowledge of the secret.

    Raises `InvalidSecret` or `MissingPackage`: a wrong refusal could end the subscription.
    """
    entry, values = handshake.entry, handshake.values
    refusal = entry.get("invalid")
    if refusal and not _is_valid(handshake, secret, options):
        return filled_in(refusal, refusal["about"], values.at)
    if "computed" not in entry:
        return handshake.plain
    computed = _computed(entry["computed"], secret, values.at)
    return filled_in(
        entry["respond"],
        entry["about"],
        lambda location: computed if location == COMPUTED else values.at(location),
    )


def _is_valid(handshake: Handshake, secret: str, options: Mapping[str, str]) -> bool:
    from webhook_logger.providers.signatures import verifying  # noqa: PLC0415

    verifying.check_secret(handshake.provider, handshake.request, secret, options)
    return bool(verifying.verify(handshake.provider, handshake.request, secret, options))


def _computed(computed: Mapping[str, str], secret: str, value_of: ValueOf) -> bytes:
    """Return the HMAC of a part of the request."""
    from webhook_logger.providers.signatures.hashes import (  # noqa: PLC0415
        encode_hash,
        keyed_hash,
    )

    signed = template(computed["signed"]).fill(value_of) or b""
    hash_: Any = computed["hash"]
    encoding: Any = computed["encoding"]
    text = encode_hash(keyed_hash(hash_, secret.encode(), signed), encoding)
    return (computed.get("prefix", "") + text).encode()
