"""A signed request verifies with the same secret."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.providers.vectors import FOLDER, read, request_of
from webhook_logger import providers
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.providers import OutgoingRequest, Provider, Unsignable

URL = "https://hooks.example.com/x?y=1"
PRIVATE = ("ed25519", "ecdsa", "rsa")
PROVIDERS = providers.providers()
SECRETS = {"base64": "aHVzaGh1c2g=", "hex": "6875736820", "text": "hush"}


def captured(outgoing: OutgoingRequest, signed: providers.SignedRequest) -> CapturedRequest:
    """Return the request as a server receives it, at the time of signing."""
    parts = urlsplit(outgoing.url)
    fields = {"scheme": "https", "host": parts.netloc, "path": parts.path}
    request = request_of(
        {
            "request": {**fields, "query_string": parts.query, "method": outgoing.method},
            "arrived": outgoing.timestamp,
        }
    )
    body = Body(signed.body, len(signed.body))
    return CapturedRequest(**{**fields_of(request), "headers": signed.headers, "body": body})


def fields_of(request: CapturedRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in request.__dataclass_fields__}


def secret_of(provider: Provider) -> str | None:
    """Return a secret for the first signature that can be created, or None."""
    for signature in provider.signatures:
        secret = signature.get("secret", {})
        is_public = signature["kind"] in PRIVATE or secret.get("key") in ("public-key", "jwk")
        if is_public or signature["at"].startswith("query:"):
            return None
        if not set(signature.get("algorithms", ["HS256"])) & {"HS256", "HS384", "HS512"}:
            return None
        return str(secret.get("only", "") + SECRETS[secret.get("key", "text")])
    return None


@pytest.mark.parametrize(
    "provider", [each for each in PROVIDERS.values() if secret_of(each)], ids=lambda each: each.id
)
def test_each_signed_sample_verifies_only_with_its_secret(provider: Provider) -> None:
    secret = secret_of(provider)
    assert secret
    for entry in provider.entry["samples"]:
        outgoing = provider.sample(entry.get("event"), URL)
        signed = provider.sign(outgoing, secret)
        request = captured(outgoing, signed)
        verdict = provider.verify(request, secret)
        assert verdict, (entry.get("event"), verdict)
        assert provider.verify(request, secret + "AAAA").reason == "secret"
        found = providers.recognise(request)
        assert found
        assert found.provider.id == provider.id


def test_signing_creates_the_documented_signatures() -> None:
    """Sign the requests of vectors again: each header stays unchanged."""
    count = 0
    for id_ in ("github", "slack", "standard-webhooks", "shopify", "gitlab"):
        for vector in read(FOLDER / f"{id_}.json"):
            signature = vector.get("signature", {})
            if not signature.get("ok") or ("arrived" not in vector and id_ != "github"):
                continue
            request = request_of(vector)
            outgoing = OutgoingRequest(request.body.content, URL, request.headers)
            signed = providers.get(id_).sign(outgoing, signature["secret"])
            given = {name.lower(): value for name, value in request.headers}
            own = [(name, value) for name, value in signed.headers if name.lower() in given]
            assert all(given[name.lower()] == value for name, value in own), vector["about"]
            count += 1
    assert count > 10


def test_gitlabs_token_is_sent_as_utf_8() -> None:
    signed = providers.get("gitlab").sign(OutgoingRequest(), "Zoë")
    assert dict(signed.headers)["X-Gitlab-Token"] == "Zo\xc3\xab"
    assert providers.get("gitlab").verify(captured(OutgoingRequest(url=URL), signed), "Zoë")


def test_websubs_signature_has_the_hash_that_all_subscribers_know_or_the_given_one() -> None:
    websub = providers.get("websub")
    signed = websub.sign(OutgoingRequest(b"a"), "hush")
    assert dict(signed.headers)["X-Hub-Signature"].startswith("sha256=")
    given = OutgoingRequest(b"a", headers=(("X-Hub-Signature", "sha512="),))
    assert dict(websub.sign(given, "hush").headers)["X-Hub-Signature"].startswith("sha512=")


def test_an_unknown_option_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(providers.InvalidOption, match="Its options are: url"):
        providers.get("twilio").sign(OutgoingRequest(), "hush", ulr="https://a.example")


def test_sanitys_signature_has_no_padding() -> None:
    """Its library compares the text."""
    signed = providers.get("sanity").sign(OutgoingRequest(b"{}"), "secret")
    name, _, signature = dict(signed.headers)["sanity-webhook-signature"].partition(",v1=")
    assert name
    assert len(signature) == 43
    assert not set(signature) & set("+/=")


def test_workos_signature_has_a_space_between_its_pairs() -> None:
    """Its Python library splits the header there."""
    signed = providers.get("workos").sign(OutgoingRequest(b"{}", timestamp=1795322460), "secret")
    assert dict(signed.headers)["WorkOS-Signature"].startswith("t=1795322460000, v1=")


def test_a_timestamp_in_the_body_is_replaced() -> None:
    signature = {
        "kind": "hmac",
        "at": "header:X-Sign",
        "timestamp": {"at": "json:/at", "unit": "milliseconds", "tolerance": 60},
        "secret": {"label": "Secret"},
    }
    provider = Provider("made", "Made", "", {"signatures": [signature]})
    for value, written in ((1, 2_000), ("1", "2000")):
        body = json.dumps({"at": value}).encode()
        signed = provider.sign(OutgoingRequest(body, URL, timestamp=2), "hush")
        assert json.loads(signed.body) == {"at": written}


def test_a_request_that_cannot_be_signed_is_an_error() -> None:
    generic = providers.get("generic")
    with pytest.raises(Unsignable, match="x-b header"):
        generic.sign(OutgoingRequest(b"{}"), "hush", signed="{header:x-b}.{body}")
    with pytest.raises(Unsignable, match="URL"):
        providers.get("twilio").sign(OutgoingRequest(), "hush")
    for secret in ("whsec_", "not base64!", "ab=", "a"):
        with pytest.raises(Unsignable, match="not valid base64"):
            providers.get("standard-webhooks").sign(OutgoingRequest(), secret)
