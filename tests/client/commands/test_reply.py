"""`webhook-logger reply`: shows, sets and resets the reply of a callback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.support.command import run
from tests.support.processes import Server, free_port
from tests.support.sender import post
from webhook_logger.__main__ import cli
from webhook_logger.client.commands.exits import Exit


def invoke(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(cli, ["reply", *arguments], input=given)


def shown(*arguments: str, given: str = "") -> dict[str, Any]:
    """Run the command, and return the reply that it prints."""
    result = invoke(*arguments, given=given)
    assert result.exit_code == 0, result.output
    reply: dict[str, Any] = json.loads(result.stdout)
    return reply


@pytest.fixture
def url(memory_server: Server, uuid: str) -> str:
    return f"{memory_server.url}/{uuid}"


def test_options_are_the_fields_of_the_reply(memory_server: Server, url: str, uuid: str) -> None:
    rule = '{"match": {"subpath": "/a"}, "status": 404, "body": "none \u00e9"}'
    reply = shown(
        *(url, "--status", "201", "-H", "X-A: 1", "--json", '{"at": "{{ now }}"}', "--template"),
        *("--delay", "0.5", "--times", "3", "--no-cors", "--rule", rule, "--rule", rule),
        *("--sequence", "503, 200"),
    )
    response = {"headers": [], "delay": 0, "status": 404}
    body = {"encoding": "utf-8", "content": "none \u00e9"}
    assert reply == {
        "status": 201,
        "headers": [["X-A", "1"], ["Content-Type", "application/json"]],
        "body": {"encoding": "utf-8", "content": '{"at": "{{ now }}"}'},
        "delay": 0.5,
        "times": 3,
        "cors": False,
        "template": True,
        "rules": [{"match": {"subpath": "/a"}, **response, "body": body}] * 2,
        "sequence": [503, 200],
        "used": 0,
    }
    assert shown(url) == reply, "without options, nothing changes"
    assert post(memory_server.address, f"/{uuid}/a").status == 404
    again = shown(url, "--file", "-", "--status", "202", given=json.dumps(shown(url)))
    assert again == {**reply, "status": 202, "times": 2, "used": 1}
    assert invoke(url, "--reset").output == ""
    assert shown(url)["status"] == 200


def test_values_can_come_from_files(url: str, tmp_path: Path) -> None:
    part = tmp_path / "part.json"
    part.write_text('[503, {"status": 200, "body": "\u00e9"}]')
    reply = shown(url, "--sequence", f"@{part}", "-d", "@-", given="x")
    assert reply["body"]["content"] == "x"
    assert reply["sequence"][1]["body"] == {"encoding": "utf-8", "content": "\u00e9"}


def test_the_url_of_a_server_creates_a_callback(memory_server: Server) -> None:
    result = run("reply", memory_server.url, "--status", "418")
    assert json.loads(result.stdout)["status"] == 418
    url, link = (line.split(": ")[1].strip() for line in result.stderr.splitlines()[-2:])
    assert shown(link)["status"] == 418
    refused = run("reply", url, "--reset")
    assert (refused.returncode, refused.stdout) == (Exit.USAGE, "")
    assert "Use the link for people who may watch" in refused.stderr
    path, key = url.removeprefix(memory_server.url), link.partition("#key=")[2]
    sent = run("send", f"{url}#key={key}", "-v")
    assert "418" in sent.stdout
    assert post(memory_server.address, path).status == 418
    mistaken = run("send", link)
    assert mistaken.returncode == Exit.USAGE
    assert mistaken.stderr.rstrip().endswith(f"URL: {url}")
    assert key not in result.stdout + refused.stderr + sent.stdout + sent.stderr + mistaken.stderr


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--status", "99"], Exit.REJECTED, "status: must be a whole number"),
        (["--template", "-d", "{{ x }}"], Exit.REJECTED, "line 1, column 1"),
        (["--rule", "{"], Exit.USAGE, "--rule is not JSON"),
        (
            ["--sequence", "503,x"],
            Exit.USAGE,
            "--sequence is neither statuses, such as 503,503,200, nor JSON",
        ),
        (["--sequence", "{}"], Exit.REJECTED, "sequence: must be a list"),
        (["--rule", "[]"], Exit.REJECTED, "rule 1: A rule must be"),
        (["--file", "-"], Exit.USAGE, "--file is not JSON"),
        (["--file", "no-such-file"], Exit.USAGE, "Error: Cannot read no-such-file"),
        (["--reset", "--status", "200"], Exit.USAGE, "--reset cannot be combined"),
        (["-d", "a", "--json", "b"], Exit.USAGE, "not both"),
    ],
)
def test_an_error_says_what_is_wrong(
    url: str, options: list[str], code: Exit, message: str
) -> None:
    result = invoke(url, *options)
    assert (result.exit_code, message in result.output) == (code, True), result.output


def test_an_unreachable_server_is_reported() -> None:
    result = invoke(f"http://127.0.0.1:{free_port()}/")
    assert result.exit_code == Exit.UNREACHABLE
