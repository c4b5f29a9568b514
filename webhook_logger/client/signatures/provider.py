"""What all ways of signing have in common."""

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
    keyed_hash,
    read_hash,
    same,
    write_hash,
)
from webhook_logger.client.signatures.timestamp import TOLERANCE, in_time
from webhook_logger.client.signatures.verdict import (
    Verdict,
    body_altered,
    body_not_kept,
    malformed,
    mismatch,
    missing,
    right,
)
from webhook_logger.headers import HeaderLines


@dataclass(frozen=True)
class Outgoing:
    """A request that is to be signed; each provider signs some of it."""

    body: bytes = b""
    url: str = ""
    headers: HeaderLines = ()
    id: str = field(default_factory=lambda: f"msg_{uuid4().hex}")
    """Of the message, for providers that sign one."""
    timestamp: int = field(default_factory=lambda: int(time.time()))
    """Seconds since 1970."""

    def header(self, name: str) -> str:
        """The value of the first header line of that name, in any case, or ""."""
        wanted = name.lower()
        return next((value for each, value in self.headers if each.lower() == wanted), "")


class Provider(ABC):
    """A way of signing; what can be chosen about it are its fields."""

    id: ClassVar[str]
    name: ClassVar[str]

    @abstractmethod
    def detect(self, request: CapturedRequest) -> bool:
        """Whether the headers look like this provider's."""

    @abstractmethod
    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        """Whether the request was signed with that secret, and why not."""

    @abstractmethod
    def sign(self, outgoing: Outgoing, secret: str) -> HeaderLines:
        """The header lines that sign a request; raises `Invalid` for a secret that can't."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Where a signature stands and how it is written."""

    header: str
    prefix: str = ""
    encoding: Encoding = "hex"
    algorithm: Algorithm = "SHA-256"

    def read(self, request: CapturedRequest) -> bytes | Verdict:
        """The one signature of the header."""
        text = request.header(self.header)
        if not text:
            return missing(self.header)
        if not text.startswith(self.prefix):
            return malformed(self.header, f"it does not start with “{self.prefix}”")
        signature = read_hash(text[len(self.prefix) :], self.encoding, self.algorithm)
        if signature is None:
            return malformed(
                self.header, f"it does not contain a {self.algorithm} hash in {self.encoding}"
            )
        return signature

    def write(self, key: bytes, content: bytes) -> HeaderLines:
        """The header line with the signature of `content`."""
        signature = keyed_hash(self.algorithm, key, content)
        return ((self.header, self.prefix + write_hash(signature, self.encoding)),)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request claims of how it was signed."""

    key: bytes
    signatures: tuple[bytes, ...]
    """One of them has to be right."""
    signed: Callable[[bytes], bytes]
    """What the signature covers, of a body."""
    algorithm: Algorithm = "SHA-256"
    timestamp: int | None = None
    """Seconds since 1970."""
    tolerance: int = TOLERANCE
    any_future: bool = False
    """Whether a timestamp may be later than the request, however far."""

    def judge(self, request: CapturedRequest) -> Verdict:
        """Whether it is true."""
        if not request.body.complete:
            return body_not_kept()
        body = request.body.content
        place = self._right_place(body)
        if place is not None:
            return self._right_verdict(request, place)
        original = original_of(body, lambda guess: self._right_place(guess) is not None)
        return body_altered(original) if original else mismatch()

    def _right_place(self, body: bytes) -> int | None:
        wanted = keyed_hash(self.algorithm, self.key, self.signed(body))
        places = (place for place, each in enumerate(self.signatures) if same(each, wanted))
        return next(places, None)

    def _right_verdict(self, request: CapturedRequest, place: int) -> Verdict:
        verdict = right()
        if self.timestamp is not None:
            verdict = in_time(self.timestamp, request, self.tolerance, any_future=self.any_future)
        count = len(self.signatures)
        if not verdict.ok or count == 1:
            return verdict
        which = f"Signature {place + 1} of the {count} in the header is valid."
        return right(which, *verdict.notes)
