"""Verdicts on signatures that the vectors do not cover."""

from __future__ import annotations

import hmac
import sys
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.providers.vectors import ARRIVED, request_of
from webhook_logger import providers
from webhook_logger.captured import CapturedRequest
from webhook_logger.providers import OutgoingRequest, Provider, signatures
from webhook_logger.providers.errors import MissingPackage

SECRET = "hush"
DAY = 86_400


def post(body: str, headers: dict[str, str]) -> CapturedRequest:
    return request_of({"request": {"body": body, "headers": headers}})


def hexed(content: str) -> str:
    return hmac.digest(SECRET.encode(), content.encode(), "sha256").hex()


def test_a_note_says_which_of_several_signatures_is_valid() -> None:
    header = f"t={ARRIVED},v1={hexed('no')},v1={hexed(f'{ARRIVED}.{{}}')}"
    verdict = providers.get("stripe").verify(post("{}", {"Stripe-Signature": header}), SECRET)
    assert verdict.notes[0] == "Signature 2 of the 2 in the header is valid."


@pytest.mark.parametrize("body", ["[" * 100_000, "[NaN]", '"' * 50_000])
def test_hostile_bodies_have_a_normal_verdict(body: str) -> None:
    request = post(body, {"X-Hub-Signature-256": f"sha256={hexed('x')}"})
    assert providers.get("github").verify(request, SECRET).reason == "secret"


def test_an_invalid_option_of_another_hmac_is_an_error() -> None:
    generic = providers.get("generic")
    for options in ({"algorithm": "MD5"}, {"encoding": "base32"}, {"signed": "{nothing}"}):
        with pytest.raises(providers.InvalidOption):
            generic.verify(post("", {}), SECRET, **options)


def test_a_providers_signature_can_be_that_of_another_one() -> None:
    entry = {"signatures": [{"like": "github", "secret": {"label": "Key"}}]}
    provider = Provider("a", "A", "", entry)
    assert [each["secret"]["label"] for each in provider.signatures] == ["Key", "Key"]
    request = post("{}", {"X-Hub-Signature-256": f"sha256={hexed('{}')}"})
    assert provider.verify(request, SECRET)


def made(**signature: object) -> Provider:
    secret = {"label": "Key", "key": "public-key"}
    entry = {"signatures": [{"at": "header:X-Sign", "secret": secret, **signature}]}
    return Provider("made", "Made", "", entry)


PRIVATE_KEYS = {
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "ecdsa": ec.generate_private_key(ec.SECP256R1()),
    "rsa": rsa.generate_private_key(65537, 2048),
}


@pytest.mark.parametrize("kind", PRIVATE_KEYS)
def test_a_signature_with_a_private_key_verifies_with_the_public_one(kind: str) -> None:
    private = PRIVATE_KEYS[kind]
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    provider = made(kind=kind, encoding="base64")
    signed = provider.sign(OutgoingRequest(b"hello"), pem)
    request = post("hello", dict(signed.headers))
    assert provider.verify(request, public.decode())
    bare = "".join(public.decode().splitlines()[1:-1])
    assert provider.verify(request, bare)
    wrong = provider.verify(post("other", dict(signed.headers)), public.decode())
    assert (wrong.reason, wrong.text[:61]) == (
        "secret",
        "The signature does not match: the public key is wrong, or the",
    )
    assert provider.verify(request, "hush").text == "This is not a valid public key."
    others = [other for name, other in PRIVATE_KEYS.items() if name != kind]
    other = others[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert provider.verify(request, other.decode()).text.startswith("This is not an ")
    with pytest.raises(providers.Unsignable, match="private key"):
        provider.sign(OutgoingRequest(b"hello"), public.decode())


def test_a_missing_package_is_an_error_that_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delattr(signatures, "public_keys", raising=False)
    monkeypatch.delitem(sys.modules, f"{signatures.__name__}.public_keys", raising=False)
    with pytest.raises(MissingPackage, match=r"Made.*\[signatures\]"):
        made(kind="ed25519").verify(post("", {"X-Sign": "00" * 64}), "00" * 32)


def token(**claims: object) -> Provider:
    return made(kind="jwt", prefix="Bearer ", algorithms=["HS256"], secret={"label": "a"}, **claims)


def test_a_token_is_valid_for_its_time_and_its_claims() -> None:
    provider = token(claims={"hash": "{sha256}"})
    signed = provider.sign(OutgoingRequest(b"hello", timestamp=ARRIVED - 60), SECRET)
    [(name, value)] = signed.headers
    request = post("hello", {name: value.replace("Bearer", "bearer")})
    assert provider.verify(request, SECRET).notes == (
        "Signed 1 minute before the request arrived.",
    )
    assert provider.verify(request, "other").reason == "secret"
    late = request_of(
        {"request": {"body": "hello", "headers": {name: value}}, "arrived": ARRIVED + DAY}
    )
    assert provider.verify(late, SECRET).text == (
        "The token is valid, but it expired 23 hours before the request arrived."
    )
    assert provider.verify(replace(request, body=post("x", {}).body), SECRET).text == (
        "The token is valid, but its claim hash does not match the request."
    )
    for bad in ("Bearer a.b", "Bearer ....", "a.b.c", "Bearer eyJhbGciOiJub25lIn0.e30."):
        assert provider.verify(post("", {name: bad}), SECRET).reason == "malformed"


def test_basic_credentials_are_compared() -> None:
    provider = made(kind="basic", at="header:Authorization", secret={"label": "a"})
    signed = provider.sign(OutgoingRequest(), "user:Zoë")
    request = post("", {"Authorization": dict(signed.headers)["Authorization"]})
    assert provider.verify(request, "user:Zoë")
    assert provider.verify(request, "user:b").reason == "secret"
    assert provider.verify(post("", {"Authorization": "Basic ?"}), "").reason == "malformed"
