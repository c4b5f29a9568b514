"""`webhook-logger providers`, in this process."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from webhook_logger import providers
from webhook_logger.__main__ import cli
from webhook_logger.client.commands.exits import Exit


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["providers", *arguments], standalone_mode=False)


def test_every_provider_has_a_line() -> None:
    head, *lines = run().output.splitlines()
    assert head.split()[:4] == ["id", "name", "signature", "handshake"]
    assert [line.split()[0] for line in lines] == list(providers.ids())


def test_a_line_shows_how_a_provider_is_recognised_and_verified() -> None:
    lines = [line.split(maxsplit=2) for line in run("asana", "TRAVIS", "okta").output.splitlines()]
    assert [line[0] for line in lines] == ["id", "asana", "okta", "travis-ci"]
    rows = {line[0]: " ".join(line[2].split()) for line in lines}
    assert rows["asana"].startswith("HMAC SHA-256 yes X-Hook-Signature, /events/0/action")
    assert rows["okta"].startswith("token yes /eventType")
    assert rows["travis-ci"] == "CI RSA no Travis-Repo-Slug, form payload"


def test_json_is_the_entry_of_the_registry() -> None:
    (line,) = run("--json", "github").output.splitlines()
    assert json.loads(line) == providers.get("github").entry


def test_an_unknown_word_is_an_error() -> None:
    done = CliRunner().invoke(cli, ["providers", "nobody"])
    assert done.exit_code == Exit.USAGE
    assert "No provider has such a name." in done.output
