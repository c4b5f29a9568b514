"""docs.stripe.com, "Verify webhook signatures manually"."""

from __future__ import annotations

from dataclasses import dataclass

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.signatures.hashes import decode_hash, keyed_hash
from webhook_logger.client.signatures.provider import OutgoingRequest, Provider, SignatureClaim
from webhook_logger.client.signatures.timestamp import TOLERANCE, seconds
from webhook_logger.client.signatures.verdict import Verdict, malformed, missing
from webhook_logger.headers import HeaderLines

_HEADER = "Stripe-Signature"


@dataclass(frozen=True)
class Stripe(Provider):
    """Stripe signs a timestamp and the body; the key is the whole secret, including `whsec_`."""

    id = "stripe"
    name = "Stripe"

    tolerance: int = TOLERANCE
    """Maximum seconds between signing and arrival."""

    def detect(self, request: CapturedRequest) -> bool:
        return request.header(_HEADER) != ""

    def verify(self, request: CapturedRequest, secret: str) -> Verdict:
        claim = self._read(request.header(_HEADER), secret)
        return claim if isinstance(claim, Verdict) else claim.verify(request)

    def _read(self, header: str, secret: str) -> SignatureClaim | Verdict:
        """Parse `t=1492774577,v1=5257a8…,v1=…,v0=…`."""
        if not header:
            return missing(_HEADER)
        time = next(iter(_values("t", header)), "")
        timestamp = seconds(time)
        if timestamp is None:
            return malformed(_HEADER, "it has no timestamp (t=)")
        hashes = (decode_hash(text, "hex", "SHA-256") for text in _values("v1", header))
        signatures = tuple(each for each in hashes if each is not None)
        if not signatures:
            return malformed(_HEADER, "it has no v1 signature")
        start = f"{time}.".encode()
        return SignatureClaim(
            secret.encode(),
            signatures,
            lambda body: start + body,
            timestamp=timestamp,
            tolerance=self.tolerance,
            any_future=True,  # Stripe's libraries check only past timestamps
        )

    def sign(self, outgoing: OutgoingRequest, secret: str) -> HeaderLines:
        signed = f"{outgoing.timestamp}.".encode() + outgoing.body
        signature = keyed_hash("SHA-256", secret.encode(), signed)
        return ((_HEADER, f"t={outgoing.timestamp},v1={signature.hex()}"),)


def _values(name: str, header: str) -> list[str]:
    pairs = (pair.strip(" \t") for pair in header.split(","))
    start = f"{name}="
    return [pair.removeprefix(start) for pair in pairs if pair.startswith(start)]
