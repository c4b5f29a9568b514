"""Sign a request to send, as its provider does."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from webhook_logger.providers.errors import Unsignable
from webhook_logger.providers.json_values import ABSENT, at_pointer, parse_json, tokens_of
from webhook_logger.providers.locations import Values, describe
from webhook_logger.providers.outgoing import OutgoingRequest, SignedRequest, fill_sample
from webhook_logger.providers.provider import Provider
from webhook_logger.providers.signatures import timestamp, twilio
from webhook_logger.providers.signatures.hashes import encode_hash, keyed_hash
from webhook_logger.providers.signatures.jwt import signed_token
from webhook_logger.providers.signatures.keys import private_signature, shared_key
from webhook_logger.providers.signatures.reading import IN_SIGNATURE
from webhook_logger.providers.signatures.signature import Signature, creatable, for_secret
from webhook_logger.providers.signatures.verifying import basic_credentials


@dataclass(frozen=True)
class Draft:
    """A request that is being signed."""

    provider: Provider
    signature: Signature
    secret: str
    outgoing: OutgoingRequest
    values: Values


def sign(
    provider: Provider, outgoing: OutgoingRequest, secret: str, options: Mapping[str, str]
) -> SignedRequest:
    """Return the request with its signature. Raises `Unsignable`."""
    signature = _chosen(provider, outgoing.values(), secret, options)
    outgoing = _prepared(signature, outgoing)
    values = outgoing.values()
    values = replace(
        values,
        options=signature.options_for(values, options),
        timestamp=_sent_time(signature, values, outgoing.timestamp) or None,
    )
    draft = Draft(provider, signature, secret, outgoing, values)
    return _placed(draft, _text(draft))


def _chosen(
    provider: Provider, values: Values, secret: str, options: Mapping[str, str]
) -> Signature:
    """Return the signature that the secret is for: the first one that fits."""
    signatures = creatable(provider, values, options)
    found = next(iter(for_secret(signatures, secret)), None)
    if found is None:
        raise Unsignable(_without_signature(provider, signatures))
    return found


def _without_signature(provider: Provider, signatures: list[Signature]) -> str:
    if signatures:
        start = signatures[0].secret.only
        return f"The secret of {provider.name} starts with {start}. Enter it whole."
    which = " like this one" if provider.signatures else ""
    return f"{provider.name} does not sign requests{which}. {provider.notes}".strip()


def _prepared(signature: Signature, outgoing: OutgoingRequest) -> OutgoingRequest:
    """Return the request with the headers and the timestamp that are signed.

    Header lines that the request already has stay. A timestamp in its body is replaced.
    """
    headers, body = dict(signature.adds), outgoing.body
    if signature.timestamp:
        now = timestamp.written(outgoing.timestamp, signature.timestamp.unit)
        kind, _, name = signature.timestamp.at.partition(":")
        if kind == "header":
            headers[name] = now
        elif kind == "json":
            body = _in_json(body, signature.timestamp.at, now)
    present = {name.lower() for name, _ in outgoing.headers}
    new = [
        (name, fill_sample(text, outgoing.timestamp))
        for name, text in headers.items()
        if name.lower() not in present
    ]
    return replace(outgoing, headers=(*outgoing.headers, *new), body=body)


def _sent_time(signature: Signature, values: Values, now: int) -> str:
    """Return the timestamp that is signed, or an empty text."""
    format_ = signature.timestamp
    if format_ is None:
        return ""
    if format_.at in IN_SIGNATURE:
        return timestamp.written(now, format_.unit)
    if format_.at.startswith("claim:"):
        return ""
    found = values.text_at(format_.at)
    if not found:
        raise Unsignable(f"The request needs a timestamp: it has no {describe(format_.at)}.")
    return found


def _text(draft: Draft) -> str:
    """Return the signature as it is sent."""
    return _WRITERS.get(draft.signature.kind, _encoded)(draft)


def _token(draft: Draft) -> str:
    return draft.signature.prefix + draft.secret


def _basic(draft: Draft) -> str:
    credentials = basic_credentials(draft.values.options, draft.secret)
    return f"Basic {base64.b64encode(credentials).decode()}"


def _twilio(draft: Draft) -> str:
    url = draft.values.options.get("url") or draft.outgoing.url
    return twilio.signature_of(draft.signature, draft.values, draft.secret, url)


def _jwt(draft: Draft) -> str:
    name, now = draft.provider.name, draft.outgoing.timestamp
    token = signed_token(draft.signature, draft.values, draft.secret, name, now)
    return draft.signature.prefix + token


def _encoded(draft: Draft) -> str:
    """Return a signature of a content, in its list or among its pairs."""
    signature, sent_time = draft.signature, draft.values.timestamp or ""
    encoded = encode_hash(_signed(draft), signature.encoding)
    if signature.timestamp and signature.timestamp.at == "list":
        return f"{sent_time}{signature.separator}{signature.prefix}{encoded}"
    if not signature.pairs:
        return signature.prefix + encoded
    pairs = [f"{signature.pairs.signature}={encoded}"]
    if signature.pairs.timestamp:
        pairs.insert(0, f"{signature.pairs.timestamp}={sent_time}")
    return signature.pairs.separator.join(pairs)


_WRITERS = {"token": _token, "basic": _basic, "twilio": _twilio, "jwt": _jwt}


def _signed(draft: Draft) -> bytes:
    """Return the signature in bytes."""
    signature, name = draft.signature, draft.provider.name
    content = signature.signed.fill(draft.values.at)
    if content is None:
        needed = signature.signed.locations(required=True)
        absent = next(each for each in needed if draft.values.at(each) is None)
        raise Unsignable(f"{name} signs the {describe(absent)}, which this request does not have.")
    if signature.kind == "hmac":
        return keyed_hash(signature.hash, shared_key(signature, draft.secret, name), content)
    return private_signature(signature, draft.secret, content, name)


def _placed(draft: Draft, text: str) -> SignedRequest:
    """Put the signature where the provider has it."""
    kind, _, name = draft.signature.at.partition(":")
    headers, body = draft.values.headers, draft.outgoing.body
    if kind == "header":
        rest = tuple(line for line in headers if line[0].lower() != name.lower())
        return SignedRequest((*rest, (name, text.encode().decode("latin-1"))), body)
    if kind == "json":
        return SignedRequest(headers, _in_json(body, draft.signature.at, text))
    if kind == "form":
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        fields = {**dict(pairs), name: text}
        return SignedRequest(headers, urlencode(fields).encode())
    raise Unsignable(
        f"{draft.provider.name} has its signature in the {describe(draft.signature.at)}."
    )


def _in_json(body: bytes, location: str, text: str) -> bytes:
    """Return a JSON body with a value at a location, whose parent exists.

    The value is a number if there was a number, else a text.
    """
    document = parse_json(body)
    pointer = location.partition(":")[2]
    parent, _, _ = pointer.rpartition("/")
    container, token = at_pointer(document, parent), tokens_of(pointer)[-1]
    key: str | int = token
    if isinstance(container, list) and at_pointer(container, f"/{token}") is not ABSENT:
        key = int(token)
    elif not isinstance(container, dict):
        raise Unsignable(f"The body has no place for the {describe(location)}.")
    was_number = isinstance(at_pointer(document, pointer), int)
    container[key] = int(text) if was_number else text
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
