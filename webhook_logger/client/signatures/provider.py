"""The base class of providers, and the verification that they share."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import uuid4

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.alteration import original_of
from webhook_logger.client.signatures.hashes import (
    Algorithm,
    Encoding,
    are_equal,
    decode_hash,
    encode_hash,
    keyed_hash,
)
from webhook_logger.client.signatures.timestamp import TOLERANCE, check_age
from webhook_logger.client.signatures.verdict import (
    Verdict,
    body_altered,
    body_not_kept,
    malformed,
    mismatch,
    missing,
    valid,
)
from webhook_logger.headers import HeaderLines


@dataclass(frozen=True)
class UnsignedRequest:
    """A request to sign; each provider signs some parts of it."""

    body: bytes = b""
    url: str = ""
    headers: HeaderLines = ()
    id: str = field(default_factory=lambda: f"msg_{uuid4().hex}")
    """The id of the message, for providers that sign it."""
    timestamp: int = field(default_factory=lambda: int(time.time()))
    """Seconds since 1970."""

    def header(self, name: str) -> str:
        """Return the value of the first header line with this name, case-insensitive, or ""."""
        wanted = name.lower()
        return next((value for each, value in self.headers if each.lower() == wanted), "")


OutgoingRequest = UnsignedRequest


class SignatureScheme(ABC):
    """A provider, whose fields are the options of its signatures."""

    id: ClassVar[str]
    name: ClassVar[str]

    @abstractmethod
    def detect(self, request: CapturedRequest) -> bool:
        """Return whether the headers match this provider."""

    @abstractmethod
    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        """Verify that the request was signed with this secret."""

    @abstractmethod
    def sign(self, outgoing: OutgoingRequest, secret: str) -> HeaderLines:
        """Return the header lines that sign a request. Raises `Invalid` for an invalid secret."""


Provider = SignatureScheme


@dataclass(frozen=True, slots=True)
class SignatureFormat:
    """The header and the encoding of a signature."""

    header: str
    prefix: str = ""
    encoding: Encoding = "hex"
    algorithm: Algorithm = "SHA-256"

    def read(self, request: CapturedRequest) -> bytes | Verdict:
        """Return the signature in the header, or the verdict if there is no valid one."""
        text = request.header(self.header)
        if not text:
            return missing(self.header)
        if not text.startswith(self.prefix):
            return malformed(self.header, f"it does not start with “{self.prefix}”")
        signature = decode_hash(text[len(self.prefix) :], self.encoding, self.algorithm)
        if signature is None:
            problem = f"it does not contain a {self.algorithm} hash in {self.encoding}"
            return malformed(self.header, problem)
        return signature

    def write(self, key: bytes, content: bytes) -> HeaderLines:
        """Return the header line with the signature of `content`."""
        signature = keyed_hash(self.algorithm, key, content)
        return ((self.header, self.prefix + encode_hash(signature, self.encoding)),)


@dataclass(frozen=True, slots=True)
class SignatureClaim:
    """The signatures of a request, and the data to verify them."""

    key: bytes
    signatures: tuple[bytes, ...]
    """One of them must be valid."""
    signed: Callable[[bytes], bytes]
    """Returns the signed content for a body."""
    algorithm: Algorithm = "SHA-256"
    timestamp: int | None = None
    """Seconds since 1970."""
    tolerance: int = TOLERANCE
    any_future: bool = False
    """Whether any timestamp later than the request is valid."""

    def verify(self, request: CapturedRequest) -> Verdict:
        """Return the verdict on the signatures."""
        if not request.body.complete:
            return body_not_kept()
        body = request.body.content
        index = self._valid_index(body)
        if index is not None:
            return self._verdict(request, index)
        original = original_of(body, lambda guess: self._valid_index(guess) is not None)
        return body_altered(original) if original else mismatch()

    def _valid_index(self, body: bytes) -> int | None:
        wanted = keyed_hash(self.algorithm, self.key, self.signed(body))
        matches = (at for at, each in enumerate(self.signatures) if are_equal(each, wanted))
        return next(matches, None)

    def _verdict(self, request: CapturedRequest, index: int) -> Verdict:
        verdict = valid()
        if self.timestamp is not None:
            verdict = check_age(self.timestamp, request, self.tolerance, any_future=self.any_future)
        count = len(self.signatures)
        if not verdict.ok or count == 1:
            return verdict
        which = f"Signature {index + 1} of the {count} in the header is valid."
        return valid(which, *verdict.notes)
