"""twilio.com/docs/usage/security, and what Twilio's own libraries do beyond it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.errors import Invalid
from webhook_logger.client.signatures.alteration import original_of
from webhook_logger.client.signatures.hashes import keyed_hash, read_hash, same, sha256
from webhook_logger.client.signatures.provider import Outgoing, Provider, Writing
from webhook_logger.client.signatures.verdict import (
    Verdict,
    body_altered,
    body_not_kept,
    mismatch,
    right,
    wrong,
)
from webhook_logger.headers import HeaderLines

_SHA1 = Writing("X-Twilio-Signature", encoding="base64", algorithm="SHA-1")
_SHA256 = Writing("X-Twilio-Signature", encoding="base64", algorithm="SHA-256")
_SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
"""Names the algorithm where a key of one's own signs: `key=…,algorithm=HMAC_SHA256`."""
_FORM = "application/x-www-form-urlencoded"
_ORIGIN = re.compile(r"(\w+://[^/?#]*)(.*)", re.DOTALL)
_URL_ALONE = "It covers only the URL, which has no bodySHA256."
_ANOTHER_BODY = "the URL, but its bodySHA256 is the hash of a different body"


@dataclass(frozen=True)
class Twilio(Provider):
    """An HMAC of the URL and of a form's fields; other bodies have their hash in the URL."""

    id = "twilio"
    name = "Twilio"

    url: str = ""
    """As configured at Twilio; by default as the request says."""

    def detect(self, request: CapturedRequest) -> bool:
        return request.header(_SHA1.header) != ""

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        writing = _SHA256 if "HMAC_SHA256" in request.header(_SETTINGS) else _SHA1
        signature = writing.read(request)
        if isinstance(signature, Verdict):
            return signature
        url = self.url or f"{request.scheme}://{request.host}{request.target}"
        if not _is_url(url):
            return wrong("malformed", "The URL is not valid.")
        if not request.body.complete:
            return body_not_kept()
        fields = _fields(request.body.content) if request.media_type == _FORM else b""
        for each in _urls(url, request):
            right_one = keyed_hash(writing.algorithm, secret.encode(), each.encode() + fields)
            if same(right_one, signature):
                return _body_verdict(request, each)
        return mismatch("the auth token or the URL is wrong")

    def sign(self, outgoing: Outgoing, secret: str) -> HeaderLines:
        url = self.url or outgoing.url
        if not _is_url(url):
            raise Invalid("Twilio signs the URL, and there is none.")
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
    """The fields of a form, sorted by name and value, each pair once."""
    pairs = set(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return "".join(name + value for name, value in sorted(pairs)).encode("utf-8", "replace")


def _urls(url: str, request: CapturedRequest) -> list[str]:
    """The URL as given, and with the path and query that Twilio did ask for.

    Both with their port and without, since Twilio signs one or the other.
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
    """Of a body that is no form the right signature covers the hash that is in the URL."""
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if "bodySHA256" not in query:
        return right() if request.media_type == _FORM else right(_URL_ALONE)
    signed = read_hash(query["bodySHA256"], "hex", "SHA-256")

    def is_right(body: bytes) -> bool:
        return signed is not None and same(sha256(body), signed)

    if is_right(request.body.content):
        return right("The hash of the body is correct, too.")
    return body_altered(original_of(request.body.content, is_right) or _ANOTHER_BODY)
