"""twilio.com/docs/usage/security, and undocumented rules of Twilio's libraries.

Twilio signs the URL and the fields of a form. The URL contains the hash of any other body.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers.errors import InvalidOption
from webhook_logger.providers.locations import FORM, Values
from webhook_logger.providers.signatures.alteration import original_of
from webhook_logger.providers.signatures.hashes import (
    are_equal,
    decode_hash,
    encode_hash,
    keyed_hash,
    sha256,
)
from webhook_logger.providers.signatures.reading import read
from webhook_logger.providers.signatures.signature import Signature
from webhook_logger.providers.signatures.verdict import (
    Verdict,
    body_altered,
    body_not_kept,
    invalid,
    mismatch,
    valid,
)

_SETTINGS = "header:X-Twilio-Webhooks-Signature-Settings"
"""Names the algorithm for a customer's own key: `key=…,algorithm=HMAC_SHA256`."""
_ORIGIN = re.compile(r"(\w+://[^/?#]*)(.*)", re.DOTALL)
_ONLY_URL = "It covers only the URL, which has no bodySHA256."
_DIFFERENT_BODY = "the URL, but its bodySHA256 is the hash of a different body"


def verify(signature: Signature, request: CapturedRequest, values: Values, secret: str) -> Verdict:
    """Verify a signature with the option `url`, the URL that is configured at Twilio."""
    signature = _with_hash(signature, values)
    sent = read(signature, values)
    if isinstance(sent, Verdict):
        return sent
    url = values.options.get("url", "")
    if not _is_url(url):
        return invalid("malformed", "The URL is not valid.")
    if not request.body.complete:
        return body_not_kept()
    fields = _fields(values)
    for each in _urls(url, values):
        expected = keyed_hash(signature.hash, secret.encode(), each.encode() + fields)
        if are_equal(expected, sent.signatures[0]):
            return _body_verdict(values, each)
    return mismatch("the auth token or the URL is wrong")


def signature_of(signature: Signature, values: Values, secret: str, url: str) -> str:
    """Return the signature of a request to `url`."""
    if not _is_url(url):
        raise InvalidOption("Twilio signs the URL. Give the request or the provider a valid URL.")
    signed = url.encode() + _fields(values)
    hash_ = _with_hash(signature, values).hash
    return encode_hash(keyed_hash(hash_, secret.encode(), signed), signature.encoding)


def _with_hash(signature: Signature, values: Values) -> Signature:
    """Return the signature with the hash that the request names."""
    is_sha256 = "HMAC_SHA256" in (values.text_at(_SETTINGS) or "")
    return replace(signature, hash="SHA-256") if is_sha256 else signature


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.scheme and parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return False


def _fields(values: Values) -> bytes:
    """Join the fields of a form, sorted by name and value, each pair once."""
    if values.media_type != FORM:
        return b""
    pairs = set(parse_qsl(values.body.decode("utf-8", "replace"), keep_blank_values=True))
    return "".join(name + value for name, value in sorted(pairs)).encode("utf-8", "replace")


def _urls(url: str, values: Values) -> list[str]:
    """Return the possible signed URLs: as given, and with the path and query of the request.

    Each is with and without the port, because Twilio signs one or the other.
    """
    parts = urlsplit(url)
    whole = url if parts.path else parts._replace(path="/").geturl()
    bare_host = parts.netloc.rpartition("@")[2]
    urls = [url, whole, f"{parts.scheme}://{bare_host}{values.target}"]
    every = [form for each in urls for form in (each, *_with_and_without_port(each))]
    return list(dict.fromkeys(every))


def _with_and_without_port(url: str) -> tuple[str, str]:
    match = _ORIGIN.fullmatch(url)
    start, rest = match.groups() if match else (url, "")
    bare = re.sub(r":\d+\Z", "", start)
    return f"{bare}:{443 if url.startswith('https:') else 80}{rest}", bare + rest


def _body_verdict(values: Values, url: str) -> Verdict:
    """Verify the body by its hash in the URL, unless it is a form."""
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if "bodySHA256" not in query:
        return valid() if values.media_type == FORM else valid(_ONLY_URL)
    signed = decode_hash(query["bodySHA256"], "hex", "SHA-256")

    def is_valid(body: bytes) -> bool:
        return signed is not None and are_equal(sha256(body), signed)

    if is_valid(values.body):
        return valid("The hash of the body is correct, too.")
    return body_altered(original_of(values.body, is_valid) or _DIFFERENT_BODY)
