"""Append requests to HAR files that stay valid after every write, and read untrusted HAR files."""

from __future__ import annotations

import json
import mmap
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.archive import har
from webhook_logger.client.errors import Invalid
from webhook_logger.client.stream.events import Responded

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MAX_BYTES = 256 * 2**20
"""Maximum size of a file that is read, because it is read into memory."""

_HEAD = har.HEAD.encode()
_FOOT = f"\n{har.FOOT}\n".encode()
_UNKNOWN = json.dumps(har.outcome(None))[1:-1]
_RESERVED_BYTES = len(json.dumps(har.outcome(Responded("", 0, 599, "an unknown responder")))) - 2
"""Bytes reserved in each entry for its response, which arrives after the request."""
_MAX_MOVED_BYTES = 4 * 2**20
"""Maximum bytes after a response that are moved if it needs more than the reserved bytes."""
_MAX_AWAITING = 10_000
"""Maximum requests whose response can still be recorded; the oldest are dropped."""


class Archive:
    """A HAR file that grows with each request and is not kept in memory.

    One write adds a request and the end of the file, so that the file is valid whenever the process
    ends, unless `SIGKILL` interrupts a write. The response arrives later, and replaces spaces that
    are reserved for it. A longer one moves the rest of the file.

    An archive that this class wrote is continued, without a truncated last entry. Any other file is
    left unchanged.
    """

    def __init__(self, path: Path, origin: str) -> None:
        """`origin`: the origin of the server, such as `https://hooks.example.com`.

        Raises `Invalid` if the file is not writable or is not such an archive.
        """
        self.origin = origin
        self._awaiting: dict[tuple[str, int], int] = {}
        try:
            self._file = _open(path)
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            self._lock(path)
            self._end = self._begin(path)
        except BaseException as error:
            self._file.close()
            if isinstance(error, OSError):
                raise _unwritable(path, error) from error
            raise

    def _lock(self, path: Path) -> None:
        """Lock the file, because two writers would overwrite each other's entries."""
        if fcntl:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Invalid(f"Another program is writing to {path}.") from None

    def _begin(self, path: Path) -> int:
        """Prepare the file, and return the offset of the next entry."""
        size = self._file.seek(0, 2)
        if size == 0:
            self._write_at(0, _HEAD + _FOOT)
            return len(_HEAD)
        if size < len(_HEAD) or self._read(0, _HEAD) != _HEAD:
            raise _foreign(path)
        end = size - len(_FOOT)
        return end if self._read(end, _FOOT) == _FOOT else self._repair(path)

    def _repair(self, path: Path) -> int:
        """Repair a file whose last write was interrupted; return the offset of the next entry."""
        with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            end = _end_of_entries(content)
        if end is None:
            raise _foreign(path)
        self._write_at(end, _FOOT)
        self._file.truncate()
        return end

    def _read(self, at: int, like: bytes) -> bytes:
        self._file.seek(at)
        return self._file.read(len(like)) or b""

    def add(self, request: CapturedRequest) -> None:
        """Append a request. Raises `OSError` and leaves the file unchanged if the write fails."""
        first = self._end == len(_HEAD)
        text = json.dumps(har.entry(request, self.origin), ensure_ascii=False)
        before, _, after = text.rpartition(_UNKNOWN)
        start = ("\n" if first else ",\n").encode() + before.encode()
        entry = start + _UNKNOWN.ljust(_RESERVED_BYTES).encode() + after.encode()
        try:
            self._write_at(self._end, entry + _FOOT)
        except OSError:
            self._write_at(self._end, _FOOT)
            self._file.truncate()
            raise
        self._expect(request, self._end + len(start))
        self._end += len(entry)

    def _expect(self, request: CapturedRequest, place: int) -> None:
        self._awaiting[request.epoch, request.seq] = place
        if len(self._awaiting) > _MAX_AWAITING:
            del self._awaiting[next(iter(self._awaiting))]

    def responded(self, responded: Responded) -> None:
        """Record the response to a request, if this archive has the request."""
        place = self._awaiting.pop((responded.epoch, responded.seq), None)
        if place is None:
            return
        following = self._end + len(_FOOT) - place - _RESERVED_BYTES
        outcome = _written(responded)
        if len(outcome) > _RESERVED_BYTES and following > _MAX_MOVED_BYTES:
            outcome = _written(replace(responded, headers=None, body=None))
        if len(outcome) <= _RESERVED_BYTES:
            self._write_at(place, outcome.ljust(_RESERVED_BYTES))
        elif following <= _MAX_MOVED_BYTES and responded.headers is not None:
            self._insert(place, outcome)

    def _insert(self, place: int, outcome: bytes) -> None:
        """Write a response that is longer than the reserved bytes, and move what follows."""
        self._file.seek(place)
        before = self._file.read(self._end + len(_FOOT) - place)
        try:
            self._write_at(place, outcome + before[_RESERVED_BYTES:])
        except OSError:
            self._write_at(place, before)
            self._file.truncate()
            raise
        more = len(outcome) - _RESERVED_BYTES
        self._end += more
        for key, other in self._awaiting.items():
            if other > place:
                self._awaiting[key] = other + more

    def awaits_response(self) -> bool:
        """Return whether the response to a request may still arrive."""
        return bool(self._awaiting)

    def _write_at(self, at: int, data: bytes) -> None:
        self._file.seek(at)
        if self._file.write(data) != len(data):
            raise OSError("no space is left")

    def close(self) -> None:
        """Close the file, which is already complete."""
        self._file.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _written(responded: Responded) -> bytes:
    return json.dumps(har.outcome(responded), ensure_ascii=False)[1:-1].encode()


def _end_of_entries(content: bytes | mmap.mmap) -> int | None:
    """Return the end of the last complete entry of a file whose last write was interrupted.

    Return None for a file that `Archive` did not write.
    """
    if content[: len(_HEAD)] != _HEAD or content[len(_HEAD) : len(_HEAD) + 1] not in (b"", b"\n"):
        return None
    end = len(content)
    while (start := content.rfind(b"\n", len(_HEAD), end)) >= 0:  # an entry is a single line
        line = content[start + 1 : end].rstrip(b",")
        if _is_complete(line):
            return start + 1 + len(line)
        end = start
    return len(_HEAD)


def _is_complete(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _open(path: Path) -> BinaryIO:
    """Open an archive, or create one that only its owner may read: requests contain secrets."""
    if path.exists():
        return path.open("r+b", buffering=0)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return open(os.open(path, flags, 0o600), "r+b", buffering=0)  # noqa: PTH123  # a descriptor


def _foreign(path: Path) -> Invalid:
    return Invalid(f"{path} exists, and is not an archive of this program. Choose another file.")


def _unwritable(path: Path, error: OSError) -> Invalid:
    return Invalid(f"Cannot write {path}: {error.strerror or error}.")


def entries(file: BinaryIO, name: str) -> tuple[list[Any], bool]:
    """Return the unchecked entries of a HAR file, and whether this program wrote it.

    Raises `Invalid` if it is not a HAR file.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Invalid(f"{name} is larger than the maximum of {MAX_BYTES // 2**20} MiB.")
    if not data.endswith(_FOOT) and (end := _end_of_entries(data)):
        data = data[:end] + _FOOT
    try:
        archive = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise Invalid(f"{name} is nested too deeply.") from None
    except ValueError as error:
        raise Invalid(f"{name} is not JSON: {error}.") from None
    log = archive.get("log") if isinstance(archive, dict) else None
    listed = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(listed, list):
        raise Invalid(f"{name} is not a HAR file: it has no log with entries.")
    creator = log.get("creator") if isinstance(log, dict) else None
    ours = isinstance(creator, dict) and creator.get("name") == "Webhook Logger"
    return listed, ours
