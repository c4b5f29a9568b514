"""HAR files: whole at any moment, continued, and never written over."""

from __future__ import annotations

import io
import json
import os
import resource
from pathlib import Path

import pytest

from tests.wire_fixture import samples
from webhook_logger.client.archive import har
from webhook_logger.client.archive.files import Archive, entries
from webhook_logger.client.errors import Invalid
from webhook_logger.client.stream.events import Responded

ORIGIN = "https://hooks.example.com"


def urls(path: Path) -> list[str]:
    log = json.loads(path.read_text())["log"]
    assert log["version"] == "1.2"
    return [
        entry["request"]["url"].rpartition("/")[0].rpartition("/")[2] for entry in log["entries"]
    ]


def test_it_is_whole_after_each_request(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    with Archive(path, ORIGIN) as archive:
        assert urls(path) == []
        archive.add(samples()[0])
        assert urls(path) == ["json"]
        archive.add(samples()[1])
        assert urls(path) == ["json", "empty"]


def test_only_its_owner_may_read_what_it_creates(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    before = os.umask(0)
    try:
        Archive(path, ORIGIN).close()
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o640)  # chosen by its owner
        Archive(path, ORIGIN).close()
        assert path.stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_it_has_a_line_for_each_request_and_is_what_the_page_exports(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    with Archive(path, ORIGIN) as archive:
        for request in samples():
            archive.add(request)
    head, *lines, foot = path.read_text().removesuffix("\n").split("\n")
    assert head.endswith('"entries":[')
    assert foot == "]}}"
    assert len(lines) == len(samples())
    assert all(json.loads(line.rstrip(",")) for line in lines)


def test_one_of_its_own_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    for at in range(3):
        with Archive(path, ORIGIN) as archive:
            archive.add(samples()[at])
    assert urls(path) == ["json", "empty", "lines"]


def test_what_is_no_file_that_can_be_written_anew_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/full"), tmp_path):
        with pytest.raises(Invalid, match="cannot be written"):
            Archive(path, ORIGIN)


def test_two_do_not_write_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    with Archive(path, ORIGIN), pytest.raises(Invalid, match="by another program"):
        Archive(path, ORIGIN)
    Archive(path, ORIGIN).close()


@pytest.mark.parametrize("content", [b"x", b'{"log": {"entries": []}}', b"\n]}}\n", b"x" * 10_000])
def test_any_other_file_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(Invalid, match="no archive that was written here"):
        Archive(path, ORIGIN)
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be written: No such file"):
        Archive(tmp_path / "nowhere" / "requests.har", ORIGIN)
    with pytest.raises(Invalid, match="cannot be written: Is a directory"):
        Archive(tmp_path, ORIGIN)


def test_it_stays_whole_where_there_is_no_more_room(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Archive(path, ORIGIN) as archive:
        archive.add(samples()[0])
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, limits[1]))
        try:
            with pytest.raises(OSError, match=r"room|large"):
                archive.add(samples()[1])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert urls(path) == ["json"]
        archive.add(samples()[2])
        assert urls(path) == ["json", "lines"]


def test_a_response_is_recorded_when_it_comes_whatever_came_between(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    first, second, third = (samples()[at].accepted("e", at + 1) for at in range(3))
    with Archive(path, ORIGIN) as archive:
        archive.add(first)
        archive.add(second)
        archive.responded(Responded("e", 1, 503, "responder"))
        assert archive.awaits_response()
        archive.responded(Responded("e", 2, 200, "default"))
        assert not archive.awaits_response()
        archive.responded(Responded("e", 2, 404, "reply"))  # the second time
        archive.add(third)
        archive.responded(Responded("other", 3, 404, "reply"))
        archive.responded(Responded("e", 3, 2**53, "x" * 10_000))  # from a server that is none
    assert json.loads(path.read_text())["log"]["entries"] == [
        har.entry(first, ORIGIN, (503, "responder")),
        har.entry(second, ORIGIN, (200, "default")),
        har.entry(third, ORIGIN),
    ]


def test_a_file_whose_last_write_was_broken_off_is_read_and_continued(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    sizes = []
    with Archive(path, ORIGIN) as archive:
        for at in range(2):
            sizes.append(path.stat().st_size - len("\n]}}\n"))
            archive.add(samples()[at])
    content = path.read_bytes()
    sizes.append(len(content) - len("\n]}}\n"))
    for length in range(sizes[0], len(content) + 1):
        path.write_bytes(content[:length])
        wholly_there = ["json", "empty"][: (length >= sizes[1]) + (length >= sizes[2])]
        assert len(read(path.read_bytes())[0]) == len(wholly_there), length
        with Archive(path, ORIGIN) as archive:
            assert urls(path) == wholly_there
            archive.add(samples()[2])
        assert urls(path) == [*wholly_there, "lines"]


def test_an_archive_in_another_form_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    with Archive(path, ORIGIN) as archive:
        archive.add(samples()[0])
    for text in (path.read_text().replace("\n", ""), path.read_text().replace("\n", "\r\n")):
        path.write_text(text, newline="")
        with pytest.raises(Invalid, match="no archive that was written here"):
            Archive(path, ORIGIN)
        assert path.read_text() == text.replace("\r\n", "\n")
        assert len(read(path.read_bytes())[0]) == 1


def read(text: bytes) -> tuple[list[object], bool]:
    return entries(io.BytesIO(text), "file.har")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (b"{", "is no JSON"),
        (b"[]", "is no HAR file"),
        (b"null", "is no HAR file"),
        (b'{"log": 1}', "is no HAR file"),
        (b'{"log": {"entries": {}}}', "is no HAR file"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"log": ' + b"9" * 5000 + b"}", "is no JSON"),
    ],
)
def test_what_is_no_archive_is_told_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        read(content)


def test_a_file_that_is_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b" " * size

    monkeypatch.setattr("webhook_logger.client.archive.files.MAX_BYTES", 2**20)
    with pytest.raises(Invalid, match="more than 1 MiB"):
        entries(Endless(), "file.har")  # type: ignore[arg-type]


def test_it_is_known_who_wrote_an_archive() -> None:
    assert read(b'\xef\xbb\xbf{"log": {"entries": [1]}}') == ([1], False)
    assert read(b'{"log": {"entries": [], "creator": {"name": "Webhook Logger"}}}') == ([], True)
    assert read(b'{"log": {"entries": [], "creator": "Webhook Logger"}}') == ([], False)
