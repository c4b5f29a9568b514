"""HAR files stay valid after every write, are continued, and never overwrite other files."""

from __future__ import annotations

import io
import json
import os
import resource
from pathlib import Path

import pytest

from tests.wire_fixture import samples
from webhook_logger.captured import Body
from webhook_logger.client.archive import files, har
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


def test_the_file_is_valid_after_each_request(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    with Archive(path, ORIGIN) as archive:
        assert urls(path) == []
        archive.add(samples()[0])
        assert urls(path) == ["json"]
        archive.add(samples()[1])
        assert urls(path) == ["json", "empty"]


def test_only_the_owner_can_read_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    before = os.umask(0)
    try:
        Archive(path, ORIGIN).close()
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o640)  # chosen by the owner
        Archive(path, ORIGIN).close()
        assert path.stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_each_request_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    with Archive(path, ORIGIN) as archive:
        for request in samples():
            archive.add(request)
    head, *lines, foot = path.read_text().removesuffix("\n").split("\n")
    assert head.endswith('"entries":[')
    assert foot == "]}}"
    assert len(lines) == len(samples())
    assert all(json.loads(line.rstrip(",")) for line in lines)


def test_an_archive_of_this_program_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    for at in range(3):
        with Archive(path, ORIGIN) as archive:
            archive.add(samples()[at])
    assert urls(path) == ["json", "empty", "lines"]


def test_a_path_that_is_not_a_regular_file_is_rejected(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/full"), tmp_path):
        with pytest.raises(Invalid, match="Cannot write"):
            Archive(path, ORIGIN)


def test_only_one_archive_writes_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    with Archive(path, ORIGIN), pytest.raises(Invalid, match="Another program is writing"):
        Archive(path, ORIGIN)
    Archive(path, ORIGIN).close()


@pytest.mark.parametrize("content", [b"x", b'{"log": {"entries": []}}', b"\n]}}\n", b"x" * 10_000])
def test_any_other_file_is_left_unchanged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(Invalid, match="not an archive of this program"):
        Archive(path, ORIGIN)
    assert path.read_bytes() == content


def test_a_path_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"Cannot write .*: No such file"):
        Archive(tmp_path / "nowhere" / "requests.har", ORIGIN)
    with pytest.raises(Invalid, match=r"Cannot write .*: Is a directory"):
        Archive(tmp_path, ORIGIN)


def test_the_file_stays_valid_when_the_disk_is_full(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Archive(path, ORIGIN) as archive:
        archive.add(samples()[0])
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, limits[1]))
        try:
            with pytest.raises(OSError, match=r"space|large"):
                archive.add(samples()[1])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert urls(path) == ["json"]
        archive.add(samples()[2])
        assert urls(path) == ["json", "lines"]


def test_a_response_is_recorded_after_other_requests(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    first, second, third = (samples()[at].accepted("e", at + 1) for at in range(3))
    with Archive(path, ORIGIN) as archive:
        archive.add(first)
        archive.add(second)
        archive.responded(Responded("e", 1, 503, "responder"))
        assert archive.awaits_response()
        archive.responded(Responded("e", 2, 200, "default"))
        assert not archive.awaits_response()
        archive.responded(Responded("e", 2, 404, "reply"))  # a second response
        archive.add(third)
        archive.responded(Responded("other", 3, 404, "reply"))
        archive.responded(Responded("e", 3, 2**53, "x" * 10_000))  # from a faulty server
    assert json.loads(path.read_text())["log"]["entries"] == [
        har.entry(first, ORIGIN, Responded("e", 1, 503, "responder")),
        har.entry(second, ORIGIN, Responded("e", 2, 200, "default")),
        har.entry(third, ORIGIN),
    ]


def long_response(seq: int) -> Responded:
    content = b"%d" % seq * 1000
    headers = (("Content-Type", "text/plain"), ("X-Name", "Z\xfcrich"))
    return Responded("e", seq, 201, "reply", headers, Body(content, len(content)), 0.25)


def test_a_long_response_moves_the_entries_after_it(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    sent = [samples()[at].accepted("e", at + 1) for at in range(3)]
    with Archive(path, ORIGIN) as archive:
        for request in sent[:2]:
            archive.add(request)
        for seq in (1, 2):
            archive.responded(long_response(seq))
        archive.add(sent[2])
        archive.responded(long_response(3))
    assert json.loads(path.read_text())["log"]["entries"] == [
        har.entry(request, ORIGIN, long_response(request.seq)) for request in sent
    ]


def test_a_long_response_to_an_early_request_is_shortened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_MAX_MOVED_BYTES", 100)
    path = tmp_path / "requests.har"
    first, second = (samples()[at].accepted("e", at + 1) for at in range(2))
    with Archive(path, ORIGIN) as archive:
        archive.add(first)
        archive.add(second)
        archive.responded(long_response(1))
    assert json.loads(path.read_text())["log"]["entries"] == [
        har.entry(first, ORIGIN, Responded("e", 1, 201, "reply", seconds=0.25)),
        har.entry(second, ORIGIN),
    ]


def test_a_file_with_an_interrupted_last_write_is_read_and_continued(tmp_path: Path) -> None:
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
        complete = ["json", "empty"][: (length >= sizes[1]) + (length >= sizes[2])]
        assert len(read(path.read_bytes())[0]) == len(complete), length
        with Archive(path, ORIGIN) as archive:
            assert urls(path) == complete
            archive.add(samples()[2])
        assert urls(path) == [*complete, "lines"]


def test_an_archive_with_other_line_breaks_is_left_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "requests.har"
    with Archive(path, ORIGIN) as archive:
        archive.add(samples()[0])
    for text in (path.read_text().replace("\n", ""), path.read_text().replace("\n", "\r\n")):
        path.write_text(text, newline="")
        with pytest.raises(Invalid, match="not an archive of this program"):
            Archive(path, ORIGIN)
        assert path.read_text() == text.replace("\r\n", "\n")
        assert len(read(path.read_bytes())[0]) == 1


def read(text: bytes) -> tuple[list[object], bool]:
    return entries(io.BytesIO(text), "file.har")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"{", "is not JSON"),
        (b"[]", "is not a HAR file"),
        (b"null", "is not a HAR file"),
        (b'{"log": 1}', "is not a HAR file"),
        (b'{"log": {"entries": {}}}', "is not a HAR file"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"log": ' + b"9" * 5000 + b"}", "is not JSON"),
    ],
)
def test_a_file_that_is_not_an_archive_is_an_error(content: bytes, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        read(content)


def test_a_file_that_is_too_large_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b" " * size

    monkeypatch.setattr("webhook_logger.client.archive.files.MAX_BYTES", 2**20)
    with pytest.raises(Invalid, match="larger than the maximum of 1 MiB"):
        entries(Endless(), "file.har")  # type: ignore[arg-type]


def test_archives_of_this_program_are_recognised() -> None:
    assert read(b'\xef\xbb\xbf{"log": {"entries": [1]}}') == ([1], False)
    assert read(b'{"log": {"entries": [], "creator": {"name": "Webhook Logger"}}}') == ([], True)
    assert read(b'{"log": {"entries": [], "creator": "Webhook Logger"}}') == ([], False)
