"""An HMAC of any sender: whoever asks says where it stands and what it covers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.errors import Invalid
from webhook_logger.client.signatures.hashes import ALGORITHMS, Algorithm, Encoding
from webhook_logger.client.signatures.provider import Claim, Outgoing, Provider, Writing
from webhook_logger.client.signatures.verdict import Verdict, missing
from webhook_logger.headers import HeaderLines

_LIKELY = re.compile(r"-(?:signature|hmac)\b", re.IGNORECASE)
_PLACES = re.compile(r"\{(body|header:[^{}]+)\}")


@dataclass(frozen=True)
class AnyHmac(Provider):
    """An HMAC as its fields say."""

    id = "generic"
    name = "Another HMAC"

    header: str = ""
    """With the signature; empty: the first of a request whose name looks like one."""
    algorithm: Algorithm = "SHA-256"
    encoding: Encoding = "hex"
    prefix: str = ""
    """Text before the signature, such as `sha256=`."""
    signed: str = "{body}"
    """What is signed: `{body}` is the body, `{header:x-timestamp}` a header."""

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise Invalid(f"The algorithm is one of {', '.join(ALGORITHMS)}.")
        if self.encoding not in ("hex", "base64"):
            raise Invalid("The encoding is hex or base64.")

    def detect(self, request: CapturedRequest) -> bool:
        return _likely_header(request) != ""

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        absent = next((name for name in self._names() if not request.header(name)), None)
        if absent:
            return missing(absent)
        writing = self._writing(self.header or _likely_header(request) or "X-Signature")
        signature = writing.read(request)
        if isinstance(signature, Verdict):
            return signature
        filled = self._filled(request.header)
        return Claim(secret.encode(), (signature,), filled, self.algorithm).judge(request)

    def sign(self, outgoing: Outgoing, secret: str) -> HeaderLines:
        absent = next((name for name in self._names() if not outgoing.header(name)), None)
        if absent:
            raise Invalid(f"The {absent} header is to be signed, and there is none.")
        content = self._filled(outgoing.header)(outgoing.body)
        return self._writing(self.header or "X-Signature").write(secret.encode(), content)

    def _writing(self, header: str) -> Writing:
        return Writing(header, self.prefix, self.encoding, self.algorithm)

    def _names(self) -> list[str]:
        places = _PLACES.findall(self.signed)
        return [_header_name(place) for place in places if place != "body"]

    def _filled(self, value_of: Callable[[str], str]) -> Callable[[bytes], bytes]:
        """What is signed, of a body."""
        pieces = _PLACES.split(self.signed)  # text and places take turns

        def filled(body: bytes) -> bytes:
            parts = [piece.encode() for piece in pieces]
            for at in range(1, len(pieces), 2):
                header = value_of(_header_name(pieces[at])).encode("latin-1")
                parts[at] = body if pieces[at] == "body" else header
            return b"".join(parts)

        return filled


def _header_name(place: str) -> str:
    return place.removeprefix("header:").strip()


def _likely_header(request: CapturedRequest) -> str:
    return next((name for name, _ in request.headers if _LIKELY.search(name)), "")
