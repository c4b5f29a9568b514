"""The choice of the server: the environment and files, and the headers that the server gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.processes import Server
from webhook_logger.client import AsyncInbox, Inbox, Invalid
from webhook_logger.client.address import Address
from webhook_logger.client.settings import DEFAULT_SERVER, Source, choose, server

ONE = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
CONFIG = """
url = "https://home.example"
headers = { X-Team = "blue" }

[profiles.work]
url = "https://work.example/hooks"
headers = { Authorization = "Bearer w" }

[profiles.plain]
url = "plain.example"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for both files; the current folder is below it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "webhook-logger").mkdir()
    (tmp_path / "project/below").mkdir(parents=True)
    (tmp_path / "project/.git").touch()
    monkeypatch.chdir(tmp_path / "project/below")
    return tmp_path


def configure(folder: Path) -> None:
    (folder / "webhook-logger/config.toml").write_text(CONFIG)


def project(folder: Path, text: str) -> None:
    (folder / "project/.webhook-logger.toml").write_text(text)


def test_the_first_setting_of_the_list_chooses_the_server(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def now(url: str | None = None, profile: str | None = None) -> tuple[str, Source]:
        choice = choose(url, profile)
        return choice.address.base, choice.source

    assert now() == (DEFAULT_SERVER, Source.NOTHING)
    configure(folder)
    assert now() == ("https://home.example", Source.DEFAULT_PROFILE)
    project(folder, 'url = "https://project.example"')
    assert now() == ("https://project.example", Source.PROJECT)
    project(folder, 'profile = "plain"')
    assert now() == ("http://plain.example", Source.PROJECT)
    project(folder, f'callback = "https://project.example/view/{ONE}"')
    assert now() == ("https://project.example", Source.PROJECT)
    monkeypatch.setenv("WEBHOOK_LOGGER_PROFILE", "work")
    assert now() == ("https://work.example/hooks", Source.PROFILE_VARIABLE)
    monkeypatch.setenv("WEBHOOK_LOGGER_URL", "3000")
    assert now() == ("http://localhost:3000", Source.URL_VARIABLE)
    assert now(profile="work") == ("https://work.example/hooks", Source.PROFILE_OPTION)
    assert now(profile="default") == ("https://home.example", Source.PROFILE_OPTION)
    assert now("4000", "work") == ("http://localhost:4000", Source.ARGUMENT)


def test_headers_of_a_profile_are_for_its_own_server(folder: Path) -> None:
    configure(folder)
    for url, headers in (
        (None, {"X-Team": "blue"}),
        ("https://work.example", {"Authorization": "Bearer w"}),
        (f"https://WORK.example/x/view/{ONE}", {"Authorization": "Bearer w"}),
        ("http://work.example/hooks", {}),
        ("https://work.example:444", {}),
        ("https://work.example.evil.example", {}),
        ("https://plain.example", {}),
    ):
        assert dict(choose(url).headers) == headers, url
    assert choose(profile="plain").headers == {}
    assert choose("https://home.example", "work").headers == {"X-Team": "blue"}
    assert choose(profile="work", headers={"authorization": "mine"}).headers == {
        "authorization": "mine"
    }


def test_the_file_of_a_project_does_not_get_credentials_of_the_user(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_LOGGER_HEADERS", "Cookie: login=1")
    project(folder, 'url = "https://evil.example"')
    assert choose().headers == {}
    assert choose("https://evil.example").headers == {"Cookie": "login=1"}  # as the user asks
    configure(folder)
    assert choose().headers == {}
    project(folder, 'url = "https://home.example/other"')
    assert choose().headers == {"Cookie": "login=1"}
    monkeypatch.delenv("WEBHOOK_LOGGER_HEADERS")
    assert choose().headers == {"X-Team": "blue"}


@pytest.mark.parametrize(
    ("home", "is_sent"),
    [
        *(("", True), ("https://hooks.example", True), ("HOOKS.example/view", False)),
        *((f"https://ada:pw@HOOKS.example/{ONE}", True), ("https://hooks.example:8443", False)),
        *(("https://other.example", False), ("http://hooks.example", False)),
    ],
)
def test_headers_of_the_environment_are_for_its_own_server(
    monkeypatch: pytest.MonkeyPatch, home: str, is_sent: bool
) -> None:
    monkeypatch.setenv("WEBHOOK_LOGGER_HEADERS", "Cookie: login=1")
    monkeypatch.setenv("WEBHOOK_LOGGER_URL", home)
    headers = choose(f"https://hooks.example/{ONE}", headers={"X-Team": "blue"}).headers
    assert headers == {**({"Cookie": "login=1"} if is_sent else {}), "X-Team": "blue"}


def test_a_named_profile_counts_before_headers_of_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(folder)
    monkeypatch.setenv("WEBHOOK_LOGGER_HEADERS", "Cookie: login=1")
    assert choose().headers == {"Cookie": "login=1"}
    assert choose(profile="work").headers == {"Authorization": "Bearer w"}
    assert choose(profile="plain").headers == {}  # the default profile is the home of the headers
    monkeypatch.setenv("WEBHOOK_LOGGER_PROFILE", "work")
    assert choose().headers == {"Cookie": "login=1"}


def test_a_program_that_asks_for_a_server_gets_its_base_url(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server() is None
    configure(folder)
    found = server()
    assert found is not None
    assert (found.url, found.headers) == ("https://home.example", {"X-Team": "blue"})
    assert "blue" not in repr(found)
    monkeypatch.setenv("WEBHOOK_LOGGER_URL", f"https://ada:pw@hooks.example/x/view/{ONE}")
    found = server()
    assert found is not None
    assert (found.url, list(found.headers)) == ("https://hooks.example/x", ["Authorization"])


def test_an_inbox_without_a_url_uses_the_settings(
    folder: Path, monkeypatch: pytest.MonkeyPatch, memory_server: Server
) -> None:
    shared = Address.of(memory_server.url).view_url
    project(folder, f'callback = "{shared}"')
    with Inbox() as one, Inbox() as other:
        assert one.url.startswith(memory_server.url)
        assert len({one.uuid, other.uuid, Address.of(shared).uuid}) == 3
    monkeypatch.setenv("WEBHOOK_LOGGER_URL", shared)
    assert Inbox().view_url == AsyncInbox().view_url == shared
    configure(folder)
    inbox = Inbox(profile="work")
    assert inbox.url.startswith("https://work.example/hooks/")
    with pytest.raises(Invalid, match=r"^There is no profile “wrok”.*default, work"):
        Inbox(profile="wrok")
