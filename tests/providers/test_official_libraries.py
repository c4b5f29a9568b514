"""The providers' official libraries accept signatures made here, and theirs are valid here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs

import pytest
import razorpay
from Adyen import util as adyen
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from discord_interactions import verify_key
from easypost.errors import SignatureVerificationError as EasyPostRefusal
from easypost.util import validate_webhook
from gocardless_pro import webhooks as gocardless
from gocardless_pro.errors import InvalidSignatureError
from plivo.utils import signature_v3 as plivo
from razorpay.errors import SignatureVerificationError
from resend import Webhooks as Resend
from sendgrid.helpers.eventwebhook import EventWebhook
from slack_sdk.signature import SignatureVerifier
from square.utils import webhooks_helper as square
from standardwebhooks import Webhook, WebhookVerificationError

from tests.wire_fixture import samples
from webhook_logger import providers
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.providers import OutgoingRequest, SignedRequest

URL = "https://hooks.example.com/in?user=1&shop=a%20b"
SECRET = "the-secret-of-a-webhook"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HEX = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
ED25519 = ed25519.Ed25519PrivateKey.generate()
P256 = ec.generate_private_key(ec.SECP256R1())
ALTER = bytes.maketrans(b"12ip", b"21pi")  # keeps true, false and null
Headers = Mapping[str, str]
# The errors with which libraries refuse a signature; others return False.
REFUSALS = (
    EasyPostRefusal,
    InvalidSignatureError,
    SignatureVerificationError,
    ValueError,
    WebhookVerificationError,
)


def pem(key: Any) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public(key: Any, encoding: Encoding, format_: PublicFormat) -> bytes:
    return key.public_key().public_bytes(encoding, format_)


@dataclass(frozen=True)
class Library:
    """The official library of a provider."""

    provider: str
    accepts: Callable[[bytes, Headers], Any]
    """Raises an error or returns something false if the signature is invalid."""
    signs: Callable[[OutgoingRequest], SignedRequest] | None = None
    secret: str = SECRET
    private: str = ""
    """The key that signs, if it is not the secret."""

    def sample(self) -> OutgoingRequest:
        return providers.get(self.provider).sample(url=URL)


def slack_accepts(body: bytes, headers: Headers) -> bool:
    return SignatureVerifier(SECRET).is_valid_request(body, dict(headers))


def slack_signs(outgoing: OutgoingRequest) -> SignedRequest:
    sent = str(outgoing.timestamp)
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=sent, body=outgoing.body)
    assert signature
    lines = (("X-Slack-Request-Timestamp", sent), ("X-Slack-Signature", signature))
    return SignedRequest((*outgoing.headers, *lines), outgoing.body)


def standard_accepts(body: bytes, headers: Headers) -> bool:
    Webhook(WHSEC).verify(body, dict(headers), json_parse=False)
    return True


def svix_accepts(body: bytes, headers: Headers) -> bool:
    """Svix signs as Standard Webhooks does; its headers have other names."""
    return standard_accepts(
        body, {name.replace("svix-", "webhook-"): value for name, value in headers.items()}
    )


def standard_signs(outgoing: OutgoingRequest, prefix: str = "webhook") -> SignedRequest:
    sent = datetime.fromtimestamp(outgoing.timestamp, timezone.utc)
    signature = Webhook(WHSEC).sign("msg_1", sent, outgoing.body.decode())
    lines = {"id": "msg_1", "timestamp": str(outgoing.timestamp), "signature": signature}
    added = tuple((f"{prefix}-{name}", value) for name, value in lines.items())
    kept = (line for line in outgoing.headers if not line[0].startswith(f"{prefix}-"))
    return SignedRequest((*kept, *added), outgoing.body)


def adyen_accepts(body: bytes, headers: Headers) -> bool:
    return adyen.is_valid_hmac_notification(json.loads(body), HEX)


def adyen_signs(outgoing: OutgoingRequest) -> SignedRequest:
    document = json.loads(outgoing.body)
    item = document["notificationItems"][0]["NotificationRequestItem"]
    signature = adyen.generate_notification_sig(item, HEX)
    item["additionalData"] = {"hmacSignature": signature.decode()}
    return SignedRequest(outgoing.headers, json.dumps(document).encode())


def razorpay_accepts(body: bytes, headers: Headers) -> bool:
    return razorpay.Client().utility.verify_webhook_signature(
        body.decode(), headers["X-Razorpay-Signature"], SECRET
    )


def discord_accepts(body: bytes, headers: Headers) -> bool:
    key = public(ED25519, Encoding.Raw, PublicFormat.Raw).hex()
    sent = headers["X-Signature-Timestamp"]
    return verify_key(body, headers["X-Signature-Ed25519"], sent, key)


def sendgrid_accepts(body: bytes, headers: Headers) -> bool:
    name = "X-Twilio-Email-Event-Webhook"
    lines = public(P256, Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().split("\n")
    webhook = EventWebhook("".join(lines[1:-2]))
    return webhook.verify_signature(
        body.decode(), headers[f"{name}-Signature"], headers[f"{name}-Timestamp"]
    )


def square_accepts(body: bytes, headers: Headers) -> bool:
    return square.verify_signature(
        request_body=body.decode(),
        signature_header=headers["X-Square-HmacSha256-Signature"],
        signature_key=SECRET,
        notification_url=URL,
    )


def plivo_accepts(body: bytes, headers: Headers) -> bool:
    signature, nonce = headers["X-Plivo-Signature-V3"], headers["X-Plivo-Signature-V3-Nonce"]
    fields = parse_qs(body.decode())
    return plivo.validate_v3_signature("POST", URL, nonce, SECRET, signature, fields)


def plivo_signs(outgoing: OutgoingRequest) -> SignedRequest:
    signed = plivo.construct_post_url(URL, parse_qs(outgoing.body.decode())).decode()
    signature = plivo.get_signature_v3(SECRET, signed, "05429567804466091622").decode()
    name = "X-Plivo-Signature-V3"
    lines = ((f"{name}-Nonce", "05429567804466091622"), (name, signature))
    return SignedRequest((*outgoing.headers, *lines), outgoing.body)


def resend_accepts(body: bytes, headers: Headers) -> bool:
    lines = {name: headers[f"svix-{name}"] for name in ("id", "timestamp", "signature")}
    options = {"payload": body.decode(), "headers": lines, "webhook_secret": WHSEC}
    return bool(Resend.verify(options))


LIBRARIES = [
    Library("slack", slack_accepts, slack_signs),
    Library("standard-webhooks", standard_accepts, standard_signs, WHSEC),
    Library("openai", standard_accepts, standard_signs, WHSEC),
    Library("svix", svix_accepts, lambda sample: standard_signs(sample, "svix"), WHSEC),
    Library("adyen", adyen_accepts, adyen_signs, HEX),
    Library("razorpay", razorpay_accepts),
    Library("easypost", lambda body, headers: validate_webhook(body, dict(headers), SECRET)),
    Library(
        "gocardless",
        lambda body, headers: gocardless.parse(body, SECRET, headers["Webhook-Signature"]),
    ),
    Library("discord", discord_accepts, private=pem(ED25519)),
    Library("sendgrid", sendgrid_accepts, private=pem(P256)),
    Library("square", square_accepts),
    Library("plivo", plivo_accepts, plivo_signs),
    Library("resend", resend_accepts, lambda sample: standard_signs(sample, "svix"), WHSEC),
]
SIGNING = [library for library in LIBRARIES if library.signs]


def captured(signed: SignedRequest) -> CapturedRequest:
    """Return the request as the server at `URL` receives it."""
    body, now = Body(signed.body, len(signed.body)), datetime.now(timezone.utc)
    target = {"host": "hooks.example.com", "path": "/in", "query_string": "user=1&shop=a%20b"}
    request = replace(samples()[0], received_at=now, method="POST", scheme="https", **target)
    return replace(request, headers=signed.headers, body=body)


def altered(signed: SignedRequest) -> SignedRequest:
    assert signed.body.translate(ALTER) != signed.body
    return replace(signed, body=signed.body.translate(ALTER))


def other(secret: str) -> str:
    """Return a different secret of the same form."""
    return secret[:-4] + secret[-8:-4]


def is_accepted(library: Library, signed: SignedRequest) -> bool:
    try:
        return bool(library.accepts(signed.body, dict(signed.headers)))
    except REFUSALS:
        return False


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.provider)
def test_the_library_accepts_a_signature_made_here(library: Library) -> None:
    provider = providers.get(library.provider)
    signed = provider.sign(library.sample(), library.private or library.secret)
    assert is_accepted(library, signed)
    assert not is_accepted(library, altered(signed))
    if not library.private:
        assert not is_accepted(library, provider.sign(library.sample(), other(library.secret)))


@pytest.mark.parametrize("library", SIGNING, ids=lambda library: library.provider)
def test_a_signature_of_the_library_is_valid_here(library: Library) -> None:
    provider = providers.get(library.provider)
    assert library.signs
    signed = library.signs(library.sample())
    verdict = provider.verify(captured(signed), library.secret)
    assert verdict.ok, verdict.text
    assert not provider.verify(captured(altered(signed)), library.secret).ok
    assert not provider.verify(captured(signed), other(library.secret)).ok
