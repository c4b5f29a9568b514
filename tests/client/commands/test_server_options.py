"""The server and the callback that commands use: files, `--profile`, `--new`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.endpoint import Endpoint
from tests.support.processes import Server, free_port
from tests.support.sender import post
from webhook_logger.__main__ import cli
from webhook_logger.callbacks import uuid_of_key
from webhook_logger.client.address import Address
from webhook_logger.client.commands.exits import Exit
from webhook_logger.client.config.remembered import remember


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, which is the current folder, and empty folders for the files of the user."""
    for name in ("config", "state"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path / name))
    (tmp_path / "config/webhook-logger").mkdir(parents=True)
    (tmp_path / "project/below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project")
    (tmp_path / "project/.git").touch()
    return tmp_path


def invoke(*arguments: str, code: int = Exit.DONE) -> Result:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == code, result.output
    return result


def link_of(result: Result) -> str:
    return re.findall("may watch: (.*)", result.stderr)[0]


def configure(folder: Path, text: str) -> Path:
    file = folder / "config/webhook-logger/config.toml"
    file.write_text(text)
    file.chmod(0o600)
    return file


def test_commands_in_a_folder_use_the_same_callback(
    memory_server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = invoke("reply", memory_server.url, "--status", "418")
    assert first.stderr.startswith(f"Made a callback for {folder}/project. ")
    monkeypatch.chdir(folder / "project/below")
    monkeypatch.setenv("WEBHOOK_LOGGER_URL", memory_server.url)
    again = invoke("reply")
    assert json.loads(again.stdout)["status"] == 418
    assert again.stderr.startswith(f"Using the callback of {folder}/project. `listen --new`")
    assert link_of(again) == link_of(first)
    sent = invoke("send", code=Exit.FAILED)
    assert sent.stdout.startswith("418")
    assert f"\nTo {Address.of(link_of(first)).url}\n" in sent.stderr
    another = invoke("reply", "--new")
    assert link_of(another) != link_of(first)
    assert f"use its link: {link_of(first)}\n" in another.stderr
    temporary = invoke("listen", "--temporary", "--timeout", "0.1")
    assert link_of(temporary) not in (link_of(first), link_of(another))
    listened = invoke("listen", "--timeout", "0.1")
    assert link_of(listened) == link_of(invoke("reply")) == link_of(another)
    monkeypatch.chdir(folder)
    assert link_of(invoke("reply")) not in (link_of(first), link_of(another))


def test_a_new_callback_needs_a_server(memory_server: Server, uuid: str) -> None:
    result = invoke("listen", f"{memory_server.url}/{uuid}", "--new", code=Exit.USAGE)
    assert "--new makes a callback on a server, but the argument is the URL of" in result.stderr
    both = invoke("listen", "--new", "--temporary", code=Exit.USAGE)
    assert "only one of --new and --temporary" in both.stderr
    assert "The URL is empty" in invoke("listen", "", code=Exit.USAGE).stderr


def test_send_without_a_url_uses_the_callback_of_the_settings(
    memory_server: Server, uuid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = memory_server.url.removeprefix("http://")
    monkeypatch.setenv("WEBHOOK_LOGGER_URL", f"http://ada:pw@{host}/{uuid}/orders")
    assert f"To {memory_server.url}/{uuid}/orders\n" in invoke("send").stderr
    address = Address.of(memory_server.url)
    monkeypatch.setenv("WEBHOOK_LOGGER_URL", address.view_url)
    assert f"To {address.url}\n" in invoke("send").stderr
    monkeypatch.setenv("WEBHOOK_LOGGER_URL", address.url)  # without the view key
    assert f"To {address.url}\n" in invoke("send").stderr


def test_a_profile_is_chosen_before_or_after_the_command(
    memory_server: Server, folder: Path
) -> None:
    file = configure(folder, f'[profiles.work]\nurl = "{memory_server.url}"\n')
    before = invoke("--profile", "work", "reply", "--status", "201")
    assert link_of(invoke("reply", "--profile", "work")) == link_of(before)
    assert link_of(invoke("--profile", "other", "reply", "--profile", "work")) == link_of(before)
    wrong = invoke("reply", "--profile", "wrok", code=Exit.USAGE)
    assert f"There is no profile “wrok” in {file}. It has: work." in wrong.stderr
    assert "There is no profile “”" in invoke("reply", "--profile", "", code=Exit.USAGE).stderr
    configure(folder, "url =")
    assert f"{file} is not valid TOML" in invoke("reply", code=Exit.USAGE).stderr


def test_headers_of_a_profile_reach_its_server_only(folder: Path) -> None:
    with Endpoint() as home, Endpoint() as evil:
        file = configure(folder, f'url = "{home.url}"\nheaders = {{ Authorization = "s3cret" }}\n')
        project = folder / "project/.webhook-logger.toml"
        seen = {}
        for endpoint, text in ((home, ""), (evil, f'url = "{evil.url}"')):
            project.write_text(text)
            result = CliRunner().invoke(cli, ["reply"])
            assert (f"{project} chooses the server {evil.url}" in result.stderr) == bool(text)
            assert "s3cret" not in result.output
            seen[endpoint] = endpoint.received()
        assert b"\r\nAuthorization: s3cret\r\n" in seen[home]
        assert b"s3cret" not in seen[evil]
        file.chmod(0o644)
        assert f"Run: chmod 600 {file}" in CliRunner().invoke(cli, ["reply"]).stderr


def test_a_project_can_share_a_callback(
    memory_server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Address.of(memory_server.url)
    (folder / "project/.webhook-logger.toml").write_text(f'callback = "{shared.view_url}"')
    assert link_of(invoke("reply", "--status", "418")) == shared.view_url
    assert invoke("send", code=Exit.FAILED).stdout.startswith("418")
    monkeypatch.setenv("WEBHOOK_LOGGER_URL", memory_server.url)
    assert link_of(invoke("reply")) == shared.view_url
    new = invoke("reply", "--new")
    assert link_of(new) != shared.view_url
    assert "for this command only" in new.stderr
    assert post(memory_server.address, f"/{shared.uuid}").status == 418
    unreachable = f"http://127.0.0.1:{free_port()}"
    other = invoke("reply", unreachable, code=Exit.UNREACHABLE)
    assert other.stderr.startswith("Made a callback for")


def test_config_shows_the_choice_without_secrets(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = invoke("config").output
    assert "Server:    http://127.0.0.1:8000\n" in shown
    assert f"none yet for {folder}/project; `listen` makes one" in shown
    header = 'headers = { Authorization = "s3cret" }'
    file = configure(folder, f'[profiles.work]\nurl = "https://hooks.example"\n{header}')
    invoke("reply", f"http://127.0.0.1:{free_port()}", code=Exit.UNREACHABLE)
    monkeypatch.setenv("WEBHOOK_LOGGER_PROFILE", "work")
    shown = invoke("config").output
    why = f"from the profile “work” in {file}, chosen by WEBHOOK_LOGGER_PROFILE"
    assert f"Server:    https://hooks.example\n           {why}\n" in shown
    assert f"Headers:   Authorization, from the profile “work” in {file}\n" in shown
    assert "s3cret" not in shown
    key = remember(folder / "project", "https://hooks.example").key
    shown = invoke("config").output
    assert f"Callback:  https://hooks.example/{uuid_of_key(key)}\n" in shown
    assert key not in shown
    link = Address.of("https://ada:s3cret@other.example").view_url
    shown = invoke("config", link.replace("//", "//ada:s3cret@")).output
    assert "Headers:   Authorization, from the URL\n" in shown
    assert not any(each in shown for each in (link.partition("#")[2], "s3cret"))
