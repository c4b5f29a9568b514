"""Errors in the files of the user and of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from webhook_logger.client.config import profiles, project
from webhook_logger.client.errors import Invalid

ONE = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"

WRONG_PROFILES = {
    "url = x": r"config\.toml is not valid TOML: .*line 1",
    'urll = "a.example"': "“urll” is unknown. Did you mean url?",
    'colour = "a"': "“colour” is unknown. Use url, headers or profiles.",
    "url = 3000": "url must be a text in quotes",
    'url = ""': "url must be a text in quotes",
    'headers = { A = "b" }': "url is missing",
    'url = "a.example"\nheaders = ["A: b"]': "headers must be a table of texts",
    'url = "a.example"\nheaders = { A = 1 }': "headers must be a table of texts",
    'url = "a.example"\nheaders = { Host = "b" }': "Host is set by the client itself",
    'url = "ftp://a.example"': "config.toml: ",
    'url = "a.example"\nprofiles = 3': "profiles must be tables",
    '[profiles]\nwork = "a.example"': "profiles must be tables",
    '[profiles.work]\nheaders = { A = "b" }': "profile “work”: url is missing",
    '[profiles.work]\nurl = "a.example"\ntoken = "x"': "profile “work”: the key “token”",
    '[profiles.default]\nurl = "a.example"': "Move its keys to the top",
    f'url = "a.example/{ONE}x"': "mistyped",
    "a = " + "[" * 10_000: "is not valid TOML",
    "#" * (1 << 20) + "#": "larger than 1 MiB",
    "# \udcff": "is not UTF-8",
}
WRONG_PROJECTS = {
    "url\n": r"\.webhook-logger\.toml is not valid TOML: .*line 1",
    'headers = { A = "b" }': "“headers” is unknown. Use url, profile or callback.",
    'url = "a.example"\nprofile = "work"': "use only one of the keys profile and url",
    'callback = "https://a.example"': "callback must be the link of a callback",
    f'callback = "https://a.example/{ONE[:-1]}"': "mistyped",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "webhook-logger").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_error_in_the_profiles_names_the_file_and_the_key(folder: Path) -> None:
    assert list(profiles.load()) == []
    file = folder / "webhook-logger/config.toml"
    file.write_text('url = "a.example"', "utf-8-sig")  # as some editors on Windows save it
    assert [each.url for each in profiles.load()] == ["a.example"]
    for text, error in WRONG_PROFILES.items():
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(Invalid, match=error) as raised:
            profiles.load()
        assert str(file) in str(raised.value)


def test_an_error_in_the_file_of_a_project_names_the_file_and_the_key(folder: Path) -> None:
    file = folder / ".webhook-logger.toml"
    for text, error in WRONG_PROJECTS.items():
        file.write_text(text)
        with pytest.raises(Invalid, match=error) as raised:
            project.find_project()
        assert str(file) in str(raised.value)


def test_a_file_that_cannot_be_read_is_an_error(folder: Path) -> None:
    file = folder / "webhook-logger/config.toml"
    os.mkfifo(file)
    with pytest.raises(Invalid, match="is not a file"):
        profiles.load()
    file.unlink()
    (folder / "loop").symlink_to(folder / "loop")
    file.symlink_to(folder / "loop")
    with pytest.raises(Invalid, match="Cannot read"):
        profiles.load()


def test_secrets_that_other_users_can_read_give_a_warning(folder: Path) -> None:
    file = folder / "webhook-logger/config.toml"
    for text, is_secret in (
        ('url = "a.example"', False),
        ('url = "https://ada:pw@a.example"', True),
        ('[profiles.x]\nurl = "a.example"\nheaders = { A = "b" }', True),
    ):
        file.write_text(text)
        file.chmod(0o644)
        warning = f"chmod 600 {file}" if is_secret else ""
        assert profiles.load().problem().endswith(warning)
        assert bool(profiles.load().problem()) == is_secret
        file.chmod(0o600)
        assert profiles.load().problem() == ""


def test_the_project_is_the_nearest_folder_with_its_file_or_git(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = folder / "a/b/c"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    for marker, found in (
        (folder / ".webhook-logger.toml", folder),
        (folder / "a/.git", folder / "a"),
        (folder / "a/b/.webhook-logger.toml", folder / "a/b"),
    ):
        marker.touch()
        assert project.find_project().folder == found


def test_the_file_of_another_user_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / ".webhook-logger.toml"
    file.write_text('url = "https://evil.example"')
    if os.geteuid() == 0:
        os.chown(file, 12345, -1)
    owner = file.stat().st_uid
    monkeypatch.setattr("os.geteuid", lambda: owner + 1)
    assert project.find_project().url == ""
    assert list(project.untrusted_files()) == [file]
    monkeypatch.setattr("os.geteuid", lambda: owner)
    assert project.find_project().url == "https://evil.example"
