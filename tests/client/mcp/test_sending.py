"""An agent can send only to places that the user allows, and only with secrets for webhooks."""

from __future__ import annotations

import pytest

from webhook_logger import providers
from webhook_logger.client.errors import Invalid
from webhook_logger.client.mcp.sending import (
    SampleDraft,
    SecretBox,
    Targets,
    check_host,
    request_lines,
)

OWN = "https://hooks.example.com/0b9d1f8e-3a63-4d3c-9a53-0f6f2a3d7c11"


def is_allowed(targets: Targets, url: str) -> bool:
    try:
        targets.check(url, [OWN])
    except Invalid:
        return False
    return True


def test_targets_are_this_machine_and_own_callbacks() -> None:
    allowed = [
        *("http://localhost:3000/a", "localhost:3000", ":3000", "3000", "http://127.0.0.1", OWN),
        *("http://127.9.9.9:1/", "http://[::1]:3000/", "http://app.localhost/", "HTTP://LOCALHOST"),
        *(f"{OWN}/orders", f"{OWN}?a=1", f"{OWN}/a/../b"),
    ]
    refused = [
        *("http://example.com", "http://10.0.0.1/", "http://169.254.169.254/", "http://0.0.0.0:1/"),
        *(
            "http://localhost.example.com",
            "http://2130706433/",
            "http://[::ffff:10.0.0.1]/",
            "http://[::1%25a]/",
        ),
        *("http://127.0.0.1@example.com/", "http://localhost\\@example.com/", "file:///etc/passwd"),
        *(f"{OWN}x", f"{OWN}/../api", f"{OWN}/%2e%2e/api", "https://hooks.example.com/", ""),
    ]
    assert [url for url in allowed if not is_allowed(Targets(), url)] == []
    assert [url for url in refused if is_allowed(Targets(), url)] == []


def test_the_user_can_allow_hosts_and_ports() -> None:
    named = ("Staging.example.com", "other.example.com:8443", "[fd00::1]:8080")
    targets = Targets.of(named, loopback=False)
    assert is_allowed(targets, "http://[fd00::1]:8080/a")
    assert is_allowed(targets, "https://STAGING.example.com/a")
    assert is_allowed(targets, "https://other.example.com:8443/a")
    assert not is_allowed(targets, "https://other.example.com/a")
    assert not is_allowed(targets, "http://localhost:3000/")
    for wrong in ("https://example.com", "example.com/a", "me@example.com", "a b", "", "x:y"):
        with pytest.raises(Invalid):
            Targets.of([wrong], loopback=False)


def test_a_request_reaches_no_other_site_by_its_header_lines() -> None:
    host = request_lines({"Host": "other.example.com"})
    check_host("http://localhost:3000/", host)
    check_host("https://hooks.example.com/", request_lines({"X-Forwarded-Host": "a"}))
    with pytest.raises(Invalid, match="another Host"):
        check_host("https://hooks.example.com/", host)
    for name in ("Transfer-Encoding", "content-length", "Connection", "Content_Length"):
        with pytest.raises(Invalid, match=name):
            request_lines({name: "1"})


def test_only_variables_for_webhooks_are_secrets() -> None:
    environ = {"AWS_SECRET_ACCESS_KEY": "no", "WEBHOOK_SECRET_SHOP": "yes", "WEBHOOK_SECRET_B": ""}
    box = SecretBox(lambda provider: "default", frozenset({"default"}), environ)
    github = providers.get("github")
    assert box.choose(github, "", "WEBHOOK_SECRET_SHOP") == "yes"
    assert box.choose(github, "mine", "") == "mine"
    assert box.choose(github, "", "") == "default"
    for secret, variable, words in (
        ("", "AWS_SECRET_ACCESS_KEY", "start with WEBHOOK_SECRET"),
        ("", "WEBHOOK_SECRET_B", "not set"),
        ("a", "WEBHOOK_SECRET_SHOP", "not both"),
    ):
        with pytest.raises(Invalid, match=words):
            box.choose(github, secret, variable)
    assert set(box.hidden()) == {"yes", "default", ""}
    quoted = SecretBox(lambda provider: None, frozenset({'p"\u00e4'}), {})
    assert set(quoted.hidden()) == {
        'p"\u00e4',
        r"p\"\u00e4",
        'p\\"\u00e4',
        "p%22%C3%A4",
        'p"\xc3\xa4',
    }


def test_a_draft_is_a_sample_with_other_parts() -> None:
    draft = SampleDraft(
        "http://a/", "PUT", (("content-type", "x/y"),), b"body", providers.get("github")
    )
    request = draft.request("secret", {})
    names = {name.lower(): value for name, value in request.headers}
    assert (request.method, request.body, names["content-type"]) == ("PUT", b"body", "x/y")
    assert names["x-hub-signature-256"].startswith("sha256=")
    assert "x-hub-signature-256" not in {
        name.lower() for name, _ in draft.request(None, {}).headers
    }
