"""The file of callbacks: one for each folder and server, for the user only."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from webhook_logger.client.config import remembered
from webhook_logger.client.config.remembered import callbacks_file, recall, remember, server_id

HERE, THERE = Path("/srv/shop"), Path("/srv/other")
SERVER = "https://hooks.example"


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return callbacks_file()


def test_a_folder_keeps_its_callback_on_each_server() -> None:
    assert recall(HERE, SERVER) is None
    first = remember(HERE, SERVER)
    assert (first.is_new, first.problem) == (True, "")
    again = remember(HERE, f"{SERVER.upper()}:443/")
    assert (again.key, again.is_new) == (first.key, False)
    others = [remember(THERE, SERVER), remember(HERE, f"{SERVER}/hooks")]
    assert len({first.key, *(each.key for each in others)}) == 3
    another = remember(HERE, SERVER, new=True)
    assert another.is_new
    assert another.key != first.key
    assert another.replaced == first.key
    assert remember(HERE, SERVER).key == recall(HERE, SERVER) == another.key
    assert first.key not in repr(another)


def test_spellings_of_the_same_server_are_equal() -> None:
    equal = ("http://localhost:80", "http://127.0.0.1", "HTTP://[::1]/")
    assert len(set(map(server_id, equal))) == 1
    different = ("http://a", "https://a", "http://a:81", "http://a/b", "http://a/B")
    assert len(set(map(server_id, different))) == len(different)


def test_only_the_user_can_read_the_file(file: Path) -> None:
    remember(HERE, SERVER)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    names = sorted(each.name for each in file.parent.iterdir())
    assert names == ["callbacks.json", "callbacks.lock"]


def test_the_least_recently_used_callbacks_are_forgotten(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "MAX_CALLBACKS", 3)
    keys = [remember(Path(f"/{number}"), SERVER).key for number in range(3)]
    assert remember(Path("/0"), SERVER).key == keys[0]
    remember(Path("/3"), SERVER)
    assert [recall(Path(f"/{number}"), SERVER) is None for number in range(4)] == [
        *(False, True, False, False)
    ]
    assert len(json.loads(file.read_text())["callbacks"]) == 3


def test_a_file_that_is_not_valid_is_kept_under_another_name(file: Path) -> None:
    file.parent.mkdir(parents=True)
    for content in ("{", "[]", '{"callbacks": [3]}', '{"callbacks": {}}', "[" * 100_000, "\0"):
        file.write_text(content)
        assert recall(HERE, SERVER) is None
        found = remember(HERE, SERVER)
        assert "is not valid" in found.problem
        [kept] = file.parent.glob("callbacks.invalid-*.json")
        assert kept.read_text() == content
        assert str(kept) in found.problem
        assert recall(HERE, SERVER) == found.key
        kept.unlink()


def test_a_callback_that_cannot_be_remembered_is_usable(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = remember(HERE, SERVER).key
    remember(THERE, SERVER)

    def fail(_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(remembered, "_write", fail)
    assert remember(HERE, SERVER) == remembered.Remembered(key, is_new=False)
    found = remember(Path("/new"), SERVER)
    assert found.is_new
    assert found.problem.endswith("callbacks.json: Read-only file system.")
    monkeypatch.setattr(remembered, "_read", lambda: fail(None))  # even the lock
    assert remember(HERE, SERVER) == remembered.Remembered(key, is_new=False)
    assert remember(HERE, SERVER, new=True).key != key


def test_a_pipe_in_place_of_the_file_is_not_read(file: Path) -> None:
    file.parent.mkdir(parents=True)
    os.mkfifo(file)
    assert recall(HERE, SERVER) is None
    assert "it is not a file" in remember(HERE, SERVER).problem


def test_commands_that_run_at_the_same_time_get_the_same_callback(file: Path) -> None:
    def keys(_: int) -> tuple[str, ...]:
        return tuple(remember(Path(f"/{number}"), SERVER).key for number in range(20))

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(keys, range(4)))) == 1
    assert len(json.loads(file.read_text())["callbacks"]) == 20
