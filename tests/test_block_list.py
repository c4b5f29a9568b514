"""The block list: its file, and which addresses it contains."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from config import Config, ConfigError
from tests.support.threads import records_of_this_thread
from webhook_logger.app import create_app
from webhook_logger.block_list import (
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    BlockListError,
    BlockListFile,
    parse,
)

UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
LIST = f"""\
# from the incident of Monday
{UUID.upper()}
192.0.2.7   # one address

198.51.100.0/24
2001:db8::/32
2001:db9::1
::ffff:203.0.113.0/120
"""


def test_it_contains_the_callbacks_and_the_addresses_of_its_networks() -> None:
    blocks = parse(LIST.splitlines(keepends=True))
    assert (blocks.callbacks, len(blocks)) == ({UUID}, 6)
    listed = ("192.0.2.7", "::ffff:192.0.2.7", "198.51.100.255", "2001:db8::1%eth0", "203.0.113.9")
    others = ("192.0.2.8", "198.51.101.0", "2001:db9::2", "fe80::1%eth0", "", "unix", "1" * 70)
    assert [each for each in listed if not blocks.has_address(each)] == []
    assert [each for each in others if blocks.has_address(each)] == []


def test_an_empty_list_contains_nothing() -> None:
    blocks = parse(["# nothing\n"])
    assert (len(blocks), blocks.has_addresses, blocks.has_address("192.0.2.7")) == (0, False, False)


def test_a_look_up_does_not_depend_on_the_number_of_networks() -> None:
    blocks = parse(f"10.{n >> 8}.{n & 255}.0/24" for n in range(50_000))
    assert len(blocks) == 50_000
    assert [len(lengths) for lengths in blocks._prefixes.values()] == [1, 0]
    assert blocks.has_address("10.1.2.3")
    assert not blocks.has_address("11.1.2.3")


@pytest.mark.parametrize("wrong", ["secret", UUID[:-1], "10.0.2.7/24", "10.0.2", "::/129"])
def test_an_error_names_the_line_and_does_not_quote_it(wrong: str) -> None:
    with pytest.raises(BlockListError, match=r"^line 2: it must be") as error:
        parse(["192.0.2.7", wrong])
    assert wrong not in str(error.value)


def test_the_number_of_entries_is_limited() -> None:
    with pytest.raises(BlockListError, match=rf"^line {MAX_ENTRIES + 1}: "):
        parse(UUID for _ in range(MAX_ENTRIES + 1))


def test_a_file_that_cannot_be_used_keeps_the_list(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each change is reported once, until the file is good again."""
    path = tmp_path / "blocked"
    path.write_text(UUID)
    file = BlockListFile(str(path))
    first = file.list
    caplog.set_level(logging.ERROR)
    for content in (b"192.0.2", b"\xff\xff", None):
        path.unlink() if content is None else path.write_bytes(content)
        file.check()
        file.check()
        assert file.list is first
    said = [record.getMessage() for record in records_of_this_thread(caplog)]
    assert [text.partition(str(path))[2][:14] for text in said] == [
        ", line 1: it m",
        " is not UTF-8.",
        " cannot be rea",
    ]
    path.write_text("192.0.2.7")
    file.check()
    assert file.list.has_address("192.0.2.7")


def test_a_file_that_could_stop_the_worker_is_not_read(tmp_path: Path) -> None:
    pipe, large = tmp_path / "pipe", tmp_path / "large"
    os.mkfifo(pipe)
    large.touch()
    os.truncate(large, MAX_FILE_BYTES + 1)
    for path, why in (
        (pipe, "regular file"),
        (tmp_path, "regular file"),
        (Path("/dev/zero"), "regular file"),
        (large, "more than 16,777,216 bytes"),
    ):
        with pytest.raises(BlockListError, match=f"{path}, it .*{why}"):
            BlockListFile(str(path))


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "blocked"
    path.write_text(UUID, encoding="utf-8-sig")
    assert BlockListFile(str(path)).list.callbacks == {UUID}


def test_a_replaced_file_is_read_even_with_the_same_size_and_time(tmp_path: Path) -> None:
    path, other = tmp_path / "blocked", tmp_path / "other"
    path.write_text("192.0.2.7")
    file = BlockListFile(str(path))
    other.write_text("192.0.2.8")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)
    file.check()
    assert file.list.has_address("192.0.2.8")


def test_a_server_does_not_start_with_a_wrong_file(tmp_path: Path) -> None:
    path = tmp_path / "blocked"
    with pytest.raises(ConfigError, match=r"BLOCK_LIST_FILE: .*blocked cannot be read: No such"):
        create_app(Config(BLOCK_LIST_FILE=str(path)))
    path.write_text("192.0.2.7/24")
    with pytest.raises(ConfigError, match=r"BLOCK_LIST_FILE: .*blocked, line 1: it must be"):
        create_app(Config(BLOCK_LIST_FILE=str(path)))
