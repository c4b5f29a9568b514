"""An HMAC of any sender, with a configurable header and signed content."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.errors import Invalid
from webhook_logger.client.signatures.hashes import ALGORITHMS, Algorithm, Encoding
from webhook_logger.client.signatures.provider import (
    OutgoingRequest,
    Provider,
    SignatureClaim,
    SignatureFormat,
)
from webhook_logger.client.signatures.verdict import Verdict, missing
from webhook_logger.headers import HeaderLines

_LIKELY = re.compile(r"-(?:signature|hmac)\b", re.IGNORECASE)
_PLACEHOLDERS = re.compile(r"\{(body|header:[^{}]+)\}")


@dataclass(frozen=True)
class AnyHmac(Provider):
    """An HMAC that the fields describe."""

    id = "generic"
    name = "Another HMAC"

    header: str = ""
    """The header with the signature. If empty, the first header with a matching name."""
    algorithm: Algorithm = "SHA-256"
    encoding: Encoding = "hex"
    prefix: str = ""
    """Text before the signature, such as `sha256=`."""
    signed: str = "{body}"
    """The signed content: `{body}` is the body, `{header:x-timestamp}` a header."""

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise Invalid(f"The algorithm must be one of {', '.join(ALGORITHMS)}.")
        if self.encoding not in ("hex", "base64"):
            raise Invalid("The encoding must be hex or base64.")

    def detect(self, request: CapturedRequest) -> bool:
        return _likely_header(request) != ""

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        absent = next((name for name in self._names() if not request.header(name)), None)
        if absent:
            return missing(absent)
        format_ = self._format(self.header or _likely_header(request) or "X-Signature")
        signature = format_.read(request)
        if isinstance(signature, Verdict):
            return signature
        content_of = self._signed_content(request.header)
        return SignatureClaim(secret.encode(), (signature,), content_of, self.algorithm).verify(
            request
        )

    def sign(self, outgoing: OutgoingRequest, secret: str) -> HeaderLines:
        absent = next((name for name in self._names() if not outgoing.header(name)), None)
        if absent:
            raise Invalid(
                f"The template signs the {absent} header, which this request does not have."
            )
        content = self._signed_content(outgoing.header)(outgoing.body)
        return self._format(self.header or "X-Signature").write(secret.encode(), content)

    def _format(self, header: str) -> SignatureFormat:
        return SignatureFormat(header, self.prefix, self.encoding, self.algorithm)

    def _names(self) -> list[str]:
        placeholders = _PLACEHOLDERS.findall(self.signed)
        return [_header_name(each) for each in placeholders if each != "body"]

    def _signed_content(self, value_of: Callable[[str], str]) -> Callable[[bytes], bytes]:
        """Return a function from a body to the signed content."""
        pieces = _PLACEHOLDERS.split(self.signed)  # text and placeholders alternate

        def content_of(body: bytes) -> bytes:
            parts = [piece.encode() for piece in pieces]
            for at in range(1, len(pieces), 2):
                header = value_of(_header_name(pieces[at])).encode("latin-1")
                parts[at] = body if pieces[at] == "body" else header
            return b"".join(parts)

        return content_of


def _header_name(placeholder: str) -> str:
    return placeholder.removeprefix("header:").strip()


def _likely_header(request: CapturedRequest) -> str:
    return next((name for name, _ in request.headers if _LIKELY.search(name)), "")
