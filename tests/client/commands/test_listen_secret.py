"""`listen --secret` verifies signatures and responds to handshakes."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.providers.vectors import FOLDER, read, request_of
from tests.support.command import Command, invoke
from tests.support.processes import Server
from tests.support.sender import post
from webhook_logger import providers
from webhook_logger.captured import CapturedRequest
from webhook_logger.client.commands.certificates import Certificates
from webhook_logger.client.commands.listen_session import ListenSession
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.commands.secrets import Secrets
from webhook_logger.client.commands.verifier import Check, Verifier
from webhook_logger.client.errors import Invalid, Unreachable
from webhook_logger.client.filters import Filter
from webhook_logger.client.stream.events import ConnectionStatus, Event
from webhook_logger.providers import signatures

SECRET = "hush"
TOKEN = "qgg8vlvZRS6UYooatFL8Aw"
GITHUB = "X-Hub-Signature-256: sha256=" + hmac.new(b"hush", b"{}", hashlib.sha256).hexdigest()


def test_listen_shows_whether_signatures_are_valid_and_responds_to_handshakes(
    memory_server: Server, uuid: str
) -> None:
    url = f"{memory_server.url}/{uuid}"
    token = {
        "event": "endpoint.url_validation",
        "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"},
    }
    with Command("listen", url, "--count", "3", WEBHOOK_SECRET=SECRET) as listen:
        listen.notes.until("Live.")
        for body in (b"{}", b"{ }"):
            post(memory_server.address, f"/{uuid}", body, "X-GitHub-Event: push", GITHUB)
        lines = [listen.out.line() for _ in range(6)]
        response = post(
            memory_server.address,
            f"/{uuid}",
            json.dumps(token).encode(),
            "Content-Type: application/json",
        )
        assert listen.wait() == 0
    assert "GitHub · push" in lines[0]
    assert lines[1] == "  ✓ The signature is valid."
    assert lines[4].startswith("  ✗ The body was changed after it was signed.")
    encrypted = hmac.new(b"hush", TOKEN.encode(), hashlib.sha256).hexdigest()
    assert json.loads(response.body)["encryptedToken"] == encrypted
    assert "#3: Zoom checks that the URL knows the secret token." in listen.notes.all


def test_json_has_the_checks_on_stderr(memory_server: Server, uuid: str) -> None:
    url = f"{memory_server.url}/{uuid}"
    secret = ("--secret", f"github={SECRET}", "--secret", "other")
    with Command("listen", url, "--json", "--count", "1", *secret) as listen:
        listen.notes.until("Live.")
        post(memory_server.address, f"/{uuid}", b"{}", "X-GitHub-Event: push", GITHUB)
        assert listen.wait() == 0
    assert "#1: ✓ The signature is valid." in listen.notes.all
    assert json.loads(listen.out.all)["seq"] == 1


def test_an_invalid_secret_is_an_error() -> None:
    done = invoke("listen", "http://127.0.0.1:1", "--secret", "discord=@/nowhere")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: Cannot read /nowhere: No such file or directory.\n",
    )
    done = invoke("listen", "http://127.0.0.1:1", "--option", "url")
    assert done.returncode == 2
    assert "NAME=VALUE" in done.stderr
    done = invoke("listen", "http://127.0.0.1:1", "--option", "ulr=a")
    assert done.returncode == 2
    assert "No provider has the option “ulr”. The options are: " in done.stderr


def test_secrets_belong_to_providers(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text("-----BEGIN\nkey\n")
    environ = {"WEBHOOK_SECRET": "a=b", "WEBHOOK_SECRET_AWS_SNS": "c", "WEBHOOK_SECRET_GITHUB": "d"}
    secrets = Secrets.read(("github=e=f", f"discord=@{file}"), environ)
    expected = {"aws-sns": "c", "github": "e=f", "discord": "-----BEGIN\nkey", "slack": "a=b"}
    assert {id_: secrets.of(providers.get(id_)) for id_ in expected} == expected
    assert not Secrets.read((), {})
    with pytest.raises(Invalid, match="not UTF-8"):
        Secrets.read(("\udcff",), {})


def test_an_option_counts_before_the_environment() -> None:
    github = providers.get("github")
    environ = {"WEBHOOK_SECRET_GITHUB": "a", "WEBHOOK_SECRET": "slack=b"}
    assert Secrets.read((), environ).of(github) == "a"
    assert Secrets.read(("c",), environ).of(github) == "c"
    secrets = Secrets.read(("discord=d",), environ)
    assert secrets.of(github) == "a"
    assert secrets.of(providers.get("stripe")) is None
    assert secrets.providers() == {"discord", "github", "slack"}


def test_a_missing_package_is_reported_for_the_providers_that_need_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delattr(signatures, "public_keys", raising=False)
    monkeypatch.delitem(sys.modules, f"{signatures.__name__}.public_keys", raising=False)
    used = ("any", "github=a", "discord=b", "standard-webhooks=whsec_c")
    problems = verifier(*used).problems()
    assert len(problems) == 1
    assert problems[0].startswith("Signatures of Discord need the package cryptography.")
    assert len(verifier("standard-webhooks=whpk_d").problems()) == 1


def test_a_secret_that_is_not_a_key_is_reported_once(memory_server: Server, uuid: str) -> None:
    vectors = read(FOLDER / "discord.json")
    ping = next(each["request"] for each in vectors if "secret" in (each.get("handshake") or {}))
    lines = [f"{name}: {value}" for name, value in ping["headers"].items()]
    url = f"{memory_server.url}/{uuid}"
    with Command("listen", url, "--count", "2", WEBHOOK_SECRET="no key") as listen:
        listen.notes.until("Live.")
        for _ in range(2):
            sent = post(memory_server.address, f"/{uuid}", ping["body"].encode(), *lines)
            assert sent.status == 200
        assert listen.wait() == 0
    reason = "The handshake of Discord gets no response from here: This is not a valid public key."
    assert listen.notes.all.count(reason) == 1


def test_a_response_that_the_sender_did_not_receive_is_reported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    vector = next(each for each in read(FOLDER / "zoom.json") if each.get("handshake"))
    events = iter((ConnectionStatus("live"), request_of(vector)))
    inbox = Mock(events=lambda _seconds: closable(events), respond=Mock(return_value=False))
    session = ListenSession(inbox, Screen(), Filter(""), None, None, verifier("zoom=a"))
    session.run(1, None)
    inbox.respond.assert_called_once()
    assert "Zoom did not receive this response to its handshake" in capsys.readouterr().err


def closable(events: Iterator[Event]) -> Iterator[Event]:
    yield from events


def verifier(*texts: str, certificates: Certificates | None = None) -> Verifier:
    return Verifier(Secrets.read(texts, {}), {}, certificates)


def test_only_signed_requests_with_a_known_secret_are_checked() -> None:
    github = request_of({"request": {"headers": {"X-GitHub-Event": "push"}}})
    assert verifier("slack=a").check(github) is None
    assert verifier("a").check(github) == Check(
        "✗", "This request has no X-Hub-Signature-256 header."
    )
    unknown = request_of({"request": {"headers": {"X-Signature": "00"}}})
    assert verifier("a").check(unknown) is None
    check = verifier("generic=a").check(unknown)
    assert check
    assert check.symbol == "✗"
    assert verifier("standard-webhooks=?").check(github) is None


def test_a_signature_that_cannot_be_checked_says_why() -> None:
    check = Verifier(Secrets.read(("generic=a",), {}), {"algorithm": "MD5"}, None)
    unknown = request_of({"request": {"headers": {"X-Signature": "00"}}})
    assert check.check(unknown) == Check(
        "?",
        "The signature was not checked: The algorithm must be one of SHA-1, SHA-256, SHA-384, "
        "SHA-512.",
    )


class FakeCertificates(Certificates):
    """Returns the certificate of a vector, and remembers the URLs."""

    def __init__(self, certificate: str) -> None:
        super().__init__()
        self._certificate = certificate
        self.urls: list[str] = []

    def _fetch(self, url: str) -> str:
        self.urls.append(url)
        if not self._certificate:
            raise Unreachable("gone.example did not respond.")
        return self._certificate


def signed_by_sns() -> tuple[CapturedRequest, str]:
    """Return a valid request of Amazon SNS and its certificate."""
    for vector in read(FOLDER / "aws-sns.json"):
        if vector.get("signature", {}).get("ok"):
            return request_of(vector), vector["signature"]["secret"]
    raise AssertionError


def test_a_certificate_is_fetched_once_from_the_providers_host() -> None:
    request, certificate = signed_by_sns()
    certificates = FakeCertificates(certificate)
    for _ in range(2):
        check = verifier(certificates=certificates).check(request)
        assert check
        assert check.symbol == "✓"
    assert len(certificates.urls) == 1
    assert verifier().check(request) is None
    gone = verifier(certificates=FakeCertificates("")).check(request)
    assert gone == Check("?", "The signature was not checked: gone.example did not respond.")


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com",
        "https://sns.eu-west-1.amazonaws.com:22/a.pem",
        "https://sns.eu-west-1.amazonaws.com:x/a.pem",
        "https://[sns.eu-west-1.amazonaws.com/a.pem",
    ],
)
def test_a_certificate_of_another_host_is_not_fetched(url: str) -> None:
    request, _ = signed_by_sns()
    body = json.loads(request.body.content)
    other = request_of(
        {
            "request": {
                "headers": {"x-amz-sns-message-type": "Notification"},
                "body": json.dumps({**body, "SigningCertURL": url}),
            }
        }
    )
    assert providers.get("aws-sns").certificate_url(request)
    assert providers.get("aws-sns").certificate_url(other) is None
