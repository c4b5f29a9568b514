"""twilio.com/docs/usage/security, and undocumented rules of Twilio's libraries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.errors import Invalid
from webhook_logger.client.signatures.alteration import original_of
from webhook_logger.client.signatures.hashes import are_equal, decode_hash, keyed_hash, sha256
from webhook_logger.client.signatures.provider import OutgoingRequest, Provider, SignatureFormat
from webhook_logger.client.signatures.verdict import (
    Verdict,
    body_altered,
    body_not_kept,
    invalid,
    mismatch,
    valid,
)
from webhook_logger.headers import HeaderLines

_SHA1 = SignatureFormat("X-Twilio-Signature", encoding="base64", algorithm="SHA-1")
_SHA256 = SignatureFormat("X-Twilio-Signature", encoding="base64", algorithm="SHA-256")
_SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
"""Names the algorithm for a customer's own key: `key=…,algorithm=HMAC_SHA256`."""
_FORM = "application/x-www-form-urlencoded"
_ORIGIN = re.compile(r"(\w+://[^/?#]*)(.*)", re.DOTALL)
_ONLY_URL = "It covers only the URL, which has no bodySHA256."
_DIFFERENT_BODY = "the URL, but its bodySHA256 is the hash of a different body"


@dataclass(frozen=True)
class Twilio(Provider):
    """Twilio signs the URL and the fields of a form; the URL has the hash of any other body."""

    id = "twilio"
    name = "Twilio"

    url: str = ""
    """The URL configured at Twilio; by default the URL of the request."""

    def detect(self, request: CapturedRequest) -> bool:
        return request.header(_SHA1.header) != ""

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        format_ = _SHA256 if "HMAC_SHA256" in request.header(_SETTINGS) else _SHA1
        signature = format_.read(request)
        if isinstance(signature, Verdict):
            return signature
        url = self.url or f"{request.scheme}://{request.host}{request.target}"
        if not _is_url(url):
            return invalid("malformed", "The URL is not valid.")
        if not request.body.complete:
            return body_not_kept()
        fields = _fields(request.body.content) if request.media_type == _FORM else b""
        for each in _urls(url, request):
            expected = keyed_hash(format_.algorithm, secret.encode(), each.encode() + fields)
            if are_equal(expected, signature):
                return _body_verdict(request, each)
        return mismatch("the auth token or the URL is wrong")

    def sign(self, outgoing: OutgoingRequest, secret: str) -> HeaderLines:
        url = self.url or outgoing.url
        if not _is_url(url):
            raise Invalid("Twilio signs the URL. Give the request or the provider a valid URL.")
        media_type = outgoing.header("content-type").partition(";")[0].strip(" \t").lower()
        fields = _fields(outgoing.body) if media_type == _FORM else b""
        return _SHA1.write(secret.encode(), url.encode() + fields)


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.scheme and parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return False


def _fields(body: bytes) -> bytes:
    """Join the fields of a form, sorted by name and value, each pair once."""
    pairs = set(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return "".join(name + value for name, value in sorted(pairs)).encode("utf-8", "replace")


def _urls(url: str, request: CapturedRequest) -> list[str]:
    """Return the possible signed URLs: as given, and with the path and query of the request.

    Each is with and without the port, because Twilio signs one or the other.
    """
    parts = urlsplit(url)
    whole = url if parts.path else parts._replace(path="/").geturl()
    bare_host = parts.netloc.rpartition("@")[2]
    urls = [url, whole, f"{parts.scheme}://{bare_host}{request.target}"]
    every = [form for each in urls for form in (each, *_with_and_without_port(each))]
    return list(dict.fromkeys(every))


def _with_and_without_port(url: str) -> tuple[str, str]:
    match = _ORIGIN.fullmatch(url)
    start, rest = match.groups() if match else (url, "")
    bare = re.sub(r":\d+\Z", "", start)
    return f"{bare}:{443 if url.startswith('https:') else 80}{rest}", bare + rest


def _body_verdict(request: CapturedRequest, url: str) -> Verdict:
    """Verify the body by its hash in the URL, unless it is a form."""
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if "bodySHA256" not in query:
        return valid() if request.media_type == _FORM else valid(_ONLY_URL)
    signed = decode_hash(query["bodySHA256"], "hex", "SHA-256")

    def is_valid(body: bytes) -> bool:
        return signed is not None and are_equal(sha256(body), signed)

    if is_valid(request.body.content):
        return valid("The hash of the body is correct, too.")
    return body_altered(original_of(request.body.content, is_valid) or _DIFFERENT_BODY)
