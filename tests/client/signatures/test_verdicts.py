"""Verdicts on signatures. Most invalid ones are in fixtures/signatures_wrong.json."""

from __future__ import annotations

import base64
import hmac
import json
import subprocess
from pathlib import Path

import pytest

from tests.client.signatures.requests import ARRIVED, post
from webhook_logger.captured import CapturedRequest
from webhook_logger.client import signatures
from webhook_logger.client.errors import Invalid
from webhook_logger.client.signatures import (
    AnyHmac,
    GitHub,
    GitLab,
    StandardWebhooks,
    Stripe,
    Twilio,
)

SECRET = "hush"
NOTHING = base64.b64encode(bytes(32)).decode()


def hexed(content: str, secret: str = SECRET) -> str:
    return hmac.digest(secret.encode(), content.encode(), "sha256").hex()


def github(signed: str, body: str) -> CapturedRequest:
    return post(body.encode(), {"X-Hub-Signature-256": f"sha256={hexed(signed)}"})


def stripe(seconds: int) -> CapturedRequest:
    signature = hexed(f"{seconds}.{{}}")
    return post(b"{}", {"Stripe-Signature": f"t={seconds},v1={signature}"})


@pytest.mark.parametrize("age", [300, -300])
def test_the_default_tolerance_is_five_minutes(age: int) -> None:
    assert Stripe().verify(stripe(ARRIVED - age), SECRET).ok


def test_the_tolerance_is_configurable() -> None:
    assert Stripe(tolerance=60).verify(stripe(ARRIVED - 60), SECRET).ok
    verdict = Stripe(tolerance=60).verify(stripe(ARRIVED - 61), SECRET)
    assert verdict.text.endswith("the limit is 1 minute.")
    assert Stripe().verify(stripe(ARRIVED - 61), SECRET).notes == (
        "Signed 1 minute before the request arrived.",
    )


def test_a_note_says_which_of_several_signatures_is_valid() -> None:
    header = f"t={ARRIVED},v1={hexed('no')},v1={hexed(f'{ARRIVED}.{{}}')}"
    verdict = Stripe().verify(post(b"{}", {"Stripe-Signature": header}), SECRET)
    assert verdict.notes[0] == "Signature 2 of the 2 in the header is valid."


@pytest.mark.parametrize("body", ["[" * 100_000, "[NaN]", "\ud800", '"' * 50_000])
def test_hostile_bodies_have_a_normal_verdict(body: str) -> None:
    request = post(
        body.encode("utf-8", "surrogatepass"), {"X-Hub-Signature-256": f"sha256={hexed('x')}"}
    )
    assert GitHub().verify(request, SECRET).reason == "secret"


@pytest.mark.parametrize("secret", ["whsec_", "not base64!", "ab=", "a"])
def test_a_secret_of_standard_webhooks_must_be_base64(secret: str) -> None:
    with pytest.raises(Invalid, match="not valid base64"):
        StandardWebhooks().sign(signatures.OutgoingRequest(), secret)


def test_gitlabs_secret_token_does_not_prove_who_sent_the_body() -> None:
    request = post(b"{}", {"X-Gitlab-Token": SECRET, "webhook-signature": "v1,x"})
    assert "not a signature" in GitLab().verify(request, SECRET).notes[0]
    [(name, value)] = GitLab().sign(signatures.OutgoingRequest(), "Zoë")
    assert GitLab().verify(post(b"", {name: value}), "Zoë")


def test_a_template_can_name_several_headers_and_reports_a_missing_one() -> None:
    lines = {"X-A": "1", "X-Sign": hexed("1|{}|1")}
    assert AnyHmac(signed="{header:X-A}|{body}|{header:x-a}", header="x-sign").verify(
        post(b"{}", lines), SECRET
    )
    provider = AnyHmac(signed="{header:x-b}.{body}")
    assert "no x-b header" in provider.verify(post(b"{}", lines), SECRET).text
    with pytest.raises(Invalid, match="x-b"):
        provider.sign(signatures.OutgoingRequest(b"{}"), SECRET)


@pytest.mark.parametrize("field", [{"algorithm": "MD5"}, {"encoding": "base32"}])
def test_an_unknown_algorithm_or_encoding_is_an_error(field: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        AnyHmac(**field)


def test_twilios_url_needs_only_its_host() -> None:
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    lines = dict(Twilio(url).sign(signatures.OutgoingRequest(), "12345"))
    request = post(b"", lines, path="/myapp.php", query_string="foo=1&bar=2")
    verdict = Twilio("https://mycompany.com").verify(request, "12345")
    assert verdict.notes == ("It covers only the URL, which has no bodySHA256.",)
    assert Twilio("no url").verify(request, "12345").reason == "malformed"
    with pytest.raises(Invalid):
        Twilio().sign(signatures.OutgoingRequest(), "12345")


@pytest.mark.parametrize(
    ("header", "provider"),
    [
        ("x-hub-signature-256", "github"),
        ("X-Hub-Signature", "github"),
        ("X-Gitlab-Token", "gitlab"),
        ("X-Shopify-Hmac-SHA256", "shopify"),
        ("X-Slack-Signature", "slack"),
        ("Stripe-Signature", "stripe"),
        ("X-Twilio-Signature", "twilio"),
        ("svix-signature", "standard-webhooks"),
        ("Webhook-Signature", "standard-webhooks"),
        ("Paddle-Signature", "generic"),
        ("X-Forwarded-For", None),
    ],
)
def test_each_provider_is_recognised_by_its_headers(header: str, provider: str | None) -> None:
    found = signatures.detect(post(b"", {header: "x"}))
    assert (found.id if found else None) == provider


JUDGE = """
import { PROVIDERS } from "./static/js/signatures/providers.js";
for (const { provider, request, fields } of JSON.parse(process.argv[1])) {
  const { check } = PROVIDERS.find(({ id }) => id === provider);
  const { ok, reason, text, notes } = await check(request, fields);
  console.log(JSON.stringify(ok ? { ok, notes } : { ok, reason, text }));
}
"""


def test_the_page_gives_the_same_verdicts() -> None:
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("X-Time", "1"))
    outgoing = signatures.OutgoingRequest(
        b"b=2&a=%C3%A9", "https://hooks.example.com/x?y=1", headers, timestamp=ARRIVED - 120
    )
    cases, expected = [], []
    for id_, kind in signatures.PROVIDERS.items():
        fields = {"twilio": {"url": outgoing.url}, "generic": {"header": "X-S", "prefix": "v="}}
        provider = kind(**fields.get(id_, {}))
        secret = "whsec_aHVzaGh1c2g="
        signed = post(outgoing.body, dict([*headers, *provider.sign(outgoing, secret)]))
        for request in (signed, post(b"x", dict(signed.headers))):
            verdict = provider.verify(request, secret)
            assert verdict.ok is (request is signed)
            entered = {name: getattr(provider, name) for name in vars(provider)} | {
                "secret": secret
            }
            cases.append({"provider": id_, "request": request.to_wire(), "fields": entered})
            rest = (
                {"notes": list(verdict.notes)}
                if verdict
                else {"reason": verdict.reason, "text": verdict.text}
            )
            expected.append({"ok": verdict.ok, **rest})
    command = ["node", "--input-type=module", "--eval", JUDGE, json.dumps(cases)]
    root = Path(__file__).parents[3]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert [json.loads(line) for line in run.stdout.splitlines()] == expected
